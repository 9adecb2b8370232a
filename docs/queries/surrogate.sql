-- Power sums of the proxy (s) and the outcome (y) over exposed units, each as digits to the base 2^21, the lowest first,
-- none where the study names no proxy. Grain: variant.
select
    variant, units, sum_s, sum_s2, sum_s3, sum_s4, sum_y, sum_y2, sum_sy, sum_s2y, sum_s3y, sum_sy2, sum_s2y2
from marts.fct_surrogate
order by variant
