-- The primary metric under choices that an analyst may make: units at or above the winsorising threshold dropped, pulled
-- in (as planned) or left as they are; and the heaviest quarter by the metric itself or by its history. Whoever chooses
-- by the outcome chooses by what the treatment changes. Empty unless the primary metric is a winsorised mean.
-- Grain: rule and variant.
{% set primary = var('metrics') | selectattr('role', 'equalto', 'primary') | first %}
{% if primary.type != 'mean' or not primary.winsorize %}
select
    null::varchar as rule, null::varchar as variant, 0::bigint as units, 0::hugeint as sum_y, 0::hugeint as sum_y2,
    0::hugeint as sum_y0, 0::hugeint as sum_y1
where false
{% else %}
with units as (
    select
        units.variant, metrics.x, metrics.y0, metrics.y1, metrics.y0 + metrics.cut0 as raw0, metrics.y1 + metrics.cut1 as raw1,
        case when units.variant = {{ text(var('control')) }} then metrics.y0 else metrics.y1 end as y,
        case when units.variant = {{ text(var('control')) }} then metrics.cut0 else metrics.cut1 end as cut
    from {{ ref('int_unit_metrics') }} as metrics
    join {{ ref('fct_experiment_units') }} as units using (user_id)
    where metrics.population = 'exposed' and metrics.metric = {{ text(primary.name) }} and metrics.y0 is not null
),

-- the threshold is a value that was seen, so it is the largest one that winsorising leaves
bounds as (
    select max(y) as threshold, quantile_disc(y, 0.75) as heavy_now, quantile_disc(x, 0.75) as heavy_before from units
),

chosen as (
    select 'winsorised' as rule, variant, y as value, y0, y1 from units
    union all
    select 'as they are' as rule, variant, y + cut as value, raw0 as y0, raw1 as y1 from units
    union all
    select 'dropped' as rule, variant, y as value, y0, y1 from units cross join bounds where y < threshold
    union all
    select 'heaviest by outcome' as rule, variant, y as value, y0, y1 from units cross join bounds where y >= heavy_now
    {%- if primary.covariate %}
    union all
    select 'heaviest before' as rule, variant, y as value, y0, y1 from units cross join bounds where x >= heavy_before
    {%- endif %}
)

select
    rule, variant, count(*) as units, sum(value)::hugeint as sum_y, sum(value::hugeint * value)::hugeint as sum_y2,
    sum(y0)::hugeint as sum_y0, sum(y1)::hugeint as sum_y1
from chosen
group by rule, variant
order by rule, variant
{% endif %}
