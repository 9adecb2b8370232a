-- Subscribers as they stood at each export of the accounts: what was known by the cutoff, and beside it what the next
-- days brought. Nothing after the cutoff enters a feature, except what an export itself got wrong.
-- Of a programme's year. Parameters: horizon, days ahead of the labels; window, days behind the cutoff that are counted.
-- Grain: subscriber, cutoff.
with seen as (select date_trunc('day', max(ordered)) + interval 1 day as until from orders),
     numbered as (select *, row_number() over (order by user_id) as subscriber from subscriptions),
     running as (
        select s.subscriber, s.user_id, s.plan, s.started, s.ended, a.exported as cutoff,
            a.exported + to_days($horizon::int) as ahead, a.* exclude (user_id, exported)
        from numbered s join accounts a using (user_id)
        where s.started < a.exported and (s.ended is null or s.ended >= a.exported)
     ),
     bought as (
        select r.subscriber, r.cutoff,
            count(*) filter (where o.ordered < r.cutoff and o.ordered >= r.cutoff - to_days($window::int)) as orders,
            coalesce(sum(o.value_cents) filter (where o.ordered < r.cutoff and o.ordered >= r.cutoff - to_days($window::int)), 0)::bigint as spend_cents,
            max(o.ordered) filter (where o.ordered < r.cutoff) as last,
            count(*) filter (where o.ordered >= r.cutoff and o.ordered < r.ahead) > 0 as buys
        from running r join orders o using (user_id) group by all
     ),
     asked as (
        select r.subscriber, r.cutoff, count(*) as tickets
        from running r join tickets t on t.user_id = r.user_id and t.opened < r.cutoff and t.opened >= r.cutoff - interval 30 day
        group by all
     ),
     came as (
        select r.subscriber, r.cutoff, count(*) as visits
        from running r join sessions v on v.user_id = r.user_id and v.started < r.cutoff and v.started >= r.cutoff - to_days($window::int)
        group by all
     ),
     known as (
        select r.subscriber, r.cutoff, u.country, u.device, r.plan, coalesce(t.tickets, 0) as tickets_30,
            date_diff('hour', coalesce(b.last, u.joined), r.cutoff) / 24.0 as days_idle, coalesce(b.orders, 0) as orders_90,
            coalesce(b.spend_cents, 0) as spend_90_cents, coalesce(c.visits, 0) as visits_90, (r.plan = 'yearly')::int as yearly,
            date_diff('hour', r.started, r.cutoff) / 24.0 as tenure_days,
            r.* exclude (subscriber, user_id, plan, started, ended, cutoff, ahead),
            coalesce(r.ended < r.ahead, false) as leaves, coalesce(b.buys, false) as buys
        from running r join users u using (user_id) left join bought b using (subscriber, cutoff) left join asked t using (subscriber, cutoff)
            left join came c using (subscriber, cutoff), seen
        where r.ahead <= seen.until
     )
select * from known order by cutoff, subscriber
