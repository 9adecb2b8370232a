-- Sufficient statistics. Grain: population, dimension, level, metric, variant.
select
    population, dimension, level, metric, variant, units, valued, randomised, sample_size,
    sum_y, sum_y2, sum_d, sum_d2, sum_yd, sum_x, sum_x2, sum_xy, sum_xd, sum_r, sum_r2, sum_rd
from marts.fct_experiment_results
order by population, dimension, level, metric, variant
