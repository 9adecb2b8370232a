{# Twins of helpers.assignment: the same buckets and the same variants, bit for bit. #}

{% macro bucket(salt, unit) -%}
    {{ return(adapter.dispatch('bucket', 'experiment_report')(salt, unit)) }}
{%- endmacro %}

{#- first 13 hex digits of SHA-256 of 'salt:unit', divided by 16^13 -#}
{% macro duckdb__bucket(salt, unit) -%}
    (('0x' || left(sha256({{ salt }} || ':' || {{ unit }}), 13))::bigint / 4503599627370496.0::double)
{%- endmacro %}

{% macro spark__bucket(salt, unit) -%}
    (cast(conv(substr(sha2(concat({{ salt }}, ':', {{ unit }}), 256), 1, 13), 16, 10) as double) / 4503599627370496.0D)
{%- endmacro %}

{#- cut points are the running sums of the weights, computed once in Python -#}
{% macro variant_of(bucket) -%}
    case
    {%- for arm in var('variants')[:-1] %} when {{ bucket }} < {{ arm.upper }} then '{{ arm.name }}'{% endfor %}
    else '{{ var('variants')[-1].name }}' end
{%- endmacro %}
