-- Exposed units that could have a value of a metric, and those without one: missing, empty and counted as zero, or not
-- watched long enough. Grain: metric, variant, is_high.
select metric, variant, is_high, units, missing, zeros, open_windows
from marts.fct_missing_values
order by metric, variant, is_high
