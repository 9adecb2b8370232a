"""Amounts: the amount that a text or a typed value means, to its last digit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Amounts:
    """What was decided of one column of numbers, for all of its values."""
