-- What is paid and what comes back of each event that has refunds, in whole numbers of so many digits behind the point.
-- Grain: event name.
select
    replace(event_name, ' refund', '') as event_name,
    coalesce(sum(amount) filter (where amount > 0), 0)::hugeint as paid,
    coalesce(-sum(amount) filter (where amount < 0), 0)::hugeint as returned,
    (count(*) filter (where amount < 0))::bigint as refunds
from intermediate.int_key_events
where list_contains($events, replace(event_name, ' refund', ''))
group by all
having count(*) filter (where amount < 0) > 0
order by event_name
