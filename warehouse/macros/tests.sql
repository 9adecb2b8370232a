{# Generic tests; none comes from the hub. #}

{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }}, count(*) as rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{% test not_null_where(model, column_name, where) %}
select * from {{ model }} where {{ where }} and {{ column_name }} is null
{% endtest %}

{% test at_least_zero(model, column_name) %}
select * from {{ model }} where {{ column_name }} < 0
{% endtest %}

{% test in_unit_interval(model, column_name) %}
select * from {{ model }} where not ({{ column_name }} >= 0 and {{ column_name }} < 1)
{% endtest %}

{% test one_variant_per_unit(model, unit, variant) %}
select {{ unit }} from {{ model }} group by {{ unit }} having count(distinct {{ variant }}) > 1
{% endtest %}
