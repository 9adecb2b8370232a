-- Units that reached each step. Grain: funnel, dimension, level, step.
select funnel, dimension, level, step, event_name, is_optional, entrants, units, open_units
from marts.fct_funnel
order by funnel, dimension, level, step
