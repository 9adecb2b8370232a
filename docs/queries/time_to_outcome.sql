-- Whole hours from the exposure to the first event of that name, for units exposed in the first half of the time from the
-- first exposure to the end of what was seen, and within as long again, so that each was watched equally long. Grain: hours.
with period as (
    select
        first.opened_at,
        (least(experiment.ended_at, date_trunc('day', experiment.last_event_at) + interval 1 day) - first.opened_at) / 2 as half
    from marts.dim_experiments as experiment
    cross join (select min(exposed_at) as opened_at from marts.fct_experiment_units where is_exposed) as first
),

firsts as (
    select units.user_id, min(events.event_time) - units.exposed_at as spell
    from marts.fct_experiment_units as units
    join intermediate.int_outcome_events as events on events.user_id = units.user_id
    join marts.dim_variants as arms on arms.variant = units.variant
    cross join period
    where
        units.is_exposed
        and units.exposed_at < period.opened_at + period.half
        and events.event_name = $event
        and events.after_exposure
        and events.event_time < units.exposed_at + period.half
        and case when arms.position = 0 then events.in_control else events.in_treatment end
    group by units.user_id, units.exposed_at
)

select floor(epoch(spell) / 3600)::bigint as hours, count(*)::bigint as units
from firsts
group by hours
order by hours
