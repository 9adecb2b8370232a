"""What the designs beyond one A/B test are told with: a module a design, with its tables, its sentence and its recorded numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.formatting import Unit, with_interval

if TYPE_CHECKING:
    from helpers.programme.designs.repeated import Average


def average(found: Average, unit: Unit) -> str:
    """An average over runs with its interval.

    >>> from helpers.programme.designs.repeated import Average
    >>> average(Average(0.01, 0.0, 0.02), "points")
    '+1.00 points (+0.00 points to +2.00 points)'
    """
    return with_interval(found.value, found.low, found.high, unit)
