-- Orders of every day, days without any included.
-- Of a programme's year. Grain: day.
with days as (
    select unnest(generate_series(min(date_trunc('day', ordered)), max(date_trunc('day', ordered)), interval 1 day)) as day from orders
)
select d.day, count(o.order_id) as orders from days d left join orders o on date_trunc('day', o.ordered) = d.day group by d.day order by d.day
