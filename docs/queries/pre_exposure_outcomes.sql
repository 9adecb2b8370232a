-- Events of exposed units between their assignment and their exposure, which no metric counts. Grain: event name, variant.
select events.event_name, units.variant, count(distinct units.user_id)::bigint as units, count(*)::bigint as events
from intermediate.int_outcome_events as events
join marts.fct_experiment_units as units on units.user_id = events.user_id
where units.is_exposed and not events.after_exposure
group by events.event_name, units.variant
order by events.event_name, units.variant
