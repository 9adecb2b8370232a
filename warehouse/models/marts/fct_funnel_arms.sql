-- The funnel of the experiment by arm, online: from the exposure of a unit, the next step strictly after the last, all
-- inside one window, optional steps left out; every step divides by the exposed units. Empty offline, where planted
-- conversions have no steps before them, and when the exposure is the last step. Grain: variant and step.
{% set steps = [var('exposure')] + var('funnel').steps[var('exposure_step'):] | reject('in', var('funnel').optional) | list %}
{% set window = "interval (" ~ (var('funnel').window_hours * 3600) | int ~ ") second" %}
{% if var('mode') != 'online' or steps | length < 2 %}
select
    null::varchar as variant, 0::integer as step, null::varchar as event_name, false as is_optional, 0::bigint as entrants,
    0::bigint as units, 0::bigint as open_units
where false
{% else %}
with entrants as (
    select
        user_id, units.variant, assigned.exposed_key as step_1,
        assigned.exposed_key.at + {{ window }} as window_end,
        assigned.exposed_key.at + {{ window }} > {{ text(var('end')) }}::timestamp as window_open
    from {{ ref('int_assigned') }} as assigned
    join {{ ref('fct_experiment_units') }} as units using (user_id)
    where units.is_exposed
)
{%- for step in steps[1:] %},

reached_{{ loop.index + 1 }} as (
    select before.user_id, min(events.event_key) as step_{{ loop.index + 1 }}
    from {{ 'entrants' if loop.first else 'reached_' ~ loop.index }} as before
    {%- if not loop.first %}
    join entrants using (user_id)
    {%- endif %}
    join {{ ref('int_key_events') }} as events on events.user_id = before.user_id
    where
        events.event_name = {{ text(step) }}
        and events.event_key > before.step_{{ loop.index }}
        and events.event_time <= window_end
    group by before.user_id
)
{%- endfor %},

walked as (
    select *
    from entrants
    {%- for step in steps[1:] %}
    left join reached_{{ loop.index + 1 }} using (user_id)
    {%- endfor %}
)

{% for step in steps %}
select
    variant, {{ loop.index }} as step, {{ text(step) }} as event_name, false as is_optional,
    count(*) as entrants, count(step_{{ loop.index }}) as units,
    {% if loop.first %}0::bigint{% else %}count(*) filter (
        where window_open and step_{{ loop.index }} is null and step_{{ loop.index0 }} is not null
    ){% endif %} as open_units
from walked
group by variant
{{ 'union all' if not loop.last }}
{% endfor %}
order by variant, step
{% endif %}
