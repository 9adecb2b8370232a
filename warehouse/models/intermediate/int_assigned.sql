-- Units with their variant and their exposure in the experiment.
-- Where no log tells a variant: every unit seen in the experiment, hashed into a variant. Online: the variant the log shows.
-- Grain: one unit{{ '' if var('mode') != 'online' else ' and variant: a unit in two variants stands here twice' }}.
with
{%- if var('mode') != 'online' %}
assigned as (
    select user_id, assigned_key, {{ bucket(text(var('salt')), 'user_id') }} as bucket, {{ variant_of('bucket') }} as variant
    from {{ ref('int_units') }}
    where assigned_key is not null
),
{%- else %}
assigned as (
    select user_id, variant, min({{ event_key() }}) as assigned_key, null::double as bucket
    from {{ ref('stg_events') }}
    where {{ tells_variant() }} and variant <> ''
    group by user_id, variant
),
{%- endif %}

exposed as (
    select
        events.user_id, assigned.variant, min(events.event_key) as exposed_key,
        arg_min(events.amount, events.event_key) as exposure_amount
    from {{ ref('int_key_events') }} as events
    join assigned using (user_id)
    where events.event_name = {{ text(var('exposure')) }} and events.event_key >= assigned.assigned_key
    group by events.user_id, assigned.variant
)

select
    assigned.user_id, assigned.bucket, assigned.variant,
    assigned.assigned_key, exposed.exposed_key, exposed.exposure_amount,
    units.assigned_profile as profile
    {{- ', units.assigned_cluster' if var('cluster') }}
from assigned
join {{ ref('int_units') }} as units using (user_id)
left join exposed using (user_id, variant)
