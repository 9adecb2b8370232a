-- Clean events: sound, deduplicated, UTC, of people. Grain: one event.
select * exclude (problem, time_format, has_price, price)
from {{ ref('stg_events_checked') }} as events
where
    {{ row_rules().values() | join('\n    and ') }}
    and not exists (select 1 from {{ ref('int_duplicates') }} as repeated where repeated.row_key = events.row_key)
    and not exists (select 1 from {{ ref('int_bots') }} as bots where bots.user_id = events.user_id)
