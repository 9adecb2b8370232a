"""From a statistic to a p-value and back: tails, critical values, and results by the array.

All tails come from survival functions, so a p-value of 1e-300 is a number and not 0. ``df`` is
``inf`` where the reference distribution is normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.stats.validation import BoolArray, FloatArray

Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "greater", "less")


@dataclass(frozen=True, eq=False)
class EffectArrays:
    """Many comparisons at once: arrays of one shape, named as in :class:`~helpers.stats.Effect`.

    An estimate that cannot be made is NaN; :func:`~helpers.stats.compare` states the reason.

    Example:
        >>> from helpers.stats import score_intervals
        >>> float(score_intervals([10], [100], [20], [100]).absolute[0])
        0.1
    """

    absolute: FloatArray
    absolute_low: FloatArray
    absolute_high: FloatArray
    relative: FloatArray
    relative_low: FloatArray
    relative_high: FloatArray
    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray


def lower_tail(statistic: ArrayLike, df: ArrayLike = np.inf) -> FloatArray:
    """P(T <= statistic) for Student's t with ``df`` degrees of freedom, normal when infinite.

    Example:
        >>> float(lower_tail(-37.0)) > 1e-300
        True
    """
    if df is np.inf:
        normal: FloatArray = np.asarray(special.ndtr(statistic), np.float64)
        return normal
    t, nu = np.asarray(statistic, np.float64), np.asarray(df, np.float64)
    tail: FloatArray = np.where(np.isinf(nu), special.ndtr(t), special.stdtr(nu, t))
    return tail


def p_values(statistic: ArrayLike, df: ArrayLike = np.inf, alternative: Alternative = "two-sided") -> FloatArray:
    """p-value of a statistic that grows with the effect.

    Example:
        >>> float(p_values(-1.959963984540054).round(12))
        0.05
    """
    t = np.asarray(statistic, np.float64)
    if alternative == "two-sided":
        return np.minimum(2 * lower_tail(-np.abs(t), df), 1.0)
    return lower_tail(-t if alternative == "greater" else t, df)


def critical(alpha: float, df: ArrayLike = np.inf, alternative: Alternative = "two-sided") -> FloatArray:
    """Value the statistic must exceed for p < alpha.

    Example:
        >>> float(critical(0.05).round(6))
        1.959964
    """
    tail = alpha / 2 if alternative == "two-sided" else alpha
    if df is np.inf:
        normal: FloatArray = np.asarray(-special.ndtri(tail), np.float64)
        return normal
    nu = np.asarray(df, np.float64)
    value: FloatArray = np.where(np.isinf(nu), -special.ndtri(tail), -special.stdtrit(nu, tail))
    return value


def agreeing(
    low: FloatArray, high: FloatArray, statistic: FloatArray, significant: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Move bounds that rounding put on the wrong side of zero: p < alpha iff zero is outside.

    The bounds come from inverting the very test that gave ``significant``, so this moves a bound
    by the last digit of a float or not at all.

    Example:
        >>> low, high = agreeing(*map(np.asarray, (0.0, 1.0, 1.96, True)))
        >>> bool(low > 0)
        True
    """
    above, below = np.nextafter(0.0, 1.0), np.nextafter(0.0, -1.0)
    up, down = significant & (statistic > 0), significant & (statistic < 0)
    low = np.where(up, np.maximum(low, above), np.where(down, low, np.minimum(low, 0.0)))
    high = np.where(down, np.minimum(high, below), np.where(up, high, np.maximum(high, 0.0)))
    return low, high
