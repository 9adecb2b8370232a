-- What became of every row of the log: the dispositions add up to the rows read. Grain: one kind of row.
with checks as (select * from {{ ref('int_row_checks') }})

{% for kind, disposition in var('row_kinds').items() %}
select {{ loop.index }} as position, '{{ kind }}' as kind, '{{ disposition }}' as disposition,
    {%- if kind == 'impossible_order' %}
    (select count(*) from {{ ref('int_impossible_orders') }}) as rows
    {%- elif kind == 'missing_outcome' %}
    (select count(distinct user_id) from {{ ref('int_missing_outcomes') }}) as rows
    {%- elif kind in var('landing_kinds') %}
    {{ var('refused').get(kind, 0) }}::bigint as rows
    {%- elif kind in ('missing_property', 'extra_property') %}
    {%- for check in var('property_checks') if check.violation == kind %} property_{{ check.index }} +{% endfor %} 0 as rows
    {%- else %}
    {{ kind }} + {{ var('refused').get(kind, 0) }} as rows
    {%- endif %}
from checks
{{ 'union all' if not loop.last }}
{% endfor %}
order by position
