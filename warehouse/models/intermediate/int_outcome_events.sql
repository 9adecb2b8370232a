-- Outcomes of assigned units in the experiment, in both worlds: what happens under control and under treatment.
-- Online both are what was seen. Offline the planted uplift adds purchases (of what stands in the cart) that happen
-- only under treatment, or takes purchases away there. Grain: one outcome event.
with
{%- if var('mode') == 'offline' %}
{%- set injection = var('injection') %}
draws as (
    select
        units.user_id, units.exposed_at, units.exposure_amount,
        {{ bucket(text(var('salt') ~ '/injection'), 'units.user_id') }} as draw,
        injection.gain_probability, injection.loss_probability
    from {{ ref('fct_experiment_units') }} as units
    join {{ ref('int_injection') }} as injection
        on injection.level = {% if injection.by %}units.{{ injection.by }}{% else %}'all'{% endif %}
    where units.is_exposed
),
{%- endif %}

seen as (
    select
        events.user_id, events.event_name, events.event_time, events.amount, events.is_wrong, events.session_id,
        coalesce(events.event_time >= units.exposed_at, false) as after_exposure
    from {{ ref('int_key_events') }} as events
    join {{ ref('fct_experiment_units') }} as units
        on units.user_id = events.user_id and events.event_time >= units.assigned_at
    {%- if 'experiment_session' not in var('planned_events') and not var('row_event') %}
    union all
    select user_id, 'experiment_session', started_at, duration_sec, false, session_id, true
    from {{ ref('int_exposed_sessions') }}
    {%- endif %}
)

{%- if var('mode') != 'offline' %}

select seen.*, true as in_control, true as in_treatment, false as is_injected from seen
{%- else %},

bought as (
    select distinct user_id from seen where event_name = {{ text(injection.event) }} and after_exposure
)

select
    seen.*,
    true as in_control,
    not (seen.event_name = {{ text(injection.event) }} and seen.after_exposure and coalesce(draws.draw < draws.loss_probability, false)) as in_treatment,  -- noqa: LT01, LT06
    false as is_injected
from seen
left join draws using (user_id)
union all
select
    user_id,
    {{ text(injection.event) }} as event_name,
    exposed_at + interval ({{ (injection.minutes_after_exposure * 60) | int }}) second as event_time,
    coalesce(exposure_amount, 0) as amount,
    false as is_wrong,
    null as session_id,
    true as after_exposure,
    false as in_control,
    true as in_treatment,
    true as is_injected
from draws
where
    draw < gain_probability
    and user_id not in (select user_id from bought)
    and exposed_at + interval ({{ (injection.minutes_after_exposure * 60) | int }}) second < {{ text(var('end')) }}::timestamp
{%- endif %}
