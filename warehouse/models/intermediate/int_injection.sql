-- Offline studies: with which probability an exposed unit's outcome is changed by the planted uplift. With an uplift
-- u and a base rate p, a non-buyer is turned with probability u p / (1 - p); a negative uplift loses buyers with
-- probability -u. Empty online.
-- Grain: one level of the segment the uplift depends on.
{% set injection = var('injection') %}
{% if not injection %}
select
    null::varchar as level, null::bigint as exposed_units, null::bigint as converted_units, null::double as relative_uplift,
    null::double as gain_probability, null::double as loss_probability
where false
{% else %}
with planted as (
    {%- for level, uplift in injection.relative_uplift.items() %}
    select {{ text(level) }} as level, {{ uplift }}::double as relative_uplift
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

converted as (
    select units.user_id, bool_or(events.user_id is not null) as is_converted
    from {{ ref('fct_experiment_units') }} as units
    left join {{ ref('int_key_events') }} as events
        on events.user_id = units.user_id
        and events.event_name = {{ text(injection.event) }}
        and events.event_time >= units.exposed_at
    where units.is_exposed
    group by units.user_id
),

base as (
    select
        {% if injection.by %}units.{{ injection.by }}{% else %}'all'{% endif %} as level,
        count(*) as exposed_units,
        count(*) filter (where is_converted) as converted_units
    from {{ ref('fct_experiment_units') }} as units
    join converted using (user_id)
    group by 1
)

select
    base.level, exposed_units, converted_units, coalesce(relative_uplift, 0) as relative_uplift,
    case when relative_uplift > 0 and converted_units < exposed_units
        then least(1, relative_uplift * converted_units / (exposed_units - converted_units)) else 0 end as gain_probability,
    case when relative_uplift < 0 then -relative_uplift else 0 end as loss_probability
from base
left join planted using (level)
{% endif %}
