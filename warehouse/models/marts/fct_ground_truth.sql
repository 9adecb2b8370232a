-- Both worlds summed over the same units: the effect that was planted, or what a simulated world says of its treated
-- users. Of a real online log both worlds are equal and mean nothing.
-- Grain: population, dimension, level, metric.
{% if var('ground_truth') %}
select
    {{ text(var('experiment_id')) }} as experiment_id, population, dimension, level, metric,
    units::bigint as units, sum_y0::hugeint as sum_y0, sum_y1::hugeint as sum_y1, sum_d0::hugeint as sum_d0, sum_d1::hugeint as sum_d1
from (select unnest(worlds, recursive := true) from read_json({{ text(var('ground_truth')) }}, columns = {
    'worlds': 'struct(metric varchar, dimension varchar, level varchar, units bigint, sum_y0 hugeint, sum_y1 hugeint, sum_d0 hugeint, sum_d1 hugeint)[]'
}))
cross join (select unnest(['exposed', 'assigned']) as population)
order by population, dimension, level, metric
{% else %}
{% set sums = ['units', 'sum_y0', 'sum_y1', 'sum_d0', 'sum_d1'] %}
with cells as (
    select
        population, metric,{% for segment in var('segments') %} units.{{ segment }},{% endfor %}
        count(*) as units, sum(y0) as sum_y0, sum(y1) as sum_y1, sum(d0) as sum_d0, sum(d1) as sum_d1
    from {{ ref('int_unit_metrics') }} as metrics
    join {{ ref('fct_experiment_units') }} as units using (user_id)
    where y0 is not null
    group by population, metric{% for segment in var('segments') %}, units.{{ segment }}{% endfor %}
)

{% for dimension in ['all'] + var('segments') %}
select
    {{ text(var('experiment_id')) }} as experiment_id, population, '{{ dimension }}' as dimension,
    {{ "'all'" if dimension == 'all' else dimension }} as level, metric,
    {%- for name in sums %}
    sum({{ name }})::{{ 'bigint' if loop.first else 'hugeint' }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from cells
group by population, metric{{ '' if dimension == 'all' else ', ' ~ dimension }}
union all
{% endfor %}
select
    {{ text(var('experiment_id')) }} as experiment_id, 'exposed' as population, 'selection' as dimension, rule as level,
    '{{ (var('metrics') | selectattr('role', 'equalto', 'primary') | first).name }}' as metric,
    sum(units)::bigint as units, sum(sum_y0)::hugeint as sum_y0, sum(sum_y1)::hugeint as sum_y1,
    null::hugeint as sum_d0, null::hugeint as sum_d1
from {{ ref('fct_selection') }}
where rule in ('as they are', 'heaviest before')
group by rule
order by population, dimension, level, metric
{% endif %}
