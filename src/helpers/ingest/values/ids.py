"""Ids: which values name one unit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ids:
    """What was decided of the column of ids, for all of its values."""
