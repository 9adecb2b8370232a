-- Lift, interval and p-value, computed by helpers.stats. Grain: population, dimension, level, metric, variant.
select
    population, dimension, level, metric, variant, control, treatment,
    difference, difference_low, difference_high, lift, lift_low, lift_high, p_value
from computed.experiment_statistics
order by population, dimension, level, metric, variant
