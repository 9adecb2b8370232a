{# A metric's measure of the counted events of one world: whether any, how many, or the sum of their amounts. Refunds
   lower the sum and are no event of their own. #}
{% macro measured(metric, kind, world) -%}
    {%- set of = " and " ~ world ~ in_window(metric) ~ ")" -%}
    {%- set rows = "filter (where event_name = " ~ text(metric.event) ~ of -%}
    {%- set summed = "filter (where event_name in (" ~ text_list([metric.event, refund_of(metric.event)]) ~ ")" ~ of -%}
    {%- if kind == 'any' -%} (count(*) {{ rows }} > 0)::bigint
    {%- elif kind == 'count' -%} count(*) {{ rows }}
    {%- else -%} coalesce(sum(amount) {{ summed }}, 0)::bigint {%- endif -%}
{%- endmacro %}

{# What a refund of an event is called; no event of a study has a blank in its name. #}
{% macro refund_of(event) -%}
    {{ return(event ~ ' refund') }}
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
