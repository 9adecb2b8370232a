-- Units exposed for the first time. Grain: period, day.
select period, day, new_units, cumulative_units from marts.fct_exposures_by_day order by period, day
