-- Histories of repeat orders up to a day of the year, in days since the shopper's first order: how many orders came after
-- the first, when the last of them came, how long the shopper was watched, and the orders of the days after that.
-- Of a programme's year. Parameters: calibration, days of the year that a model may see. Grain: shopper.
with bounds as (select date_trunc('day', min(ordered)) as first, max(ordered) as last from orders),
     cut as (select first + to_days($calibration::int) as day, last from bounds),
     histories as (
        select o.user_id, min(o.ordered) as first, max(o.ordered) filter (where o.ordered < c.day) as latest,
            count(*) filter (where o.ordered < c.day) as orders, count(*) filter (where o.ordered >= c.day) as later,
            avg(o.value_cents) filter (where o.ordered < c.day) as mean_cents,
            avg(o.value_cents) filter (where o.ordered >= c.day) as later_mean_cents
        from orders o, cut c group by o.user_id
     )
select row_number() over (order by h.user_id) as shopper, h.orders - 1 as repeats,
    date_diff('second', h.first, h.latest) / 86400.0 as recency, date_diff('second', h.first, c.day) / 86400.0 as age,
    h.orders, h.mean_cents, h.later, h.later_mean_cents, date_diff('second', c.day, c.last) / 86400.0 as holdout
from histories h, cut c where h.orders > 0
order by shopper
