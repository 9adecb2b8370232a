-- What is known of each shopper at $at: how recently, how often and for how much they ordered, with scores by fifths; how
-- they visit; whether they ordered in the last $interval_days and in those before; and what they spend in the next ones.
-- A score is the fifth in which the middle rank of all tied shoppers falls, so ties share one score; 5 is best, and who
-- never ordered has none. Of a programme's year. Grain: shopper, a number in the order of the ids.
with known as (
    select row_number() over (order by user_id) as shopper, user_id, joined
    from users
), ordered as (
    select o.user_id,
        count(*) filter (o.ordered < $at) as orders,
        coalesce(sum(o.value_cents) filter (o.ordered < $at), 0)::bigint as spend_cents,
        max(o.ordered) filter (o.ordered < $at) as latest,
        count(*) filter (o.ordered < $at and o.ordered >= $at - to_days($interval_days::int)) as now,
        count(*) filter (o.ordered < $at - to_days($interval_days::int)
            and o.ordered >= $at - to_days(2 * $interval_days::int)) as last,
        coalesce(sum(o.value_cents) filter (o.ordered < $at and o.ordered >= $at - to_days($interval_days::int)), 0)::bigint
            as before_cents,
        coalesce(sum(o.value_cents) filter (o.ordered >= $at and o.ordered < $at + to_days($interval_days::int)), 0)::bigint
            as next_cents
    from orders as o
    group by all
), visited as (
    select user_id, count(*) as visits, sum(pages)::bigint as pages from sessions where started < $at group by all
), told as (
    select k.shopper,
        epoch($at - k.joined) / 86400 as tenure_days,
        coalesce(o.orders, 0) as orders,
        coalesce(o.spend_cents, 0) as spend_cents,
        epoch($at - o.latest) / 86400 as recency_days,
        coalesce(v.visits, 0) as visits,
        coalesce(v.pages, 0)::bigint as pages,
        coalesce(o.now, 0) as now,
        coalesce(o.last, 0) as last,
        coalesce(o.before_cents, 0) as before_cents,
        coalesce(o.next_cents, 0) as next_cents
    from known as k left join ordered as o using (user_id) left join visited as v using (user_id)
    where k.joined < $at
), ranked as (
    select shopper,
        rank() over (order by recency_days desc) + (count(*) over (partition by recency_days) - 1) / 2 as by_recency,
        rank() over (order by orders) + (count(*) over (partition by orders) - 1) / 2 as by_orders,
        rank() over (order by spend_cents) + (count(*) over (partition by spend_cents) - 1) / 2 as by_spend,
        count(*) over () as ranked
    from told
    where orders > 0
)
select t.*,
    ceil(5 * (by_recency - 0.5) / ranked)::int as recency,
    ceil(5 * (by_orders - 0.5) / ranked)::int as frequency,
    ceil(5 * (by_spend - 0.5) / ranked)::int as monetary
from told as t left join ranked using (shopper)
order by shopper
