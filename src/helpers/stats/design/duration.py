"""How long an experiment must run: days and whole weeks on a curve of cumulative units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.validation import InputError, between, finite_vector

_TAIL_DAYS = 7


@dataclass(frozen=True)
class Duration:
    """Time until enough units have come.

    Attributes:
        days: exact, fractions of a day by linear interpolation; inf when never reached.
        weeks: whole weeks to run, so that every weekday counts equally often; None when never.
        extrapolated: whether ``days`` lies beyond the curve.
        note: the assumption made beyond the curve; empty otherwise.

    Example:
        >>> weeks(150, [100, 180, 240]).days
        1.625
    """

    n_total: int
    days: float
    weeks: int | None
    extrapolated: bool
    note: str = ""


def weeks(n_total: int, cumulative_units_by_day: ArrayLike) -> Duration:
    """Days until the cumulative number of *distinct* units reaches ``n_total``.

    The curve is what the log says, not a straight line: visitors come back, so the second week
    brings fewer new units than the first. Beyond its end the mean daily gain of its last 7 days
    goes on, which promises too much where the gain is still falling. Twice the units therefore take at
    least twice the days wherever the curve bends down, and more where it bends down hard.

    Args:
        n_total: units over all arms.
        cumulative_units_by_day: distinct exposed units by the end of day 1, 2, ...; never falling.

    Raises:
        InputError: for an empty or falling curve.

    Example:
        >>> result = weeks(1000, [100, 200, 290, 370, 440, 500, 550])
        >>> round(result.days, 2), result.weeks, result.extrapolated
        (12.73, 2, True)
        >>> weeks(500, [100, 200, 290, 370, 440, 500, 550]).days
        6.0
    """
    between("n_total", n_total, 0, 1e300)
    curve = finite_vector("cumulative_units_by_day", cumulative_units_by_day)
    if curve.size == 0 or curve[0] < 0 or (np.diff(curve) < 0).any():
        raise InputError(
            "cumulative_units_by_day",
            got=f"{curve.size} days, smallest daily gain {np.diff(curve).min(initial=0):g}",
            expected="at least one day, never falling",
            cause="daily instead of cumulative counts",
            remedy="cumulate the number of units seen for the first time",
        )
    if n_total <= curve[-1]:
        day = int(np.searchsorted(curve, n_total))
        before = float(curve[day - 1]) if day else 0.0
        days = day + (n_total - before) / (float(curve[day]) - before)
        return Duration(n_total, days, math.ceil(days / 7), False)
    last = min(_TAIL_DAYS, curve.size)
    start = float(curve[-last - 1]) if curve.size > last else 0.0
    gain = (float(curve[-1]) - start) / last
    if gain <= 0:
        note = f"never: no new unit came in the last {last} days of the curve"
        return Duration(n_total, math.inf, None, True, note)
    days = curve.size + (n_total - float(curve[-1])) / gain
    note = (
        f"beyond the {curve.size} days of the curve: assumes {gain:,.1f} new units a day, the mean "
        f"of its last {last} days; too short if the gain is still falling"
    )
    return Duration(n_total, days, math.ceil(days / 7), True, note)
