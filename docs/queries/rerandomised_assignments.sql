-- The exposed units, split anew many times, with a metric's sums in both worlds (y0 without the change, y1 with it).
-- Each salted SHA-256 is cut into four buckets of 13 hexadecimal digits, so that one hash serves four assignments.
-- Parameters: $salt, $first and $end (numbers of hashes), $metric, $cut (helpers.assignment.hex_cut of the control's
-- share). Grain: one assignment.
with units as (
    select user_id, y0, y1, y0::hugeint * y0 as y0_squared, y1::hugeint * y1 as y1_squared
    from intermediate.int_unit_metrics
    where population = 'exposed' and metric = $metric and y0 is not null
),

hashed as (
    select hash_number, y0, y1, y0_squared, y1_squared, sha256($salt || '/' || hash_number || ':' || user_id) as digest
    from units
    cross join range($first, $end) as hashes(hash_number)
),

control as (
    select
        4 * hash_number + part as run,
        count(*) as n, sum(y0) as y0, sum(y1) as y1, sum(y0_squared) as y0_squared, sum(y1_squared) as y1_squared
    from hashed
    cross join range(4) as parts(part)
    where substr(digest, 13 * part + 1, 13) < $cut
    group by run
),

total as (
    select count(*) as n, sum(y0) as y0, sum(y1) as y1, sum(y0_squared) as y0_squared, sum(y1_squared) as y1_squared
    from units
)

select
    runs.run,
    coalesce(control.n, 0) as n_control,
    total.n - coalesce(control.n, 0) as n_treatment,
    coalesce(control.y0, 0) as y0_control,
    total.y0 - coalesce(control.y0, 0) as y0_treatment,
    total.y1 - coalesce(control.y1, 0) as y1_treatment,
    coalesce(control.y0_squared, 0) as y0_squared_control,
    total.y0_squared - coalesce(control.y0_squared, 0) as y0_squared_treatment,
    total.y1_squared - coalesce(control.y1_squared, 0) as y1_squared_treatment
from range(4 * $first, 4 * $end) as runs(run)
cross join total
left join control on control.run = runs.run
order by runs.run
