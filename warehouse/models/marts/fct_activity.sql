-- Key events and their money, less what was paid back, by UTC day and hour. The history of a unit in a table stands at no
-- moment, and is no event of the outcome. Grain: day, hour, event name.
select
    event_time::date as day,
    hour(event_time)::integer as hour,
    split_part(event_name, ' ', 1) as event_name,
    count(*) filter (where not contains(event_name, ' ')) as events,
    sum(coalesce(amount, 0))::hugeint as amount
from {{ ref('int_key_events') }}
{%- if var('histories') %}
where event_time >= {{ text(var('start')) }}::timestamp
{%- endif %}
group by all
order by day, hour, event_name
