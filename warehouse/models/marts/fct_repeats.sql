-- Rows whose event stands more than once in the log, and event ids that rows of different units share: those are
-- different events, so all of them are kept. Whether the log has a clock was told of all its times as they are written,
-- when it was read. Grain: one row in all.
select
    {{ var('has_event_id') }} as has_event_id,
    not {{ var('of_days') }} as has_clock,
    count(*) filter (where occurrence > 1)::bigint as repeated_rows,
    count(distinct identity_hash) filter (where is_shared)::bigint as shared_ids,
    count(*) filter (where is_shared)::bigint as rows_of_shared_ids
from {{ ref('int_repeated') }}
