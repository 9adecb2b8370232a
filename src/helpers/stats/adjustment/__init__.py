"""Variance taken away, or told rightly: CUPED, regression, post-stratification, clusters."""
