-- Minutes from the exposure step to the last one, or to where sight ends. Grain: minutes, converted.
select minutes, converted, units from marts.fct_time_to_convert order by minutes, converted
