{# A metric's measure of the counted events of one world: whether any, how many, or the sum of their amounts. #}
{% macro measured(metric, kind, world) -%}
    {%- set rows = "filter (where event_name = " ~ text(metric.event) ~ " and " ~ world ~ in_window(metric) ~ ")" -%}
    {%- if kind == 'any' -%} (count(*) {{ rows }} > 0)::bigint
    {%- elif kind == 'count' -%} count(*) {{ rows }}
    {%- else -%} coalesce(sum(amount) {{ rows }}, 0)::bigint {%- endif -%}
{%- endmacro %}

{# Whether a counted event falls within the days that a metric waits for; without such days every one does. #}
{% macro in_window(metric) -%}
    {{ " and event_time <= since + interval " ~ metric.within_days ~ " day" if metric.within_days }}
{%- endmacro %}

{# Whether a session's events, or an event, fall on the days of a retention metric: day k ends k times 24 hours after exposure. #}
{% macro on_days(metric, time, since) -%}
    {{ time }} > {{ since }} + interval {{ metric.from_day - 1 }} day and {{ time }} <= {{ since }} + interval {{ metric.to_day }} day
{%- endmacro %}

{# Rows of the groups that satisfy a condition. #}
{% macro summed(condition) -%}
    coalesce(sum(n) filter (where {{ condition }}), 0)::bigint
{%- endmacro %}
