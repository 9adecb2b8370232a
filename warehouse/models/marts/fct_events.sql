-- Clean events by name, and the units behind the log. In a table of units what stood before is a history of each unit, told
-- apart from its outcomes. Grain: event name.
with checks as (select * from {{ ref('int_row_checks') }})
{%- if var('histories') %},

histories as (
    select event_name, count(*) as rows
    from {{ ref('stg_events') }}
    where event_time < {{ text(var('start')) }}::timestamp and event_name in ({{ text_list(var('histories')) }})
    group by event_name
)
{%- endif %}

{% for event in var('planned_events') %}
{%- set earlier = "0" %}
{%- if event in var('histories') %}
{%- set earlier = "coalesce((select rows from histories where event_name = " ~ text(event) ~ "), 0)" %}
{%- endif %}
select
    {{ text(event) }} as event_name, (kept_{{ loop.index0 }} - {{ earlier }})::bigint as events, {{ earlier }}::bigint as earlier,
    (select count(*) from {{ ref('int_units') }}) as units_in_log
from checks
{{ 'union all' if not loop.last }}
{% endfor %}
order by event_name
