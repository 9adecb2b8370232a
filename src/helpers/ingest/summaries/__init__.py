"""Rows of a unit table that are no unit but a summary of the others: totals, means, counts."""
