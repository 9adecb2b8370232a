-- The largest amounts of some events in the experiment, and those below zero, with what lies between each and the next
-- lower one: whole numbers of so many digits behind the point. Grain: event name, amount.
with amounts as (
    select events.event_name, events.amount, digits.digits, count(*) as rows
    from intermediate.int_key_events as events
    join marts.dim_amounts as digits on digits.event_name = replace(events.event_name, ' refund', '')
    where
        events.amount is not null and events.event_time >= $start::timestamp
        and list_contains($events, replace(events.event_name, ' refund', ''))
    group by all
),

stepped as (
    select
        *,
        amount - lag(amount) over lower as gap,
        ends_with(rtrim(amount::varchar, '0'), '9') as is_price,
        row_number() over (partition by event_name order by amount desc) as place
    from amounts
    window lower as (partition by event_name, amount > 0 order by amount)
),

compared as (
    select
        *,
        coalesce(max(gap) over below, 0) as widest,
        coalesce(min(amount) over below, 0) as least,
        (count(*) over below)::bigint as lower_amounts,
        coalesce(sum(is_price::integer) over below, 0)::bigint as lower_prices,
        coalesce(sum(rows) over below, 0)::bigint as lower_rows
    from stepped
    window below as (
        partition by event_name, amount > 0 order by amount rows between unbounded preceding and 1 preceding
    )
)

select
    event_name, amount, digits, rows, coalesce(gap, 0) as gap, widest, least, lower_amounts, lower_prices, lower_rows,
    coalesce((
        select sum(paid.rows) from amounts as paid
        where paid.event_name = replace(compared.event_name, ' refund', '') and paid.amount = -compared.amount
    ), 0)::bigint as paid
from compared
where amount > 0 and place <= 4 or amount < 0 and lower_amounts < 4
order by event_name, amount
