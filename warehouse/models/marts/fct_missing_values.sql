-- Exposed units with and without a value of a metric. A value can be missing only where it could be had: of a log, in
-- units with the event whose amount is summed. The primary outcome is high above its pooled median, or where it happened
-- if it is a share; unknown where it is missing itself. Grain: metric, variant, whether the primary outcome is high.
{% set primary = var('metrics') | selectattr('role', 'equalto', 'primary') | first %}
with values as (
    select
        metrics.metric, units.variant, metrics.user_id, metrics.standing,
        case when units.variant = {{ text(var('control')) }} then y0 else y1 end as y
    from {{ ref('int_unit_metrics') }} as metrics
    join {{ ref('fct_experiment_units') }} as units using (user_id)
    where metrics.population = 'exposed'
),

middle as (
    select {{ "0" if primary.type in ('proportion', 'retention') else "quantile_disc(y, 0.5)" }} as y
    from values
    where metric = {{ text(primary.name) }}
    {%- if primary.type in ('proportion', 'retention') %}
    limit 1
    {%- endif %}
),

outcome as (
    select values.user_id, values.y > middle.y as is_high
    from values
    cross join middle
    where values.metric = {{ text(primary.name) }}
)

select
    metric, variant, is_high,
    count(*) filter (where standing in ('known', 'missing'))::bigint as units,
    count(*) filter (where standing = 'missing')::bigint as missing,
    count(*) filter (where standing = 'zero')::bigint as zeros,
    count(*) filter (where standing = 'open')::bigint as open_windows
from values
join outcome using (user_id)
group by metric, variant, is_high
order by metric, variant, is_high
