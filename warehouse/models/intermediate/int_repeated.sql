-- Rows whose event stands more than once: by its id, else by all columns of the log, also those that no study maps.
-- The ids that occur twice are found first, only those are ranked, unit by unit: equal ids of different units are
-- different events. Grain: one row of the log.
{% set identity = 'event_id' if var('has_event_id') else 'raw_row' %}
with repeated as (
    select hash({{ identity }}) as identity_hash
    from {{ ref('base_events') }}
    group by 1
    having count(*) > 1
),

candidates as (
    select
        row_key,
        {{ identity }},
        user_id
        {%- if var('has_event_id') %}, ingested_at{% endif %}
    from {{ ref('base_events') }}
    where hash({{ identity }}) in (select identity_hash from repeated)
)

select
    row_key,
    hash({{ identity }}) as identity_hash,
    coalesce(min(nullif(user_id, '')) over alike <> max(user_id) over alike, false) as is_shared,
    {% if var('has_event_id') %}ingested_at = first_value(ingested_at) over same{% else %}true{% endif %} as same_ingestion,
    row_number() over same as occurrence
from candidates
window
    alike as (partition by {{ identity }}),
    same as (
        partition by {{ identity }}, user_id
        order by {% if var('has_event_id') %}ingested_at, {% endif %}row_key
    )
