-- Units that reach the last step of the funnel in the diagnosis period beside the ordered path. What came before the log
-- knows the exposure step passes nothing by; units of a treatment are left out as in int_funnel. Grain: one row in all.
with opened as (
    select coalesce(min(event_time), '-infinity'::timestamp) as opened_at
    from {{ ref('int_key_events') }}
    where event_name = {{ text(var('exposure')) }}
),

buyers as (
    select
        events.user_id,
        max(events.event_key) filter (
            where events.event_name = {{ text(var('funnel').steps[-1]) }} and events.event_time >= opened.opened_at
        ) as last_key,
        bool_or(events.event_name = {{ text(var('exposure')) }}) as has_exposure
    from {{ ref('int_key_events') }} as events
    cross join opened
    where
        events.event_time < {{ text(var('diagnosis_end')) }}
        {%- if var('touched') %}
        and events.user_id not in (select user_id from {{ ref('int_assigned') }} where variant in ({{ text_list(var('touched')) }}))
        {%- endif %}
    group by events.user_id
    having
        max(events.event_key) filter (where events.event_name = {{ text(var('funnel').steps[-1]) }}) is not null
)

select
    count(buyers.last_key) as converted_units,
    count(buyers.last_key) filter (where not has_exposure) as without_exposure,
    count(buyers.last_key) filter (where units.entry_key is null) as without_entry,
    count(*) filter (where buyers.last_key < units.entry_key) as before_entry,
    count(*) filter (where buyers.last_key is null) as earlier_units
from buyers
join {{ ref('int_units') }} as units using (user_id)
