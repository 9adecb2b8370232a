-- Purchases of a product that their unit put into the cart only later in the same session. Kept, because the money is real; the
-- ordered funnel does not count them. Grain: one purchase.
with carted as (
    select user_id, session_id, product_id, min(event_time) as first_carted
    from {{ ref('int_key_events') }}
    where event_name = 'cart'
    group by all
)

select purchases.event_key, purchases.user_id
from {{ ref('int_key_events') }} as purchases
join carted using (user_id, session_id, product_id)
where purchases.event_name = 'purchase' and purchases.event_time < carted.first_carted
