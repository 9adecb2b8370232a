-- Breaches of the tracking plan by event and property. Grain: one event name, property and violation.
with checks as (select * from {{ ref('int_row_checks') }}),

violations as (
    {%- for check in var('property_checks') %}
    select {{ text(check.event) }} as event_name, {{ text(check.property) }} as property, '{{ check.violation }}' as violation, property_{{ check.index }} as rows
    from checks
    union all
    {%- endfor %}
    select event_name, '(event)' as property, 'unplanned_event' as violation, count(*) as rows
    from {{ ref('base_events') }}
    where event_name not in ({{ text_list(var('planned_events')) }}) and user_id <> ''
    group by event_name
)

select event_name, property, violation, sum(rows)::bigint as rows
from violations
group by all
having sum(rows) > 0
order by violation, event_name, property
