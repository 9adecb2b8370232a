-- Digits behind the point that amounts are kept to. Grain: event name.
select event_name, digits
from marts.dim_amounts
order by event_name
