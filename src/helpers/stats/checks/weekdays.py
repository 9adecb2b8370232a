"""Do weekdays differ by more than days do? Counts of a whole log, day by day."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.stats.validation import InputError, finite_vector

WEEK = 7
LEAST_DAYS = 2 * WEEK
"""Days below which some weekday is seen once only, so that it cannot be told from that day."""


def weekday_p_value(counts: ArrayLike, *, anew: int = 0) -> float:
    r"""p-value of the hypothesis that weekdays do not differ, of the counts of consecutive days.

    An F test of six weekdays beside the seventh in a least squares fit that already has a level and a straight trend, and
    both anew from the day ``anew`` on, where an experiment follows on what was before. Its error is what days of one weekday stray by, so events that come in bursts, or a level that rises and falls, make
    no weekdays; it is at least that of a Poisson count of the mean size.

    Args:
        counts: events of each day, in order and without a hole; a day without any is a zero.
        anew: number of days before another stretch begins; 0 where the whole is one.

    Assumes that days stray independently; where neighbours are alike, as in traffic that drifts, the test errs less.

    Raises:
        InputError: for less than two weeks, or a count below zero.

    Example:
        >>> round(weekday_p_value([10] * 14), 6), round(weekday_p_value([90, 90, 90, 90, 90, 30, 30] * 2), 3)
        (1.0, 0.001)
    """
    seen = finite_vector("counts", counts)
    if seen.size < LEAST_DAYS or (seen < 0).any():
        raise InputError(
            "counts",
            got=f"{seen.size} days, the smallest count {seen.min(initial=math.inf):g}",
            expected=f"{LEAST_DAYS} days or more, none below zero",
            cause="a log of a week or so, or differences instead of counts",
            remedy="take the whole log, day by day",
        )
    day = np.arange(seen.size)
    line = np.column_stack([np.ones(seen.size), day - day.mean()])
    level = np.column_stack([line, line * (day >= anew)[:, None]]) if 0 < anew < seen.size else line
    (without, simple), (rest, full) = (
        _left(design, seen) for design in (level, np.column_stack([level, *(day % WEEK == k for k in range(1, WEEK))]))
    )
    error = max(rest / (seen.size - full), float(seen.mean()))
    if not error > 0:
        return 1.0
    among = full - simple
    return float(special.fdtrc(among, seen.size - full, max(without - rest, 0.0) / among / error))


def _left(design: np.ndarray, seen: np.ndarray) -> tuple[float, int]:
    """Sum of squares that a fit leaves, and its free parameters."""
    found, _, rank, _ = np.linalg.lstsq(design, seen, rcond=None)
    return float(((seen - design @ found) ** 2).sum()), int(rank)
