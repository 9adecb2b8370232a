-- Growth accounting: shoppers in each state of their life as customers, by whole intervals of $interval_days from the first
-- day on. lapsed counts those who ordered in the interval before and not in this one. Of a programme's year. Grain: period, state.
with span as (
    select min(joined)::date as first, (max(ordered)::date - min(joined)::date + 1) // $interval_days as periods
    from users cross join (select max(ordered) as ordered from orders)
), periods as (
    select unnest(range(periods))::int as period from span
), known as (
    select user_id, ((joined::date - first) // $interval_days)::int as joined from users cross join span
), active as (
    select distinct user_id, ((ordered::date - first) // $interval_days)::int as period from orders cross join span
), earliest as (
    select user_id, min(period) as earliest from active group by all
), life as (
    select p.period, now.user_id is not null as now, coalesce(last.user_id is not null, false) as last, e.earliest
    from periods as p
    join known as k on k.joined <= p.period
    left join earliest as e using (user_id)
    left join active as now on now.user_id = k.user_id and now.period = p.period
    left join active as last on last.user_id = k.user_id and last.period = p.period - 1
)
select period,
    case
        when earliest is null or earliest > period then 'prospect'
        when earliest = period then 'new'
        when now and last then 'returning'
        when now then 'resurrecting'
        else 'dormant'
    end as state,
    count(*) as shoppers,
    count(*) filter (last and not now) as lapsed
from life
group by all
order by period, state
