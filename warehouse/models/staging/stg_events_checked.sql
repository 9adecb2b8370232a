-- Typed rows, each with the first rule it breaks. Grain: one row of the log.
select
    * exclude (price),
    {{ var('amount') }} as amount,
    {{ first_broken_rule() }} as problem
from (
    select
        * exclude (raw_row, event_time),
        {% if var('time_is_text') -%}
        {{ time_format('event_time') }} as time_format,
        {{ parsed_time('event_time') }} as event_time,
        {%- else -%}
        'typed' as time_format,
        event_time,
        {%- endif %}
        coalesce(price, '') <> '' as has_price
    from {{ ref('base_events') }}
)
