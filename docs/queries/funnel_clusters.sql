-- Units of each cluster that reached each step, where a unit that is not in the experiment is by itself, by level of a segment
-- or of 'all'. Never shown, only summed up in the intervals of a funnel. Grain: funnel, level, cluster key, step.
with keyed as (
    select
        columns('^(funnel|user_id|step_[0-9]+)$'),
        case when $dimension = 'all' then 'all' else coalesce(to_json(profile) ->> $dimension, 'unknown') end as level
    from intermediate.int_funnel
),
reached as (
    unpivot keyed on columns('^step_') into name name value reached_at
)
select
    reached.funnel, reached.level, coalesce(units.cluster_key, 'by itself ' || reached.user_id) as cluster_key,
    substr(reached.name, 6)::integer as step, count(*) as units
from reached
left join marts.fct_experiment_units as units using (user_id)
group by all
order by funnel, level, cluster_key, step
