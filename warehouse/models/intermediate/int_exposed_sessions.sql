-- Sessions of exposed units after their exposure; a log without session ids counts every event as one.
-- Grain: one unit and session.
select
    events.user_id,
    coalesce(events.session_id, events.event_id) as session_id,
    min(events.event_time) as started_at,
    (epoch(max(events.event_time) - min(events.event_time)))::bigint as duration_sec
    {%- for metric in var('metrics') if metric.type == 'retention' %},
    bool_or({{ on_days(metric, 'events.event_time', 'units.exposed_at') }}) as {{ metric.name }}_seen
    {%- endfor %}
from {{ ref('stg_events') }} as events
join {{ ref('fct_experiment_units') }} as units
    on units.user_id = events.user_id and events.event_time >= units.exposed_at
group by 1, 2
