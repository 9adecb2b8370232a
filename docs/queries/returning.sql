-- Units that were seen again so many spans of time after their exposure, of those that were watched to the end of the span. Grain: span.
with units as (
    select user_id, exposed_at, greatest(0, floor(epoch($until::timestamp - exposed_at) / $seconds))::bigint as spans
    from marts.fct_experiment_units
    where is_exposed
),

seen as (
    select distinct units.user_id, floor(epoch(events.event_time - units.exposed_at) / $seconds)::bigint as span
    from units
    join intermediate.int_key_events as events using (user_id)
    where events.event_time > units.exposed_at
        and floor(epoch(events.event_time - units.exposed_at) / $seconds) between 1 and units.spans - 1
),

watched as (
    select span, count(*) as watched
    from (select unnest(generate_series(1, spans - 1)) as span from units where spans > 1)
    group by span
)

select watched.span, watched.watched, count(seen.user_id) as returned
from watched
left join seen using (span)
group by watched.span, watched.watched
order by watched.span
