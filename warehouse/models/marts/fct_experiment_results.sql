-- Sufficient statistics: all that the engine must compute. Sums are of integers (counts, and amounts in the digits
-- of dim_amounts) and exact, so the units are summed once, as finely as anything is asked, and every level is a sum of
-- these cells. Squares have 128 bits; a sum past them is an error of the engine, never a wrong one.
-- Grain: population, dimension, level, variant, metric.
{% set sums = ['units', 'sample_size', 'conversions', 'sum_y', 'sum_y2', 'sum_d', 'sum_d2', 'sum_yd', 'sum_x', 'sum_x2', 'sum_xy', 'sum_r', 'sum_r2'] %}
with observed as (
    select
        metrics.population, metrics.metric, units.variant, units.exposure_day::varchar as day,
        {%- for segment in var('segments') %} units.{{ segment }},{% endfor %}
        case when units.variant = {{ text(var('control')) }} then y0 else y1 end as y,
        case when units.variant = {{ text(var('control')) }} then d0 else d1 end as d,
        case when units.variant = {{ text(var('control')) }} then y0 + coalesce(cut0, 0) else y1 + coalesce(cut1, 0) end as r,
        x
    from {{ ref('int_unit_metrics') }} as metrics
    join {{ ref('fct_experiment_units') }} as units using (user_id)
),

cells as (
    select
        population, metric, variant, day,
        {%- for segment in var('segments') %} {{ segment }},{% endfor %}
        count(*) as units, count(y) as sample_size,
        count(*) filter (where y > 0) as conversions,
        sum(y) as sum_y, sum(y::hugeint * y) as sum_y2, sum(d) as sum_d, sum(d::hugeint * d) as sum_d2,
        sum(y::hugeint * d) as sum_yd, sum(x) filter (where y is not null) as sum_x,
        sum(x::hugeint * x) filter (where y is not null) as sum_x2, sum(x::hugeint * y) as sum_xy,
        sum(r) as sum_r, sum(r::hugeint * r) as sum_r2
    from observed
    group by population, metric, variant, day{% for segment in var('segments') %}, {{ segment }}{% endfor %}
),

leveled as (
    {%- for dimension in ['all', 'day'] + var('segments') %}
    select
        population, metric, variant, '{{ dimension }}' as dimension, {{ "'all'" if dimension == 'all' else dimension }} as level,
        {%- for name in sums %}
        sum({{ name }})::{{ 'bigint' if loop.index <= 3 else 'hugeint' }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from cells
    {%- if dimension == 'day' %}
    where population = 'exposed'
    {%- endif %}
    group by population, metric, variant{{ '' if dimension == 'all' else ', ' ~ dimension }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    {{ text(var('experiment_id')) }} as experiment_id,
    population, dimension, level, variant, metric, units, sample_size, conversions,
    case when metric in ({{ text_list(var('money_metrics')) }}) then sum_y end as revenue,
    {%- for name in sums[3:] %}
    {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from leveled
order by population, dimension, level, metric, variant
