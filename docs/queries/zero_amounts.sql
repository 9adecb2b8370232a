-- Events in the experiment whose amount is zero, and those with an amount. Grain: event name.
select event_name, (count(*) filter (where amount = 0))::bigint as zeros, count(amount)::bigint as known
from intermediate.int_key_events
where event_time >= $start::timestamp and list_contains($events, event_name)
group by event_name
order by event_name
