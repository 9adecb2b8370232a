-- Units that the log shows in another variant than the one they were assigned. Grain: variant.
select variant, units, shown_otherwise, events from marts.fct_shown_otherwise order by variant
