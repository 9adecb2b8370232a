-- Exposed units that were watched for fewer hours than that before the experiment ended. Grain: variant.
select units.variant, count(*)::bigint as units
from marts.fct_experiment_units as units
cross join marts.dim_experiments as experiment
where units.is_exposed and units.exposed_at + to_hours($hours) > experiment.ended_at
group by units.variant
order by units.variant
