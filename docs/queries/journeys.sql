-- Journeys: the touches of a shopper in the $lookback days before an order and after the order before it; what no order
-- follows within so many days is cut, from the first such touch after an order on, into journeys of at most so many days
-- that end without one. A journey is open when its last touch is younger than that on the day $ends and no order followed.
-- Paths hold numbers of channels, in the order of their names from 0 on, as in channel_costs; ages are days before the
-- order, or before the last touch. Orders that no touch precedes have an empty path. Of a programme's year. Grain: journey.
with channels as (
    select channel, row_number() over (order by channel) - 1 as number from (select distinct channel from touches)
),

shoppers as (
    select user_id, row_number() over (order by user_id) - 1 as shopper
    from (select user_id from touches union select user_id from orders)
),

followed as (
    select t.user_id, t.touched, c.number as channel, o.order_id, o.ordered,
        coalesce(o.ordered <= t.touched + to_hours(24 * $lookback::int), false) as won
    from touches as t
    join channels as c using (channel)
    asof left join orders as o on t.user_id = o.user_id and t.touched <= o.ordered
),

cut as (
    select *, case when won then 0 else date_diff('second', min(touched) over stretch, touched) // (86400 * $lookback::int) end as part
    from followed
    window stretch as (partition by user_id, order_id, won)
),

told as (
    select user_id, order_id, won, max(touched) as last, any_value(ordered) as ordered,
        list_sort(list({'touched': touched, 'channel': channel})) as touches
    from cut
    group by user_id, order_id, won, part
),

all_journeys as (
    select user_id, case when won then ordered else last end as ended, touches,
        case when won then 'order' when order_id is null and last > $ends::timestamp - to_hours(24 * $lookback::int) then 'open' else 'none' end as outcome
    from told
    union all
    select o.user_id, o.ordered, [], 'untouched'
    from orders as o anti join (select order_id from followed where won) as f using (order_id)
)

select row_number() over (order by shopper, ended, outcome) - 1 as journey, shopper, outcome,
    [t.channel for t in touches] as path,
    [date_diff('second', t.touched, ended) / 86400.0 for t in touches] as ages
from all_journeys
join shoppers using (user_id)
order by journey
