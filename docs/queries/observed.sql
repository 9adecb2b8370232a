-- When units were exposed, first and last, and when the data end. Grain: one row in all.
select
    min(units.exposed_at) as first_exposure, max(units.exposed_at) as last_exposure,
    (select last_event_at from marts.dim_experiments) as last_event
from marts.fct_experiment_units as units
where units.is_exposed
