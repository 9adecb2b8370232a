"""Times to an event: curves, hazards, restricted means, retention."""
