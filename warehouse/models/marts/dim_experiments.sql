-- The configured experiment. Grain: one experiment.
select
    {{ text(var('experiment_id')) }} as experiment_id,
    {{ text(var('title')) }} as title,
    {{ text(var('mode')) }} as mode,
    {{ text(var('salt')) }} as salt,
    {{ text(var('start')) }}::timestamp as started_at,
    {{ text(var('end')) }}::timestamp as ended_at,
    (select max(event_time) from {{ ref('int_key_events') }}) as last_event_at
