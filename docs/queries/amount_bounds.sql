-- The smallest and the largest amount of each event in the experiment, whole numbers of so many digits behind the point.
-- Grain: event name.
select events.event_name, digits, min(amount) as least, max(amount) as most
from intermediate.int_key_events as events
join marts.dim_amounts as digits on digits.event_name = replace(events.event_name, ' refund', '')
where amount is not null and event_time >= $start::timestamp
group by all
order by events.event_name
