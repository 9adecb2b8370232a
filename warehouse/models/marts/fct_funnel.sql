-- Units that reached each step, in all and by segment; small segments are pooled. Grain: funnel, dimension, level, step.
{% set steps = var('funnel').steps %}
{% set optional = var('funnel').optional %}
{% set ns = namespace(required=1) %}
with leveled as (
    {%- for dimension in ['all'] + var('segments') %}
    select
        funnel, '{{ dimension }}' as dimension, window_open,
        {% if dimension == 'all' %}'all'{% else %}{{ pooled("profile." ~ dimension, '1', 'funnel') }}{% endif %} as level
        {%- for step in steps %}, step_{{ loop.index }}{% endfor %}
    from {{ ref('int_funnel') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

{% for step in steps %}
select
    {{ text(var('experiment_id')) }} as experiment_id, funnel, dimension, level,
    {{ loop.index }} as step, {{ text(step) }} as event_name,
    {{ step in var('funnel').optional }} as is_optional,
    count(*) as entrants,
    count(step_{{ loop.index }}) as units,
    {% if loop.first %}0{% else %}count(*) filter (
        where window_open and step_{{ loop.index }} is null
        and case funnel when 'strict' then step_{{ loop.index0 }} else step_{{ ns.required }} end is not null
    ){% endif %} as open_units
    {%- if step not in optional %}{% set ns.required = loop.index %}{% endif %}
from leveled
group by funnel, dimension, level
{{ 'union all' if not loop.last }}
{% endfor %}
order by funnel, dimension, level, step
