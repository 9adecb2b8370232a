-- Typed rows, each with the first rule it breaks. Grain: one row of the log.
select
    *,
    {% if var('counted_events') -%}
    (price * case when event_name in ({{ text_list(var('counted_events')) }}) then 1 else 100 end)::bigint as amount,
    {%- else -%}
    (price * 100)::bigint as amount,
    {%- endif %}
    {{ first_broken_rule() }} as problem
from (
    select
        * exclude (price),
        coalesce(price, '') <> '' as has_price,
        try_cast(price as decimal(18, 4)) as price
    from {{ ref('base_events') }}
)
