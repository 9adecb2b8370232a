"""Times: the moment that a text or a typed value means."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """What was decided of the column of times, for all of its values."""
