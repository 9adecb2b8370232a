-- Key events and their money, a whole number of so many digits behind the point. Grain: UTC day, event name.
select day, event_name, sum(events)::bigint as events, sum(amount)::hugeint as amount, coalesce(any_value(digits), 0) as digits
from marts.fct_activity
left join marts.dim_amounts using (event_name)
group by day, event_name
order by day, event_name
