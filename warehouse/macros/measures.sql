{# A metric's measure of the counted events of one world: whether any, how many, or the sum of their amounts. Refunds
   lower the sum and are no event of their own. #}
{% macro measured(metric, kind, world) -%}
    {%- set of = " and " ~ world ~ " and counted)" -%}
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

{# Rows of the groups that satisfy a condition. #}
{% macro summed(condition) -%}
    coalesce(sum(n) filter (where {{ condition }}), 0)::bigint
{%- endmacro %}
