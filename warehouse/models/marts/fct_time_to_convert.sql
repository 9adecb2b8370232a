-- Minutes from the exposure step to the last step, or to where sight ends: the close of the window or of the period.
-- Grain: whole minutes, and whether the unit converted.
{% set first = var('exposure_step') %}
{% set last = var('funnel').steps | length %}
with spells as (
    select
        step_{{ last }} is not null as converted,
        coalesce(step_{{ last }}, least(window_end, {{ text(var('diagnosis_end')) }}::timestamp)) - step_{{ first }} as spell
    from {{ ref('int_funnel') }}
    where funnel = {{ text(var('funnel').way) }} and step_{{ first }} is not null
)

select converted, floor(epoch(spell) / 60)::bigint as minutes, count(*) as units
from spells
group by all
order by minutes, converted
