"""Many tests or segments at once: corrections, shrinkage, interaction."""
