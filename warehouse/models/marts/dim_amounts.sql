-- Digits behind the point that amounts are kept to: an amount is a whole number of the last of them, such as cents.
-- Grain: one event name.
{% for event, digits in var('amount_digits').items() %}
select {{ text(event) }} as event_name, {{ digits }}::integer as digits
{{ 'union all' if not loop.last }}
{% endfor %}
order by event_name
