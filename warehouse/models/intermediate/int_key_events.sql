-- The few kinds of event that funnels and metrics turn on; page views are left out, and so are the events of other
-- experiments. The amount is what metrics sum: cents, or seconds of a logged session. Grain: one event.
select
    {{ event_key() }} as event_key,
    user_id,
    event_name,
    session_id,
    product_id,
    case when event_name = 'experiment_session' then round(try_cast(duration_sec as decimal(18, 4)))::bigint else amount end as amount,
    event_time
from {{ ref('stg_events') }}
where event_name in ({{ text_list(var('key_events')) }})
    and (event_name not like 'experiment\_%' escape '\' or {{ of_this_experiment() }})
    {%- if var('row_event') %}
    and (amount is not null or event_name = {{ text(var('row_event')) }})
    {%- endif %}
