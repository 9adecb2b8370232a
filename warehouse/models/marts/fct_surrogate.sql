-- Sums of powers of a proxy (s) and an outcome (y) over exposed units: what their slope and its robust error need.
-- A fourth power passes 128 bits where an amount passes 10^9, so each sum is a list of digits to the base 2^21, the
-- lowest first: a value is three digits, powers multiply digit by digit, and no digit's sum comes near 128 bits.
-- Empty where the study names no proxy. Grain: variant.
{% set surrogate = var('surrogate') %}
{% set powers = {'sum_s': [1, 0], 'sum_s2': [2, 0], 'sum_s3': [3, 0], 'sum_s4': [4, 0], 'sum_y': [0, 1], 'sum_y2': [0, 2],
    'sum_sy': [1, 1], 'sum_s2y': [2, 1], 'sum_s3y': [3, 1], 'sum_sy2': [1, 2], 'sum_s2y2': [2, 2]} %}
{% if not surrogate %}
select
    null::varchar as variant, 0::bigint as units
    {%- for name in powers %},
    []::hugeint[] as {{ name }}
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
        max(value) filter (where metric = {{ text(surrogate.proxy) }}) as s,
        max(value) filter (where metric = {{ text(surrogate.outcome) }}) as y
    from observed
    group by variant, user_id
    having count(value) = 2
),

digits as (
    select
        variant
        {%- for name in ['s', 'y'] %},
        ({{ name }} & 2097151)::hugeint as {{ name }}1_0, (({{ name }} >> 21) & 2097151)::hugeint as {{ name }}1_1,
        ({{ name }} >> 42)::hugeint as {{ name }}1_2
        {%- endfor %}
    from pairs
),
{%- for name, power in [('s', 2), ('y', 2), ('s', 3), ('s', 4)] %}

{{ name }}_to_{{ power }} as (
    select
        *
        {%- for place in range(2 * power + 1) %},
        {{ digit_of_product(name ~ (power - 1), 2 * power - 1, name ~ 1, 3, place) }} as {{ name }}{{ power }}_{{ place }}
        {%- endfor %}
    from {{ 'digits' if loop.first else loop.previtem[0] ~ '_to_' ~ loop.previtem[1] }}
){{ ',' if not loop.last }}
{%- endfor %}

select
    variant, count(*) as units
    {%- for name, (a, b) in powers.items() %},
    [
        {%- for place in range(2 * (a + b) + 1) %}
        sum({{ digit_of_product('s' ~ a if a else '', 2 * a + 1, 'y' ~ b if b else '', 2 * b + 1, place) }})::hugeint{{ ',' if not loop.last }}
        {%- endfor %}
    ] as {{ name }}
    {%- endfor %}
from s_to_4
group by variant
order by variant
{% endif %}
