-- Clean events by name, and the units behind the log. In a table of units what stood before is a history of each unit, told
-- apart from its outcomes; where no value is known, nothing is known to have happened. Grain: event name.
with checks as (select * from {{ ref('int_row_checks') }})
{%- if var('histories') %},

histories as (
    select event_name, count(*) as rows, count(amount) as known
    from {{ ref('stg_events') }}
    where event_time < {{ text(var('start')) }}::timestamp and event_name in ({{ text_list(var('histories')) }})
    group by event_name
)
{%- endif %}

{% for event in var('planned_events') %}
{%- set history = "coalesce((select %s from histories where event_name = " ~ text(event) ~ "), 0)" if event in var('histories') else "0" %}
{%- set missing = "(select count(*) from " ~ ref('int_missing_outcomes') ~ " where not is_before and event_name = " ~ text(event) ~ ")" if var('row_event') else "0" %}
select
    {{ text(event) }} as event_name,
    (kept_{{ loop.index0 }} - {{ history.replace('%s', 'rows') }} - {{ missing }})::bigint as events,
    {{ history.replace('%s', 'known') }}::bigint as earlier,
    {{ missing }}::bigint as missing,
    (select count(*) from {{ ref('int_units') }}) as units_in_log
from checks
{{ 'union all' if not loop.last }}
{% endfor %}
order by event_name
