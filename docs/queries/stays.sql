-- How long units of a table had been there, and whether they had gone, without those whose length is not known. Grain: length, has ended.
with units as (
    select
        units.user_id,
        coalesce(sum(events.amount) filter (where events.event_name = $lasted), 0) as length,
        count(*) filter (where events.event_name = $ended) > 0 as has_ended
    from marts.fct_experiment_units as units
    left join intermediate.int_key_events as events using (user_id)
    where units.is_exposed
        and units.user_id not in (
            select user_id from intermediate.int_missing_outcomes where event_name in ($lasted, $ended)
        )
    group by units.user_id
)

select length::double as length, has_ended, count(*) as units
from units
group by all
order by length, has_ended
