"""Before the experiment: power, sample size, duration."""
