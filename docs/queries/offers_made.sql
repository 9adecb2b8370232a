-- Who could get the offer to stay, and who got it by a fair coin; numbered as in subscribers_asof.
-- Of a programme's year. Grain: subscriber.
with numbered as (select user_id, row_number() over (order by user_id) as subscriber from subscriptions)
select n.subscriber, o.offered as cutoff, o.treated from offers o join numbered n using (user_id) order by n.subscriber
