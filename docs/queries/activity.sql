-- Key events and their money. Grain: UTC day, event name.
select day, event_name, sum(events)::bigint as events, sum(amount)::bigint as amount
from marts.fct_activity
group by all
order by day, event_name
