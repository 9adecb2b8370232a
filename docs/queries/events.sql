-- Clean events by name. Grain: event name.
select event_name, events, earlier, missing, units_in_log from marts.fct_events order by events desc
