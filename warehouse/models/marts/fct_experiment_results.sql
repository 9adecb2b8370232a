-- Sufficient statistics: all that the engine must compute. Sums are of integers (counts, and amounts in the digits
-- of dim_amounts) and exact, so the units are summed once, as finely as anything is asked, and every level is a sum of
-- these cells. Squares have 128 bits; a sum past them is an error of the engine, never a wrong one.
-- Where whole clusters were randomised, a cluster is what is squared: y its total, d its units with a value or the total
-- of the denominator, so that an arm's mean is a ratio of totals. Grain: population, dimension, level, variant, metric.
{% set cluster = var('cluster') %}
{% set sums = ['units', 'valued', 'randomised', 'sample_size', 'conversions', 'sum_y', 'sum_y2', 'sum_d', 'sum_d2', 'sum_yd', 'sum_x', 'sum_x2', 'sum_xy', 'sum_xd', 'sum_r', 'sum_r2', 'sum_rd'] %}
with observed as (
    select
        metrics.population, metrics.metric, units.variant, units.exposure_day::varchar as day, units.cluster_key,
        {%- for segment in var('segments') %} units.{{ segment }},{% endfor %}
        case when units.variant = {{ text(var('control')) }} then y0 else y1 end as y,
        case when units.variant = {{ text(var('control')) }} then d0 else d1 end as d,
        case when units.variant = {{ text(var('control')) }} then y0 + coalesce(cut0, 0) else y1 + coalesce(cut1, 0) end as r,
        x
    from {{ ref('int_unit_metrics') }} as metrics
    join {{ ref('fct_experiment_units') }} as units using (user_id)
),
{% if not cluster %}
cells as (
    select
        population, metric, variant, day,
        {%- for segment in var('segments') %} {{ segment }},{% endfor %}
        {{ squares() }}
    from observed
    group by population, metric, variant, day{% for segment in var('segments') %}, {{ segment }}{% endfor %}
),
{% endif %}
leveled as (
    {%- for dimension in ['all', 'day'] + var('segments') %}
    select
        population, metric, variant, '{{ dimension }}' as dimension, {{ "'all'" if dimension == 'all' else dimension }} as level,
        {%- for name in sums %}
        sum({{ name }})::{{ 'bigint' if loop.index <= 5 else 'hugeint' }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ totals_of_clusters(dimension) if cluster else 'cells' }}
    {%- if dimension == 'day' %}
    where population = 'exposed'
    {%- endif %}
    group by population, metric, variant{{ '' if dimension == 'all' else ', ' ~ dimension }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    {{ text(var('experiment_id')) }} as experiment_id,
    population, dimension, level, variant, metric, units, valued, randomised, sample_size, conversions,
    case when metric in ({{ text_list(var('money_metrics')) }}) then sum_y end as revenue,
    {%- for name in sums[5:] %}
    {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from leveled
order by population, dimension, level, metric, variant
