-- Hours from the exposure to leaving, or to where sight ends, and none where the study names no leaving event. Grain: variant, hours, has left.
select variant, hours, has_left, units from marts.fct_lifetimes order by variant, hours, has_left
