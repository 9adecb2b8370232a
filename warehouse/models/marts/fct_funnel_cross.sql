-- Units at the exposure step and at the last step, by the first segment crossed with each other one. Never shown by
-- cell, only summed up in the decomposition of a gap. Grain: level of the first segment, dimension, level.
{% set reached = 'step_' ~ var('exposure_step') %}
{% set converted = 'step_' ~ (var('funnel').steps | length) %}
{% for dimension in var('segments')[1:] %}
select
    coalesce(profile.{{ var('segments')[0] }}, 'unknown') as first_level,
    '{{ dimension }}' as dimension,
    coalesce(profile.{{ dimension }}, 'unknown') as level,
    count({{ reached }}) as reached_units,
    count({{ converted }}) as converted_units
from {{ ref('int_funnel') }}
where funnel = {{ text(var('funnel').way) }}
group by all
{{ 'union all' if not loop.last }}
{% else %}
select null::varchar as first_level, null::varchar as dimension, null::varchar as level, 0::bigint as reached_units, 0::bigint as converted_units where false
{% endfor %}
