-- Units that reach the last step of the funnel in the diagnosis period beside the ordered path. Grain: one row in all.
with buyers as (
    select
        user_id,
        max(event_key) filter (where event_name = {{ text(var('funnel').steps[-1]) }}) as last_key,
        bool_or(event_name = {{ text(var('exposure')) }}) as has_exposure
    from {{ ref('int_key_events') }}
    where event_time < {{ text(var('diagnosis_end')) }}
    group by user_id
    having last_key is not null
)

select
    count(*) as converted_units,
    count(*) filter (where not has_exposure) as without_exposure,
    count(*) filter (where units.entry_key is null) as without_entry,
    count(*) filter (where buyers.last_key < units.entry_key) as before_entry
from buyers
join {{ ref('int_units') }} as units using (user_id)
