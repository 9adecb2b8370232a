"""Designs beyond one A/B test, each simulated against a truth that is known."""
