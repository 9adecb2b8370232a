"""A running experiment, replayed event by event: what its counters, intervals and alarms show while it runs."""
