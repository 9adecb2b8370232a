-- The few kinds of event that funnels and metrics turn on; page views are left out, and so are the events of other
-- experiments. The amount is what metrics sum, a whole number of the digits in dim_amounts: minor units of money, or
-- parts of a second of a logged session. An amount below zero is a refund, an event by another name, so that it lowers
-- sums and nothing else; an amount that is wrong is none. Grain: one event.
select
    {{ event_key() }} as event_key,
    user_id,
    {% if var('negative') == 'refund' %}case when amount < 0 then event_name || ' refund' else event_name end as {% endif %}event_name,
    session_id,
    product_id,
    case
        when event_name <> 'experiment_session' then amount
        when {{ var('session_amount') }} >= 0 then {{ var('session_amount') }}
    end as amount,
    flaw is not null as is_wrong,
    event_time
from {{ ref('stg_events') }}
where event_name in ({{ text_list(var('key_events')) }})
    and (event_name not like 'experiment\_%' escape '\' or {{ of_this_experiment() }})
    {%- if var('row_event') %}
    and (amount is not null or event_name = {{ text(var('row_event')) }})
    {%- endif %}
