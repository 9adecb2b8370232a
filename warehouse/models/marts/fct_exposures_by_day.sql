-- Units that reach the exposure step for the first time on a day, in the diagnosis period and in the experiment.
-- Days run from the period's first moment. Grain: period and day.
with first_exposures as (
    select 'diagnosis' as period, user_id, min(event_time) - {{ text(var('first')) }}::timestamp as since
    from {{ ref('int_key_events') }}
    where event_name = {{ text(var('exposure')) }} and event_time < {{ text(var('diagnosis_end')) }}
    group by user_id
    union all
    select 'experiment' as period, user_id, min(event_time) - {{ text(var('start')) }}::timestamp as since
    from {{ ref('int_key_events') }}
    where event_name = {{ text(var('exposure')) }} and event_time >= {{ text(var('start')) }}
    group by user_id
)

select
    period,
    floor(epoch(since) / 86400)::integer + 1 as day,
    count(*) as new_units,
    sum(count(*)) over (partition by period order by floor(epoch(since) / 86400))::bigint as cumulative_units
from first_exposures
group by period, floor(epoch(since) / 86400)
order by period, day
