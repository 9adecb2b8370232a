-- Typed rows, each with the first rule it breaks. Grain: one row of the log.
select
    * exclude (price),
    {{ var('amount') }} as amount,
    {{ first_broken_rule() }} as problem
from (
    select
        * exclude (raw_row),
        coalesce(price, '') <> '' as has_price
    from {{ ref('base_events') }}
)
