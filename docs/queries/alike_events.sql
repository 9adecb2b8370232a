-- Key events, and how many differ from all others of their unit in time, amount, session or product, whatever else the file says. Grain: event name.
select event_name, count(*)::bigint as events, count(distinct hash(user_id, event_time, amount, session_id, product_id))::bigint as distinct_events
from intermediate.int_key_events
group by event_name
order by event_name
