"""Several tables by role, joined by the unit to one log: assignments, what units did from then on, what they are like."""

from helpers.ingest.tables.join import read
from helpers.ingest.tables.matches import Match, matches

__all__ = ["Match", "matches", "read"]
