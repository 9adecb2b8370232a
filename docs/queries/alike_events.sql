-- Key events, and how many differ from all others of their unit in time, amount, session or product, whatever else the file says. Grain: event name.
with seen as (
    select event_name, hash(user_id, event_time, amount, session_id, product_id) as said from intermediate.int_key_events
)

select event_name, count(*)::bigint as events, count(distinct said)::bigint as distinct_events
from seen
group by event_name
order by event_name
