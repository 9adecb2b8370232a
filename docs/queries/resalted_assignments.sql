-- The exposed units, split anew under many salts, with a metric's sums in both worlds (y0 without the change, y1 with
-- it). Parameters: $salt, $first and $end (numbers of salts), $metric, $cut (helpers.assignment.hex_cut of the
-- control's share). Grain: one salt.
with units as (
    select user_id, y0, y1
    from intermediate.int_unit_metrics
    where population = 'exposed' and metric = $metric
),

split as (
    select run, y0, y1, sha256($salt || '/' || run || ':' || user_id) < $cut as in_control
    from units
    cross join range($first, $end) as runs(run)
)

select
    run,
    count(*) filter (where in_control) as n_control,
    count(*) filter (where not in_control) as n_treatment,
    coalesce(sum(y0) filter (where in_control), 0) as y0_control,
    coalesce(sum(y0) filter (where not in_control), 0) as y0_treatment,
    coalesce(sum(y1) filter (where not in_control), 0) as y1_treatment,
    coalesce(sum(y0 * y0) filter (where in_control), 0) as y0_squared_control,
    coalesce(sum(y0 * y0) filter (where not in_control), 0) as y0_squared_treatment,
    coalesce(sum(y1 * y1) filter (where not in_control), 0) as y1_squared_treatment
from split
group by run
order by run
