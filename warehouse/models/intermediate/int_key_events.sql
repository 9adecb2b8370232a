-- The few kinds of event that funnels and metrics turn on; page views are left out. Grain: one event.
select
    {{ event_key() }} as event_key,
    user_id,
    event_name,
    session_id,
    product_id,
    amount,
    event_time
from {{ ref('stg_events') }}
where event_name in ({{ text_list(var('key_events')) }})
