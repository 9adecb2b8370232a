{# The first rule a row of the log breaks, or null. A rule that is null is broken. #}
{% macro first_broken_rule() -%}
    case
        when (user_id <> '') is not true then 'missing_id'
        when event_time is null then 'unparseable_time'
        when (event_name in ({{ text_list(var('planned_events')) }})) is not true then 'unplanned_event'
        when event_time not between {{ text(var('first')) }}::timestamp and {{ text(var('end')) }}::timestamp - interval 1 microsecond then 'outside_period'
    end
{%- endmacro %}

{# What is wrong with the amount of an event, or null: the event has happened, how much it was is not known. #}
{% macro flaw_of_amount() -%}
    case
        when has_price and amount is null then 'wrong_type'
        {%- if var('counted_events') %}
        when event_name in ({{ text_list(var('counted_events')) }}) and not {{ var('is_whole') }} then 'wrong_type'
        {%- endif %}
        {%- if 'experiment_session' in var('planned_events') %}
        when event_name = 'experiment_session' and ({{ var('session_amount') }} >= 0) is not true then 'wrong_type'
        {%- endif %}
        {%- if var('negative') == 'error' %}
        when amount < 0 then 'negative_price'
        {%- endif %}
    end
{%- endmacro %}
