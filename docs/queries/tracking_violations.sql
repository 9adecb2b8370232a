-- Breaches of the tracking plan. Grain: violation, event name, property.
select violation, event_name, property, rows from marts.fct_tracking_violations order by violation, rows desc, event_name
