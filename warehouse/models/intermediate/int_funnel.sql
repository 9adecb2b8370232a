-- Ordered funnels of the diagnosis period. The next step lies strictly after the last by (time, event id); other
-- events may intervene; one conversion window runs from the first step. In the funnel 'strict' every step is required;
-- in 'optional' the optional steps may be skipped. Where the period holds an experiment that treated units, those of a
-- treatment are left out: what they do is what was done to them. Of a table of units without steps on the way those are left
-- out that have no value of the last one: whether it happened is not known. Grain: one funnel and entrant.
{% set steps = var('funnel').steps %}
{% set known = var('metrics') | selectattr('event', 'equalto', steps[-1]) | rejectattr('missing', 'equalto', 'zero') | list %}
{% set window = "interval (" ~ (var('funnel').window_hours * 3600) | int ~ ") second" %}
with entrants as (
    select
        user_id,
        entry_key as step_1,
        entry_profile as profile,
        entry_key.at + {{ window }} as window_end,
        entry_key.at + {{ window }} > {{ text(var('diagnosis_end')) }}::timestamp as window_open
    from {{ ref('int_units') }}
    where
        entry_key is not null
        {%- if var('touched') %}
        and user_id not in (select user_id from {{ ref('int_assigned') }} where variant in ({{ text_list(var('touched')) }}))
        {%- endif %}
        {%- if var('row_event') and steps | length == 2 and known %}
        and user_id not in (select user_id from {{ ref('int_missing_outcomes') }} where not is_before and event_name = {{ text(steps[-1]) }})
        {%- endif %}
),

events as (
    select user_id, event_name, event_key, event_time
    from {{ ref('int_key_events') }}
    where event_time < {{ text(var('diagnosis_end')) }}
)
{% for funnel in var('funnel').kinds %}
{%- set ns = namespace(previous='entrants', key='step_1') %}
{%- for step in steps[1:] %}
{%- set name = funnel ~ '_' ~ (loop.index + 1) -%}
,

{{ name }} as (
    select before.user_id, min(events.event_key) as step_{{ loop.index + 1 }}
    from {{ ns.previous }} as before
    {%- if ns.previous != 'entrants' %}
    join entrants using (user_id)
    {%- endif %}
    join events using (user_id)
    where
        events.event_name = {{ text(step) }}
        and events.event_key > {{ ns.key }}
        and events.event_time <= window_end
    group by before.user_id
)
{%- if funnel == 'strict' or step not in var('funnel').optional %}
{%- set ns.previous = name %}{% set ns.key = 'before.step_' ~ (loop.index + 1) %}
{%- endif %}
{%- endfor %}
{%- endfor %}

{% for funnel in var('funnel').kinds %}
select
    '{{ funnel }}' as funnel, user_id, profile, window_end, window_open
    {%- for step in steps %}, step_{{ loop.index }}.at as step_{{ loop.index }}{% endfor %}
from entrants
{%- for step in steps[1:] %}
left join {{ funnel }}_{{ loop.index + 1 }} using (user_id)
{%- endfor %}
{{ 'union all' if not loop.last }}
{% endfor %}
