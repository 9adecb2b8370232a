-- Clean events by name, and the units behind the log. Grain: event name.
with checks as (select * from {{ ref('int_row_checks') }})

{% for event in var('planned_events') %}
select
    {{ text(event) }} as event_name, kept_{{ loop.index0 }} as events,
    (select count(*) from {{ ref('int_units') }}) as units_in_log
from checks
{{ 'union all' if not loop.last }}
{% endfor %}
order by event_name
