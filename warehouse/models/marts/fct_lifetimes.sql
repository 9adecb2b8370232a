-- Hours from the exposure of a unit to the event by which it leaves, or to the end of the experiment, where sight ends.
-- Empty where the study names no such event. Grain: variant, whole hours, and whether the unit left.
{% set leaving = var('leaving') %}
{% if not leaving %}
select null::varchar as variant, null::bigint as hours, null::boolean as has_left, 0::bigint as units where false
{% else %}
with spells as (
    select
        units.variant, units.user_id, units.exposed_at, min(events.event_time) as left_at
    from {{ ref('fct_experiment_units') }} as units
    left join {{ ref('int_key_events') }} as events
        on events.user_id = units.user_id
        and events.event_name = {{ text(leaving.event) }}
        and events.event_time >= units.exposed_at
    where units.is_exposed
    group by units.variant, units.user_id, units.exposed_at
)

select
    variant,
    floor(epoch(coalesce(left_at, {{ text(var('end')) }}::timestamp) - exposed_at) / 3600)::bigint as hours,
    left_at is not null as has_left,
    count(*) as units
from spells
group by all
order by variant, hours, has_left
{% endif %}
