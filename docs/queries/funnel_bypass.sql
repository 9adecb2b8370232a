-- Buyers who left the ordered path. Grain: one row in all.
select converted_units, without_exposure, without_entry, before_entry, earlier_units from marts.fct_funnel_bypass
