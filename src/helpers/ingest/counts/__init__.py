"""Counts of arms, as those have them who have no rows: how they are written, and the tables they stand in."""
