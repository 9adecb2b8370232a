-- Every count that the flow table and the tracking plan need, in one pass over the log. Grain: one row in all.
{% set kept = "problem is null and kind is null and not bot" %}
with checked as (
    select events.*, duplicates.kind, bots.user_id is not null as bot
    from {{ ref('stg_events_checked') }} as events
    left join {{ ref('int_duplicates') }} as duplicates using (row_key)
    left join {{ ref('int_bots') }} as bots using (user_id)
)

select
    count(*) as all_rows,
    {%- for problem in var('problems') %}
    count(*) filter (where problem = '{{ problem }}') as {{ problem }},
    {%- endfor %}
    {%- for kind in ['exact_duplicate', 'late_duplicate'] %}
    count(*) filter (where problem is null and kind = '{{ kind }}') as {{ kind }},
    {%- endfor %}
    count(*) filter (where problem is null and kind is null and bot) as bot,
    count(*) filter (where {{ kept }}) as kept,
    {%- for format in ['timezone_offset', 'epoch_milliseconds', 'named_month'] %}
    count(*) filter (where {{ kept }} and time_format = '{{ format }}') as {{ format }},
    {%- endfor %}
    {%- for check in var('property_checks') %}
    count(*) filter (
        where {{ 'problem' if check.violation == 'wrong_type' else kept ~ " and 'kept'" }}
        = '{{ 'wrong_type' if check.violation == 'wrong_type' else 'kept' }}'
        and event_name = {{ text(check.event) }} and {{ check.condition }}
    ) as property_{{ loop.index0 }},
    {%- endfor %}
    {%- for event in var('planned_events') %}
    count(*) filter (where {{ kept }} and event_name = {{ text(event) }}) as kept_{{ loop.index0 }},
    {%- endfor %}
    count(*) filter (where {{ kept }} and event_name in ({{ text_list(var('revenue_events')) }}) and amount = 0) as free_purchases
from checked
