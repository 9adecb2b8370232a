-- Exposed units that were watched for fewer hours than that before the experiment or its data ended. Grain: variant.
select units.variant, count(*)::bigint as units
from marts.fct_experiment_units as units
cross join marts.dim_experiments as experiment
where
    units.is_exposed
    and units.exposed_at + to_hours($hours)
    > least(experiment.ended_at, date_trunc('day', experiment.last_event_at) + interval 1 day)
group by units.variant
order by units.variant
