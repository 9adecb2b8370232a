-- Each metric of each unit in both worlds (y0 under control, y1 under treatment; d0, d1 the denominators of ratios;
-- x the same measure before the experiment; cut0, cut1 what winsorising took from y0 and y1). Counts, cents and seconds, all integers. Population 'exposed' counts from
-- the exposure on, 'assigned' from the assignment on. A unit without a value has its row, and null in it; standing says
-- why. Grain: population, unit, metric.
{% set of_units = var('row_event') != '' %}
with counted as (
    select population, units.user_id, outcomes.event_name, outcomes.amount, outcomes.is_wrong, outcomes.event_time,
        case population when 'exposed' then units.exposed_at else units.assigned_at end as since,
        outcomes.in_control and outcomes.user_id is not null and (population = 'assigned' or outcomes.after_exposure) as in_control,
        outcomes.in_treatment and outcomes.user_id is not null and (population = 'assigned' or outcomes.after_exposure) as in_treatment
    from {{ ref('fct_experiment_units') }} as units
    cross join (select unnest(['exposed', 'assigned']) as population)
    left join {{ ref('int_outcome_events') }} as outcomes on outcomes.user_id = units.user_id
    where population = 'assigned' or units.is_exposed
),

measures as (
    select
        population, user_id, any_value(since) as since
        {%- for metric in var('metrics') if metric.type != 'retention' %}
        {%- for world in ['0', '1'] %}
        {%- set flag = 'in_control' if world == '0' else 'in_treatment' %},
        {{ measured(metric, metric.measure or 'any', flag) }} as {{ metric.name }}_y{{ world }}
        {%- if metric.type == 'ratio' %},
        {{ divisor(metric, flag) }} as {{ metric.name }}_d{{ world }}
        {%- endif %}
        {%- endfor %}
        {%- if metric.measure == 'sum' and not of_units %},
        case
            when {{ measured(metric, 'any', 'in_control and amount is null and is_wrong') }} > 0 then 'wrong'
            when {{ measured(metric, 'any', 'in_control and amount is null') }} > 0 then 'empty'
            when {{ measured(metric, 'any', 'in_control') }} > 0 then 'known'
            else 'nothing'
        end as {{ metric.name }}_holds
        {%- endif %}
        {%- endfor %}
    from counted
    group by population, user_id
),

before as (
    select
        user_id
        {%- for metric in var('metrics') if metric.covariate %},
        {{ measured({'event': metric.event, 'within_days': none}, metric.measure or 'any', 'true') }} as {{ metric.name }}_x
        {%- endfor %}
    from {{ ref('int_key_events') }}
    where event_time < {{ text(var('start')) }}
    group by user_id
),

{%- if of_units %}
gaps as (
    select
        user_id
        {%- for metric in var('metrics') %},
        count(*) filter (where not is_before and event_name in ({{ text_list([metric.event, metric.per]) }})) > 0 as {{ metric.name }}_empty
        {%- if metric.covariate %},
        count(*) filter (where is_before and event_name = {{ text(metric.event) }}) > 0 as {{ metric.name }}_unknown
        {%- endif %}
        {%- endfor %}
    from {{ ref('int_missing_outcomes') }}
    group by user_id
),
{%- endif %}

-- where sight ends: with the experiment, or with the last event of the log if that is earlier
sight as (
    select least({{ text(var('end')) }}::timestamp, max(last_seen_at)) as until from {{ ref('int_units') }}
),

stood as (
    {%- for metric in var('metrics') %}
    select
        measures.population, measures.user_id, {{ text(metric.name) }} as metric,
        {%- if metric.type == 'retention' %}
        coalesce(sessions.seen, false)::bigint as y0, coalesce(sessions.seen, false)::bigint as y1,
        {%- else %}
        {{ metric.name }}_y0 as y0, {{ metric.name }}_y1 as y1,
        {%- endif %}
        {%- for world in ['0', '1'] %}
        {% if metric.type == 'ratio' %}{{ metric.name }}_d{{ world }}{% else %}null::bigint{% endif %} as d{{ world }},
        {%- endfor %}
        {%- set unknown = metric.name ~ "_unknown" if of_units and metric.missing != 'zero' else none %}
        {% if metric.covariate %}{{ "case when not coalesce(" ~ unknown ~ ", false) then " if unknown }}coalesce({{ metric.name }}_x, 0){{ " end" if unknown }}{% else %}null::bigint{% endif %} as x,
        case
            when measures.since is null then 'outside'
            {%- if metric.type == 'retention' or metric.event == 'experiment_session' %}
            when measures.population <> 'exposed' then 'outside'
            {%- endif %}
            {%- set days = metric.to_day or metric.within_days %}
            {%- if days %}
            when measures.since + interval {{ days }} day > sight.until then 'open'
            {%- endif %}
            {%- if of_units %}
            when coalesce({{ metric.name }}_empty, false) then {{ "'zero'" if metric.missing == 'zero' else "'missing'" }}
            {%- elif metric.measure == 'sum' %}
            when {{ metric.name }}_holds = 'wrong' then 'missing'
            when {{ metric.name }}_holds = 'empty' then {{ "'zero'" if metric.missing == 'zero' else "'missing'" }}
            when {{ metric.name }}_holds = 'nothing' then 'nothing'
            {%- endif %}
            else 'known'
        end as standing
    from measures
    cross join sight
    {%- if of_units %}
    left join gaps using (user_id)
    {%- endif %}
    {%- if metric.covariate %}
    left join before using (user_id)
    {%- endif %}
    {%- if metric.type == 'retention' %}
    left join (
        select user_id, bool_or({{ metric.name }}_seen) as seen from {{ ref('int_exposed_sessions') }} group by user_id
    ) as sessions using (user_id)
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a history that is not known is taken as the usual one, in whole numbers and alike in every arm, so that no unit is lost
valued as (
    select
        population, user_id, metric, standing,
        {%- for name in ['y0', 'y1', 'd0', 'd1'] %}
        case when standing in ('known', 'nothing', 'zero') then {{ name }} end as {{ name }},
        {%- endfor %}
        {% if of_units %}coalesce(x, round(avg(x) over (partition by population, metric))::bigint) as x{% else %}x{% endif %}
    from stood
)
{%- set cut = var('metrics') | selectattr('winsorize') | list %}
{%- if cut %},

thresholds as (
    {%- for metric in cut %}
    select
        {{ text(metric.name) }} as metric,
        quantile_disc(case when units.variant = {{ text(var('control')) }} then y0 else y1 end, {{ metric.winsorize }}) as cap
    from valued
    join {{ ref('fct_experiment_units') }} as units using (user_id)
    where population = 'exposed' and metric = {{ text(metric.name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    population, user_id, metric, standing,
    case when y0 > cap then cap else y0 end as y0,
    case when y1 > cap then cap else y1 end as y1,
    d0, d1,
    case when x > cap then cap else x end as x,
    case when y0 > cap then y0 - cap when y0 <= cap then 0 end as cut0,
    case when y1 > cap then y1 - cap when y1 <= cap then 0 end as cut1
from valued
left join thresholds using (metric)
{%- else %}

select population, user_id, metric, standing, y0, y1, d0, d1, x, null::bigint as cut0, null::bigint as cut1
from valued
{%- endif %}
