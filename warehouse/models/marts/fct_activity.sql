-- Key events and their money by UTC day and hour. Grain: day, hour, event name.
select
    event_time::date as day,
    hour(event_time)::integer as hour,
    event_name,
    count(*) as events,
    sum(coalesce(amount, 0))::bigint as amount
from {{ ref('int_key_events') }}
group by all
order by day, hour, event_name
