-- Amounts (whole numbers of so many digits behind the point) that hold the most events, and those that often stand for
-- 'unknown', among all amounts of an event in the experiment. Grain: event name, amount.
with amounts as (
    select events.event_name, events.amount, count(*) as rows
    from intermediate.int_key_events as events
    cross join marts.dim_experiments as experiment
    where events.amount is not null and events.event_time >= experiment.started_at
    group by events.event_name, events.amount
),

ranked as (
    select
        event_name, amount, rows::bigint as rows,
        sum(rows) over (partition by event_name)::bigint as all_rows,
        count(*) over (partition by event_name)::bigint as distinct_amounts,
        quantile_disc(rows, 0.5) over (partition by event_name)::bigint as usual_rows,
        row_number() over (partition by event_name order by rows desc, amount) as place
    from amounts
)

select event_name, amount, digits, rows, all_rows, distinct_amounts, usual_rows
from ranked
join marts.dim_amounts using (event_name)
where place <= 3 or amount = 0 or regexp_full_match(amount::varchar, '9{3,}0*')
order by event_name, amount
