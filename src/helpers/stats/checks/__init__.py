"""Whether a result may be read: sample ratio, days, novelty."""
