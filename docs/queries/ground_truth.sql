-- Both worlds over the same units, known because the uplift is planted. Grain: population, dimension, level, metric.
select population, dimension, level, metric, units, sum_y0, sum_y1, sum_d0, sum_d1
from marts.fct_ground_truth
order by population, dimension, level, metric
