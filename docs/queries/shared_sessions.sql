-- Exposed units by arm and by how many units of their arm share a session with them, and the sums of a metric that the
-- likeness of such units needs: its total, and the squares of units and of clusters. A unit in several shared sessions
-- counts in the first by its id. Grain: variant, size.
with shared as (
    select session_id from intermediate.int_exposed_sessions group by session_id having count(*) > 1
),

member as (
    select sessions.user_id, min(sessions.session_id) as cluster
    from intermediate.int_exposed_sessions as sessions
    join shared on shared.session_id = sessions.session_id
    group by sessions.user_id
),

observed as (
    select
        units.variant, member.cluster, units.user_id,
        (case when arms.position = 0 then metrics.y0 else metrics.y1 end)::hugeint as y
    from intermediate.int_unit_metrics as metrics
    join marts.fct_experiment_units as units on units.user_id = metrics.user_id
    join marts.dim_variants as arms on arms.variant = units.variant
    left join member on member.user_id = metrics.user_id
    where metrics.population = 'exposed' and metrics.metric = $metric and metrics.y0 is not null
),

clusters as (
    select
        variant, cluster is not null as is_shared, count(*) as size, sum(y) as total, sum(y * y) as squares
    from observed
    group by variant, cluster, case when cluster is null then user_id end
)

select
    variant, size::bigint as size, count(*)::bigint as clusters, coalesce(sum(size) filter (where is_shared), 0)::bigint as sharing_units,
    sum(total)::hugeint as sum_y, sum(squares)::hugeint as sum_y2, sum(total * total)::hugeint as sum_total2
from clusters
group by variant, size
order by variant, size
