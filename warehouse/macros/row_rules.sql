{# What a sound row satisfies, in the order in which a breach is named. A rule that is null is broken. #}
{% macro row_rules() -%}
    {{ return({
        'missing_id': "user_id <> ''",
        'unparseable_time': "event_time is not null",
        'unplanned_event': "event_name in (" ~ text_list(var('planned_events')) ~ ")",
        'wrong_type': "(price is not null or not has_price)",
        'missing_revenue': "(has_price or event_name not in (" ~ text_list(var('revenue_events')) ~ "))",
        'negative_price': "(price >= 0 or not has_price)",
        'outside_period': "event_time between " ~ text(var('first')) ~ "::timestamp and " ~ text(var('end')) ~ "::timestamp - interval 1 microsecond",
    }) }}
{%- endmacro %}

{% macro first_broken_rule() -%}
    case
    {%- for problem, rule in row_rules().items() %}
        when ({{ rule }}) is not true then '{{ problem }}'
    {%- endfor %}
    end
{%- endmacro %}
