-- Events of the experiment's contract. Grain: event name, variant.
select event_name, variant, count(*) as events, count(distinct user_id) as units, sum(revenue)::hugeint as revenue
from staging.stg_experiment_events
group by all
order by event_name, variant
