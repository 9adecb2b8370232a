-- Outcomes in the experiment since its first exposure, those of units that were never exposed in it, and those of the latter whose first event at
-- all in the experiment is an outcome. Grain: event name.
with outcomes as (
    select user_id, event_name, event_key
    from intermediate.int_key_events
    where
        event_time >= $start::timestamp and list_contains($events, event_name)
        and event_key >= (select min(exposed_key) from intermediate.int_assigned)
),

strangers as (
    select user_id, event_name, event_key
    from outcomes
    where user_id not in (select user_id from intermediate.int_assigned where exposed_key is not null)
),

begun as (
    select user_id, true as is_begun
    from strangers
    join intermediate.int_units using (user_id)
    group by user_id, assigned_key
    having min(event_key) = assigned_key
)

select
    event_name,
    (select count(*) from outcomes as every where every.event_name = strangers.event_name)::bigint as events,
    (select count(distinct user_id) from outcomes as every where every.event_name = strangers.event_name)::bigint as units,
    count(*)::bigint as unexposed,
    count(distinct user_id)::bigint as unexposed_units,
    count(*) filter (where is_begun)::bigint as begun
from strangers
left join begun using (user_id)
group by event_name
order by event_name
