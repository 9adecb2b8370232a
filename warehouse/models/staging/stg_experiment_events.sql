-- The three events of the experiment's contract, as seen in the arm each unit is in: experiment_impression,
-- experiment_conversion (with revenue; a refund is an event of its own here) and experiment_session (with its length). In an offline study nobody was
-- treated: they are made from the assignment, the log and the planted uplift. Grain: one event.
with units as (select * from {{ ref('fct_experiment_units') }} where is_exposed)

select
    experiment_id, 'experiment_impression' as event_name, variant, user_id, exposed_at as event_time,
    null as session_id, null::bigint as revenue, null::bigint as duration_sec, {{ var('mode') != 'online' }} as is_simulated
from units
union all
select
    units.experiment_id,
    case
        when outcomes.event_name = 'experiment_session' then outcomes.event_name
        when contains(outcomes.event_name, ' ') then 'experiment_refund'
        else 'experiment_conversion'
    end as event_name,
    units.variant, units.user_id, outcomes.event_time, outcomes.session_id,
    case when outcomes.event_name <> 'experiment_session' then outcomes.amount end as revenue,
    case when outcomes.event_name = 'experiment_session' then outcomes.amount end as duration_sec,
    outcomes.is_injected as is_simulated
from {{ ref('int_outcome_events') }} as outcomes
join units using (user_id)
where
    outcomes.after_exposure
    and split_part(outcomes.event_name, ' ', 1) in ({{ text_list(var('revenue_events') + ['experiment_session']) }})
    and case when units.variant = {{ text(var('control')) }} then outcomes.in_control else outcomes.in_treatment end
