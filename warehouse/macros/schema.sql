{# Schemas are named staging, intermediate and marts, without a prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{# A study's text as an SQL string. #}
{% macro text(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{# A study's list of names as SQL strings; an empty one holds null, which nothing equals. #}
{% macro text_list(values) -%}
    {%- for value in values %}{{ text(value) }}{{ ', ' if not loop.last }}{% else %}null{% endfor -%}
{%- endmacro %}

{# The unique order of events: time, ties broken by the event's id. #}
{% macro event_key() -%}
    {'at': event_time, 'id': event_id}
{%- endmacro %}

{# Whether an event of the contract is this experiment's; a log of one experiment need not name it. #}
{% macro of_this_experiment() -%}
    coalesce(nullif(experiment_id, ''), {{ text(var('experiment_id')) }}) = {{ text(var('experiment_id')) }}
{%- endmacro %}

{# A segment's level, 'unknown' when empty, 'other' when fewer than the study's minimum of units stand in it. #}
{% macro pooled(column, weight, within) -%}
    case
        when sum({{ weight }}) over (partition by {{ within }}, coalesce({{ column }}, 'unknown')) < {{ var('min_segment') }} then 'other'
        else coalesce({{ column }}, 'unknown')
    end
{%- endmacro %}

{# Whether an event of the experiment tells its unit's variant: an impression where the log has them, else any. #}
{% macro tells_variant() -%}
    event_time >= {{ text(var('start')) }}
    {%- if 'experiment_impression' in var('planned_events') %} and event_name = 'experiment_impression' and {{ of_this_experiment() }}{% endif %}
{%- endmacro %}
