{# Generic tests; none comes from the hub. #}

{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }}, count(*) as rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
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

{% test between_zero_and_one(model, column_name) %}
select * from {{ model }} where not ({{ column_name }} between 0 and 1)
{% endtest %}

{% test sums_to(model, column_name, total) %}
select sum({{ column_name }}) as found from {{ model }} having not abs(sum({{ column_name }}) - {{ total }}) < 1e-9
{% endtest %}

{# Every combination of the columns stands in the other model, under the same names. #}
{% test refers_to(model, columns, to) %}
select distinct {{ columns | join(', ') }} from {{ model }}
except
select {{ columns | join(', ') }} from {{ to }}
{% endtest %}

{# All that must hold of clean events, in one pass over the log; as many are left as the flow of rows says. #}
{% test sound_events(model, flow) %}
select count(*) as rows, count(event_id) as event_ids, count(event_name) as event_names, count(nullif(user_id, '')) as user_ids,
    min(amount) as smallest_amount, min(event_time) as first_event, max(event_time) as last_event
from {{ model }}
having least(count(event_id), count(event_name), count(nullif(user_id, ''))) < count(*)
    {%- if var('negative') == 'error' %}
    or min(amount) < 0
    {%- endif %}
    or count(*) > 0 and (min(event_time) >= {{ text(var('first')) }} and max(event_time) < {{ text(var('end')) }}) is not true
    or count(*) {{ "filter (where event_name = " ~ text(var('row_event')) ~ ")" if var('row_event') }} is distinct from (select sum(rows) from {{ flow }} where disposition = 'kept')
{% endtest %}

{# Dispositions that part company add up to the rows of the log. #}
{% test rows_add_up(model, log) %}
{% set refused = var('refused').values() | sum %}
{% set read = "(select count(*) from " ~ log ~ (" where event_name = " ~ text(var('row_event')) if var('row_event') else "") ~ ") + " ~ refused %}
select sum(rows) as found, {{ read }} as read
from {{ model }}
where disposition in ('quarantined', 'dropped', 'kept')
having sum(rows) is distinct from {{ read }}
{% endtest %}

{# No required step is reached by more units than the one before it. #}
{% test steps_never_rise(model) %}
select *
from (
    select *, lag(units, 1, entrants) over (partition by funnel, dimension, level order by step) as before
    from {{ model }}
    where funnel = 'strict' or not is_optional
)
where units > before
{% endtest %}
