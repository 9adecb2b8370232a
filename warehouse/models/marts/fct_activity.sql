-- Key events and their money, less what was paid back, by UTC day and hour. Grain: day, hour, event name.
select
    event_time::date as day,
    hour(event_time)::integer as hour,
    split_part(event_name, ' ', 1) as event_name,
    count(*) filter (where not contains(event_name, ' ')) as events,
    sum(coalesce(amount, 0))::hugeint as amount
from {{ ref('int_key_events') }}
group by all
order by day, hour, event_name
