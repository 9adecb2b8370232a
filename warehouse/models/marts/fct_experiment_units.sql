-- The units analysed. Small segments, counted on exposed units, are pooled. Grain: one unit.
select
    {{ text(var('experiment_id')) }} as experiment_id,
    user_id,
    variant,
    bucket,
    assigned_key.at as assigned_at,
    exposed_key.at as exposed_at,
    exposed_key is not null as is_exposed,
    exposure_amount,
    floor(epoch(exposed_key.at - {{ text(var('start')) }}::timestamp) / 86400)::integer + 1 as exposure_day,
    -- what was randomised: the unit, or the cluster that it was randomised with; one without a cluster is its own
    {{ var('cluster_key') }} as cluster_key
    {%- for segment in var('segments') %},
    {{ pooled('profile.' ~ segment, '(exposed_key is not null)::integer', '1') }} as {{ segment }}
    {%- endfor %}
from {{ ref('int_assigned') }}
where user_id not in (select user_id from {{ ref('int_contaminated') }})
