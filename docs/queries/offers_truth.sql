-- What was planted of each subscriber who could get the offer: the kind, and the chance to leave without and with it.
-- Of a programme's year. Grain: subscriber.
with numbered as (select user_id, row_number() over (order by user_id) as subscriber from subscriptions)
select n.subscriber, t.kind, t.churn_without, t.churn_with from truth_offers t join numbered n using (user_id) order by n.subscriber
