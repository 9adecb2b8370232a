-- When units were exposed, first and last, when the data end, and at how many hours of the day units were exposed.
-- Grain: one row in all.
select
    min(units.exposed_at) as first_exposure, max(units.exposed_at) as last_exposure,
    (select last_event_at from marts.dim_experiments) as last_event,
    count(distinct hour(units.exposed_at)) as hours
from marts.fct_experiment_units as units
where units.is_exposed
