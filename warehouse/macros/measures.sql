{# A metric's measure of the counted events of one world: whether any, how many, or the sum of their amounts. #}
{% macro measured(metric, kind, world) -%}
    {%- set rows = "filter (where event_name = " ~ text(metric.event) ~ " and " ~ world ~ " and counted)" -%}
    {%- if kind == 'any' -%} (count(*) {{ rows }} > 0)::bigint
    {%- elif kind == 'count' -%} count(*) {{ rows }}
    {%- else -%} coalesce(sum(amount) {{ rows }}, 0)::bigint {%- endif -%}
{%- endmacro %}

{# Rows of the groups that satisfy a condition. #}
{% macro summed(condition) -%}
    coalesce(sum(n) filter (where {{ condition }}), 0)::bigint
{%- endmacro %}
