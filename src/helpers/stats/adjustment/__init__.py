"""Variance taken away by what was known before: CUPED, regression, post-stratification."""
