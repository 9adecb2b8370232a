-- Outcomes of a unit table that hold no value: the unit is there, what it did is not known. Empty for a log, where an
-- event has happened whether its amount is known or not. Grain: unit and event, before or in the experiment.
select user_id, event_name, event_time < {{ text(var('start')) }}::timestamp as is_before
from {{ ref('stg_events') }}
where {{ "amount is null and event_name <> " ~ text(var('row_event')) if var('row_event') else "false" }}
group by all
