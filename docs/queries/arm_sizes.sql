-- Units of each arm, over all, by segment and by day of exposure. Grain: population, dimension, level, variant.
select population, dimension, level, variant, max(units)::bigint as units
from marts.fct_experiment_results
group by all
order by population, dimension, level, variant
