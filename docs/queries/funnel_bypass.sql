-- Buyers who left the ordered path. Grain: one row in all.
select converted_units, without_exposure, before_entry from marts.fct_funnel_bypass
