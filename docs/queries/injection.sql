-- The planted uplift and what it rests on. Grain: level of the segment it depends on.
select level, exposed_units, converted_units, relative_uplift, gain_probability, loss_probability
from intermediate.int_injection
order by level
