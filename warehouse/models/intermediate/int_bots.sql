-- Units with more events on one UTC day than a person makes. Only units with that many events at all are looked at
-- day by day. Grain: one bot-like unit.
with busy as (
    select user_id from {{ ref('base_events') }} group by 1 having count(*) > {{ var('bot_events_per_day') }}
)

select distinct user_id
from {{ ref('stg_events_checked') }}
where
    user_id in (select user_id from busy)
    and problem is null
    and row_key not in (select row_key from {{ ref('int_duplicates') }})
group by user_id, event_time::date
having count(*) > {{ var('bot_events_per_day') }}
