-- Units exposed for the first time, and again. Grain: period, day.
select period, day, new_units, returning_units, cumulative_units from marts.fct_exposures_by_day order by period, day
