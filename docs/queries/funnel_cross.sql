-- The exposure step and the last step by the first segment crossed with another. Grain: first level, dimension, level.
select first_level, dimension, level, reached_units, converted_units
from marts.fct_funnel_cross
order by dimension, first_level, level
