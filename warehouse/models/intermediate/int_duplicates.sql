-- Rows that repeat an event. The ids that occur twice are found first, only those are ranked. Grain: one repeated row.
{% set identity = ['event_id'] if var('has_event_id') else var('raw_columns') %}
with repeated as (
    select hash({{ identity | join(', ') }}) as identity_hash
    from {{ ref('base_events') }}
    group by 1
    having count(*) > 1
),

candidates as (
    select
        row_key,
        {{ identity | join(', ') }}
        {%- if var('has_event_id') %}, ingested_at{% endif %}
    from {{ ref('base_events') }}
    where hash({{ identity | join(', ') }}) in (select identity_hash from repeated)
),

ranked as (
    select
        row_key,
        {% if var('has_event_id') %}ingested_at = first_value(ingested_at) over same{% else %}true{% endif %} as same_ingestion,
        row_number() over same as occurrence
    from candidates
    window same as (
        partition by {{ identity | join(', ') }}
        order by {% if var('has_event_id') %}ingested_at, {% endif %}row_key
    )
)

select row_key, case when same_ingestion then 'exact_duplicate' else 'late_duplicate' end as kind
from ranked
where occurrence > 1
