"""An experiment of which nobody has the rows: counts of its arms, read, compared and decided by the rule of every report."""
