-- Rows whose event stands more than once in the log, and event ids that rows of different units share: those are
-- different events, so all of them are kept. A log without a time of day has days alone, which begin at the same hour, at
-- two where clocks are set. Grain: one row in all.
select
    {{ var('has_event_id') }} as has_event_id,
    (
        select
            {%- if var('timezone') == 'UTC' %}
            coalesce(bool_or(event_time <> date_trunc('day', event_time)), true)
            {%- else %}
            count(distinct date_part('hour', event_time)) > 2
            or coalesce(bool_or(event_time <> date_trunc('hour', event_time)), true)
            {%- endif %}
        from {{ ref('base_events') }}
    ) as has_clock,
    count(*) filter (where occurrence > 1)::bigint as repeated_rows,
    count(distinct identity_hash) filter (where is_shared)::bigint as shared_ids,
    count(*) filter (where is_shared)::bigint as rows_of_shared_ids
from {{ ref('int_repeated') }}
