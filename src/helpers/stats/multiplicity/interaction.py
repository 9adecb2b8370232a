"""Is one common effect enough for all segments? A test that small arms and rare outcomes do not mislead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.stats.comparisons.restricted_likelihood import ARRAY, restricted_difference, restricted_ratio
from helpers.stats.validation import BoolArray, FloatArray

Scale = Literal["absolute", "relative"]

LEAST_EXPECTED: Final = 2.0
"""Successes, and failures, that the smaller arm of a segment must expect to take part."""
LEAST_UNITS: Final = 10
"""Units that each arm of a segment must have for its variance to be known at all."""
_REACH: Final = 5.0
_GRID: Final = 81
_ROUNDS: Final = 4


@dataclass(frozen=True, eq=False)
class InteractionArrays:
    """Tests of one common effect, many experiments at once; leading axes are experiments, the last one segments.

    Attributes:
        q, df, p_value: scatter about the common effect in units of its error, segments minus one, and the test, shape (...);
            NaN where fewer than two segments take part.
        used: whether a segment takes part, shape (..., k).

    Example:
        >>> float(of_proportions([10.0, 20], [100.0, 100], [20.0, 10], [100.0, 100], "relative").df)
        1.0
    """

    q: FloatArray
    df: FloatArray
    p_value: FloatArray
    used: BoolArray


def of_proportions(x_c: ArrayLike, n_c: ArrayLike, x_t: ArrayLike, n_t: ArrayLike, scale: Scale) -> InteractionArrays:
    r"""Score test of one common difference or ratio of proportions.

    :math:`Q=\min_\theta\sum(\hat p_t-\theta\hat p_c)^2/v_k(\theta)` (of a difference :math:`\hat p_t-\hat p_c-\theta`), chi-square on
    k - 1 degrees of freedom, where :math:`v_k(\theta)` is the variance at the most likely rates given :math:`\theta`, so that an
    arm without a success says something too. A segment takes part by its total of successes and failures, which says
    nothing of the effect.

    Args:
        x_c, n_c, x_t, n_t: successes and units, shape (..., k).
        scale: "absolute" or "relative".

    Reference: Gart and Nam (1990), Biometrics 46; Miettinen and Nurminen (1985).

    Example:
        >>> round(float(of_proportions([40.0, 40], [400.0, 400], [40.0, 90], [400.0, 400], "relative").p_value), 4)
        0.003
    """
    x_c, n_c, x_t, n_t = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (x_c, n_c, x_t, n_t)))
    total, units = x_c + x_t, n_c + n_t
    rarer = np.minimum(total, units - total)
    used = np.asarray(rarer * np.minimum(n_c, n_t) >= LEAST_EXPECTED * units)
    a, b = x_c / n_c, x_t / n_t
    correction = units / (units - 1)

    def scatter(theta: FloatArray) -> FloatArray:
        if scale == "relative":
            ratio = np.exp(theta)
            p_c, p_t = restricted_ratio(x_c, n_c, x_t, n_t, ratio, ARRAY)
            gap = b - ratio * a
        else:
            ratio = np.ones_like(theta)
            p_c, p_t = restricted_difference(x_c, n_c, x_t, n_t, theta, ARRAY)
            gap = b - a - theta
        v = (p_t * (1 - p_t) / n_t + ratio**2 * p_c * (1 - p_c) / n_c) * correction
        told = used & (v > 0)
        return np.asarray(np.where(told, gap**2 / np.where(told, v, 1.0), 0.0).sum(axis=-1))

    middle = _common(
        (a * n_c * used).sum(-1), (n_c * used).sum(-1), (b * n_t * used).sum(-1), (n_t * used).sum(-1), scale
    )
    q, _ = _least(scatter, middle, _REACH if scale == "relative" else 1 - 1e-9, bounded=scale == "absolute")
    df = used.sum(axis=-1) - 1.0
    q = np.where(df > 0, q, np.nan)
    return InteractionArrays(q, np.maximum(df, 0), np.asarray(special.chdtrc(np.maximum(df, 1), q)), used)


def of_means(
    n_c: ArrayLike, mean_c: ArrayLike, v_c: ArrayLike, n_t: ArrayLike, mean_t: ArrayLike, v_t: ArrayLike, scale: Scale
) -> InteractionArrays:
    r"""Welch's test that one difference, or ratio, of means is common to all segments.

    :math:`Q=\min_\theta\sum(\bar y_t-\theta\bar y_c)^2/(v_t+\theta^2v_c)`, linear in the means, for the logarithm of a ratio is skewed by its
    own variance. As the variances are estimated, Q is held against F with Welch's correction and degrees of freedom.

    Args:
        n_c, n_t: units; mean_c, mean_t: averages; v_c, v_t: their squared standard errors; each of shape (..., k).
        scale: "absolute" or "relative", which needs averages above zero.

    Reference: Welch (1951), Biometrika 38, 330-336; Fieller (1954), JRSS B 16.

    Example:
        >>> found = of_means([50, 50], [1.0, 1.0], [0.01, 0.01], [50, 50], [1.1, 1.6], [0.01, 0.01], "absolute")
        >>> round(float(found.q), 6), round(float(found.p_value), 4)
        (6.25, 0.0132)
    """
    n_c, a, v_c, n_t, b, v_t = np.broadcast_arrays(
        *(np.asarray(x, np.float64) for x in (n_c, mean_c, v_c, n_t, mean_t, v_t))
    )
    used = np.asarray((np.minimum(n_c, n_t) >= LEAST_UNITS) & (v_c + v_t > 0) & np.isfinite(a + b))

    def scatter(theta: FloatArray) -> FloatArray:
        ratio = np.exp(theta) if scale == "relative" else np.ones_like(theta)
        gap = b - ratio * a if scale == "relative" else b - a - theta
        v = np.where(used, v_t + ratio**2 * v_c, 1.0)
        return np.asarray(np.where(used, gap**2 / v, 0.0).sum(axis=-1))

    if scale == "relative":
        middle = _common(
            (a * n_c * used).sum(-1), (n_c * used).sum(-1), (b * n_t * used).sum(-1), (n_t * used).sum(-1), scale
        )
        q, theta = _least(scatter, middle, _REACH)
        ratio = np.exp(theta)[..., None]
    else:
        weights = np.where(used, 1 / np.where(used, v_c + v_t, 1.0), 0.0)
        with np.errstate(invalid="ignore"):
            q, ratio = scatter(((weights * (b - a)).sum(-1) / weights.sum(-1))[..., None]), np.ones(1)
    parts = v_t, ratio**2 * v_c
    v = np.where(used, sum(parts), 1.0)
    df_k = v**2 / np.where(used, parts[0] ** 2 / (n_t - 1) + parts[1] ** 2 / (n_c - 1), 1.0)
    level = (a * ratio + b) / 2 if scale == "relative" else 1.0
    weights = np.where(used, level**2 / v, 0.0)
    k = used.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lack = np.where(used, (1 - weights / weights.sum(axis=-1, keepdims=True)) ** 2 / df_k, 0.0).sum(axis=-1)
        f = q / (k - 1) / (1 + 2 * (k - 2) / (k**2 - 1) * lack)
        p = special.fdtrc(np.maximum(k - 1, 1), (k**2 - 1) / (3 * lack), f)
    told = (k > 1) & np.isfinite(q)
    return InteractionArrays(np.where(told, q, np.nan), np.maximum(k - 1.0, 0), np.where(told, p, np.nan), used)


def _common(x_c: FloatArray, n_c: FloatArray, x_t: FloatArray, n_t: FloatArray, scale: Scale) -> FloatArray:
    """The effect on all units that take part, from which the common one is looked for; NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        c, t = x_c / n_c, x_t / n_t
        return np.asarray(np.where((c > 0) & (t > 0), np.log(t / c), np.nan) if scale == "relative" else t - c)


def _least(
    scatter: Callable[[FloatArray], FloatArray], middle: FloatArray, reach: float, *, bounded: bool = False
) -> tuple[FloatArray, FloatArray]:
    """The least scatter over effects around ``middle``, and where it is; a finer grid in each round."""
    best, where = scatter(middle[..., None]), middle
    low, high = (
        (np.full(middle.shape, -reach), np.full(middle.shape, reach)) if bounded else (middle - reach, middle + reach)
    )
    for _ in range(_ROUNDS):
        thetas = np.linspace(low, high, _GRID)
        found = np.nan_to_num(scatter(thetas[..., None]), nan=np.inf)
        j = np.argmin(found, axis=0)[None]
        least, at = np.take_along_axis(found, j, 0)[0], np.take_along_axis(thetas, j, 0)[0]
        where, best = np.where(least < best, at, where), np.minimum(np.where(np.isnan(best), np.nan, least), best)
        step = (high - low) / (_GRID - 1)
        low, high = np.maximum(at - step, low), np.minimum(at + step, high)
    return np.where(np.isnan(middle), np.nan, best), where
