-- Skewness of what exposed units have: of a metric's value, of the value before extremes were pulled in, and of its
-- history. Cubes are of whole thousandths of a standard deviation, so their sum is exact and in no order. NULL where
-- nothing varies. Grain: metric, variant.
with valued as (
    select
        metrics.metric, units.variant, metrics.x as history,
        case when units.variant = $control then metrics.y0 else metrics.y1 end as value,
        case when units.variant = $control then metrics.y0 + coalesce(metrics.cut0, 0) else metrics.y1 + coalesce(metrics.cut1, 0) end as bare
    from intermediate.int_unit_metrics as metrics
    join marts.fct_experiment_units as units using (user_id)
    where metrics.population = 'exposed'
),
long as (
    unpivot valued on value, bare, history into name what value number
),
centred as (
    select
        metric, variant, what, count(*) as units, sum(number::hugeint)::double / count(*) as middle,
        sqrt(greatest(0, sum(number::hugeint * number::hugeint)::double / count(*) - (sum(number::hugeint)::double / count(*)) ** 2)) as spread
    from long
    group by metric, variant, what
),
cubed as (
    select long.metric, long.variant, long.what, round(1000 * (number - middle) / spread)::hugeint as step, units
    from long
    join centred using (metric, variant, what)
    where spread > 0
)
select
    metric, variant, max(units)::bigint as units,
    max(skewness) filter (where what = 'value') as skewness,
    max(skewness) filter (where what = 'bare') as bare_skewness,
    max(skewness) filter (where what = 'history') as history_skewness
from (
    select metric, variant, what, max(units) as units, sum(step * step * step)::double / (1e9 * count(*)) as skewness
    from cubed
    group by metric, variant, what
)
group by metric, variant
order by metric, variant
