-- The arms and their designed weights; position 0 is the control. Grain: one variant of an experiment.
{% for arm in var('variants') %}
select {{ text(var('experiment_id')) }} as experiment_id, {{ loop.index0 }} as position, {{ text(arm.name) }} as variant, {{ arm.weight }}::double as weight
{{ 'union all' if not loop.last }}
{% endfor %}
