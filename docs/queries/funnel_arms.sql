-- Exposed units of each arm that reached each step of the experiment's funnel, and none offline. Grain: variant, step.
select variant, step, event_name, is_optional, entrants, units, open_units
from marts.fct_funnel_arms
order by variant, step
