-- Units that reach the exposure before the first event that tells their variant: how many are never exposed after it, and how many are again. Grain: variant.
select
    assigned.variant,
    count(distinct assigned.user_id) filter (where assigned.exposed_key is null)::bigint as lost,
    count(distinct assigned.user_id) filter (where assigned.exposed_key is not null)::bigint as exposed_later
from intermediate.int_assigned as assigned
join intermediate.int_key_events as events on events.user_id = assigned.user_id
where
    events.event_name = $exposure and events.event_time >= $start::timestamp
    and events.event_key < assigned.assigned_key
    and assigned.user_id not in (select user_id from intermediate.int_contaminated)
group by assigned.variant
order by assigned.variant
