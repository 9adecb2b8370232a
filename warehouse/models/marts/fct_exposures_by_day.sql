-- Units that reach the exposure step on a day, for the first time or again, in the diagnosis period and in the
-- experiment. Days run from the period's first moment. Grain: period and day.
with exposures as (
    select 'diagnosis' as period, user_id, event_time - {{ text(var('first')) }}::timestamp as since
    from {{ ref('int_key_events') }}
    where event_name = {{ text(var('exposure')) }} and event_time < {{ text(var('diagnosis_end')) }}
    union all
    select 'experiment' as period, user_id, event_time - {{ text(var('start')) }}::timestamp as since
    from {{ ref('int_key_events') }}
    where event_name = {{ text(var('exposure')) }} and event_time >= {{ text(var('start')) }}
),

unit_days as (
    select distinct period, user_id, floor(epoch(since) / 86400)::integer + 1 as day
    from exposures
),

marked as (
    select period, day, day = min(day) over (partition by period, user_id) as is_first
    from unit_days
)

select
    period,
    day,
    count(*) filter (where is_first) as new_units,
    count(*) filter (where not is_first) as returning_units,
    sum(count(*) filter (where is_first)) over (partition by period order by day)::bigint as cumulative_units
from marked
group by period, day
order by period, day
