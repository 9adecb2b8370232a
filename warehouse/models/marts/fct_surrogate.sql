-- Sums of powers of a proxy (s) and an outcome (y) over exposed units: what their slope and its robust error need.
-- Empty where the study names no proxy. Grain: variant.
{% set surrogate = var('surrogate') %}
{% set powers = {'sum_s': [1, 0], 'sum_s2': [2, 0], 'sum_s3': [3, 0], 'sum_s4': [4, 0], 'sum_y': [0, 1], 'sum_y2': [0, 2],
    'sum_sy': [1, 1], 'sum_s2y': [2, 1], 'sum_s3y': [3, 1], 'sum_sy2': [1, 2], 'sum_s2y2': [2, 2]} %}
{% if not surrogate %}
select
    null::varchar as variant, 0::bigint as units
    {%- for name in powers %},
    0::hugeint as {{ name }}
    {%- endfor %}
where false
{% else %}
with observed as (
    select
        units.variant, metrics.user_id, metrics.metric,
        case when units.variant = {{ text(var('control')) }} then y0 else y1 end as value
    from {{ ref('int_unit_metrics') }} as metrics
    join {{ ref('fct_experiment_units') }} as units using (user_id)
    where metrics.population = 'exposed' and metrics.metric in ({{ text(surrogate.proxy) }}, {{ text(surrogate.outcome) }})
),

pairs as (
    select
        variant, user_id,
        max(value) filter (where metric = {{ text(surrogate.proxy) }})::hugeint as s,
        max(value) filter (where metric = {{ text(surrogate.outcome) }})::hugeint as y
    from observed
    group by variant, user_id
    having count(value) = 2
)

select
    variant, count(*) as units
    {%- for name, (a, b) in powers.items() %},
    sum({{ (['s'] * a + ['y'] * b) | join(' * ') }})::hugeint as {{ name }}
    {%- endfor %}
from pairs
group by variant
order by variant
{% endif %}
