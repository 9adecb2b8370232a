-- The primary metric under other choices of units, none unless it is a winsorised mean. Grain: rule, variant.
select rule, variant, units, sum_y, sum_y2 from marts.fct_selection order by rule, variant
