-- Typed rows, each with the first rule it breaks, and with what is wrong with its amount, which is then none.
-- Grain: one row of the log.
select
    * exclude (price, amount),
    case when flaw is null then amount end as amount
from (
    select
        *,
        {{ first_broken_rule() }} as problem,
        {{ flaw_of_amount() }} as flaw
    from (
        select
            * exclude (raw_row),
            coalesce(price, '') <> '' as has_price,
            {{ var('amount') }} as amount
        from {{ ref('base_events') }}
    )
)
