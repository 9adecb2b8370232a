-- Each metric of each unit in both worlds (y0 under control, y1 under treatment; d0, d1 the denominators of ratios;
-- x the same measure before the experiment; cut0, cut1 what winsorising took from y0 and y1). Counts, cents and seconds, all integers. Population 'exposed' counts from
-- the exposure on, 'assigned' from the assignment on. Grain: population, unit, metric.
with counted as (
    select population, units.user_id, outcomes.event_name, outcomes.amount, outcomes.in_control, outcomes.in_treatment,
        outcomes.user_id is not null and (population = 'assigned' or outcomes.after_exposure) as counted
    from {{ ref('fct_experiment_units') }} as units
    cross join (select unnest(['exposed', 'assigned']) as population)
    left join {{ ref('int_outcome_events') }} as outcomes on outcomes.user_id = units.user_id
    where population = 'assigned' or units.is_exposed
),

measures as (
    select
        population, user_id
        {%- for metric in var('metrics') if metric.type != 'retention' %}
        {%- for world in ['0', '1'] %}
        {%- set flag = 'in_control' if world == '0' else 'in_treatment' %},
        {{ measured(metric, metric.measure or 'any', flag) }} as {{ metric.name }}_y{{ world }}
        {%- if metric.type == 'ratio' %},
        {{ measured(metric if metric.per == 'count' else {'event': metric.per}, 'count', flag) }} as {{ metric.name }}_d{{ world }}
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
    from counted
    group by population, user_id
),

before as (
    select
        user_id
        {%- for metric in var('metrics') if metric.covariate %},
        {{ measured(metric, metric.measure or 'any', 'counted') }} as {{ metric.name }}_x
        {%- endfor %}
    from (select *, true as counted from {{ ref('int_key_events') }} where event_time < {{ text(var('start')) }})
    group by user_id
),

thresholds as (
    select
        1 as one
        {%- for metric in var('metrics') if metric.winsorize %},
        quantile_disc(case when units.variant = {{ text(var('control')) }} then {{ metric.name }}_y0 else {{ metric.name }}_y1 end, {{ metric.winsorize }})
            filter (where measures.population = 'exposed') as {{ metric.name }}
        {%- endfor %}
    from measures
    join {{ ref('fct_experiment_units') }} as units using (user_id)
)

{% for metric in var('metrics') %}
{%- if metric.type == 'retention' %}
select
    'exposed' as population, units.user_id, '{{ metric.name }}' as metric,
    bool_or(sessions.user_id is not null)::bigint as y0, bool_or(sessions.user_id is not null)::bigint as y1,
    null::bigint as d0, null::bigint as d1, null::bigint as x, null::bigint as cut0, null::bigint as cut1
from {{ ref('fct_experiment_units') }} as units
left join {{ ref('int_exposed_sessions') }} as sessions
    on sessions.user_id = units.user_id
    and sessions.started_at > units.exposed_at + interval 1 day
    and sessions.started_at <= units.exposed_at + interval {{ metric.days }} day
where units.is_exposed and units.exposed_at + interval {{ metric.days }} day <= {{ text(var('end')) }}::timestamp
group by units.user_id
{%- else %}
{%- set cap = "thresholds." ~ metric.name if metric.winsorize else none %}
select
    measures.population, measures.user_id, '{{ metric.name }}' as metric,
    {%- for world in ['0', '1'] %}
    {% if cap %}least({{ metric.name }}_y{{ world }}, {{ cap }}){% else %}{{ metric.name }}_y{{ world }}{% endif %} as y{{ world }},
    {%- endfor %}
    {%- for world in ['0', '1'] %}
    {% if metric.type == 'ratio' %}{{ metric.name }}_d{{ world }}{% else %}null::bigint{% endif %} as d{{ world }},
    {%- endfor %}
    {% if metric.covariate %}{{ 'least(' if cap }}coalesce(before.{{ metric.name }}_x, 0){{ ', ' ~ cap ~ ')' if cap }}{% else %}null::bigint{% endif %} as x
    {%- for world in ['0', '1'] %},
    {% if cap %}greatest({{ metric.name }}_y{{ world }} - {{ cap }}, 0){% else %}null::bigint{% endif %} as cut{{ world }}
    {%- endfor %}
from measures
{%- if cap %}
cross join thresholds
{%- endif %}
{%- if metric.covariate %}
left join before using (user_id)
{%- endif %}
{%- if metric.event == 'experiment_session' %}
where measures.population = 'exposed'
{%- endif %}
{%- endif %}
{{ 'union all' if not loop.last }}
{% endfor %}
