-- What is known of a unit from its first events in the diagnosis period and in the experiment. Grain: one unit.
{% set diagnosis = "event_time < '" ~ var('diagnosis_end') ~ "'" %}
{% set running = "event_time >= '" ~ var('start') ~ "'" %}
with events as (select *, {{ event_key() }} as event_key from {{ ref('stg_events') }})

select
    user_id,
    min(event_key) filter (where {{ diagnosis }} and event_name = {{ text(var('entry_event')) }}) as entry_key,
    min(event_key) filter (where {{ running }}) as assigned_key,
    arg_min({{ var('profile') }}, event_key) filter (where {{ diagnosis }}) as entry_profile,
    arg_min({{ var('profile') }}, event_key) filter (where {{ running }}) as assigned_profile,
    {%- if var('cluster') %}
    arg_min({{ var('cluster') }}, event_key) filter (where {{ running }} and trim({{ var('cluster') }}) <> '') as assigned_cluster,
    {%- endif %}
    {{ "coalesce(bool_and(variant is null) filter (where " ~ tells_variant() ~ "), false)" if var('mode') == 'online' else "false" }} as is_without_variant,
    max(event_time) as last_seen_at
from events
group by user_id
