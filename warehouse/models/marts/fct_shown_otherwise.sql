-- Units whose events in the experiment carry another variant than the one they were assigned by their impression: the
-- arms are mixed, and no sample ratio shows it. Empty offline, where nobody was treated. Grain: variant.
{% if var('mode') != 'online' %}
select null::varchar as variant, 0::bigint as units, 0::bigint as shown_otherwise, 0::bigint as events where false
{% else %}
with carried as (
    select user_id, variant
    from {{ ref('stg_events') }}
    where event_time >= {{ text(var('start')) }} and variant <> '' and {{ of_this_experiment() }}
),

strays as (
    select carried.user_id, count(*) as events
    from carried
    join {{ ref('fct_experiment_units') }} as units on units.user_id = carried.user_id
    where carried.variant <> units.variant
    group by carried.user_id
)

select
    units.variant, count(*)::bigint as units, count(strays.user_id)::bigint as shown_otherwise,
    coalesce(sum(strays.events), 0)::bigint as events
from {{ ref('fct_experiment_units') }} as units
left join strays on strays.user_id = units.user_id
group by units.variant
order by units.variant
{% endif %}
