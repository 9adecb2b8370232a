"""Speed, side by side with the plainest way to do the same, in one run on one machine: ``make bench``."""
