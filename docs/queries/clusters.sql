-- Exposed clusters, those of them in more than one variant, and units that belong to no cluster. Grain: one row in all.
select
    count(*) as clusters,
    count(*) filter (where arms > 1) as split,
    coalesce(sum(units) filter (where cluster_key like 'by itself %'), 0)::bigint as alone,
    sum(units)::bigint as units
from (
    select cluster_key, count(distinct variant) as arms, count(*) as units
    from marts.fct_experiment_units
    where is_exposed
    group by cluster_key
)
