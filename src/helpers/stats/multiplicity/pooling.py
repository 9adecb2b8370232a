"""Partial pooling: how much effects differ beyond their errors, and estimates drawn to their mean accordingly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.stats.roots import decreasing_roots
from helpers.stats.validation import FloatArray, one_of

Tau = Literal["paule-mandel", "dersimonian-laird"]
TAUS: tuple[Tau, ...] = ("paule-mandel", "dersimonian-laird")
FEWEST_POOLED = 4
"""Effects below which nothing is drawn: Morris's factor (k - 3) / (k - 1) is 0 there."""


@dataclass(frozen=True, eq=False)
class PoolingArrays:
    """Partial pooling of many experiments at once; leading axes are experiments, the last one segments.

    Attributes:
        mean, mean_error: random-effects mean and its standard error with ``tau2`` taken as known (too small with few
            segments), shape (...).
        tau2: variance of the true effects between segments, shape (...).
        q, df, p_value: Cochran's test that all effects are one, shape (...).
        shrinkage: how far each estimate is drawn to the mean, 0 (not) to 1, shape (..., k).
        shrunken, shrunken_error: estimates after it, shape (..., k).
        deviation: each estimate against the others', in standard errors, shape (..., k).

    Example:
        >>> float(partial_pooling([1.0, 2, 3, 4], [1.0, 1, 1, 1]).q)
        5.0
    """

    mean: FloatArray
    mean_error: FloatArray
    tau2: FloatArray
    q: FloatArray
    df: FloatArray
    p_value: FloatArray
    shrinkage: FloatArray
    shrunken: FloatArray
    shrunken_error: FloatArray
    deviation: FloatArray


def partial_pooling(effects: ArrayLike, variances: ArrayLike, *, tau: Tau = "paule-mandel") -> PoolingArrays:
    r"""Random effects and empirical-Bayes estimates from independent effects with known variances.

    The variance :math:`\tau^2` of the true effects solves :math:`\sum(d_k-\mu)^2/(v_k+\tau^2)=k-1` (Paule-Mandel) or is
    :math:`(Q-(k-1))/(\sum w-\sum w^2/\sum w)` (DerSimonian-Laird), 0 at least; :math:`\mu` is the mean weighted by
    :math:`1/(v_k+\tau^2)`. Estimates are drawn to it by
    :math:`B_k=\frac{k-3}{k-1}\frac{v_k}{v_k+\tau^2}`, and their squared error
    :math:`v_k(1-\frac{k-1}{k}B_k)+\frac{2}{k-3}B_k^2\frac{\bar v+\tau^2}{v_k+\tau^2}(d_k-\mu)^2` carries the uncertainty of
    :math:`\mu` and :math:`\tau^2` (Morris 1983), so that intervals do not collapse where :math:`\tau^2` is estimated as 0.
    Their coverage, averaged over segments, is near the nominal one (a hundredth below it where the true effects vary
    about as much as the estimates). With fewer than four effects :math:`\tau^2` cannot be known well enough and nothing is drawn anywhere.

    Args:
        effects, variances: estimates and their squared standard errors, shape (..., k); where either is NaN or a
            variance is 0 the segment is left out and its results are NaN.
        tau: estimator of the variance between segments.

    Reference: Paule and Mandel (1982); DerSimonian and Laird (1986); Morris (1983), JASA 78, 47-55.

    Example:
        >>> eight_schools = [28, 8, -3, 7, -1, 1, 18, 12], [225, 100, 256, 121, 81, 121, 100, 324]
        >>> r = partial_pooling(*eight_schools)
        >>> round(float(r.mean), 2), float(r.tau2), round(float(r.p_value), 2)
        (7.69, 0.0, 0.7)
    """
    one_of("tau", tau, TAUS)
    d, v = np.broadcast_arrays(np.asarray(effects, np.float64), np.asarray(variances, np.float64))
    used = np.isfinite(d) & np.isfinite(v) & (v > 0)
    d, v = np.where(used, d, 0.0), np.where(used, v, 1.0)
    k = used.sum(axis=-1).astype(np.float64)

    def weighted(tau2: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        weights = used / (v + tau2[..., None])
        total = weights.sum(axis=-1)
        mean = (weights * d).sum(axis=-1) / np.where(total > 0, total, np.nan)
        return weights, mean, (weights * (d - mean[..., None]) ** 2).sum(axis=-1)

    fixed, common, q = weighted(np.zeros(k.shape))
    total = fixed.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if tau == "dersimonian-laird":
            tau2 = (q - (k - 1)) / (total - (fixed**2).sum(axis=-1) / total)
        else:
            highest = (used * (d - common[..., None]) ** 2).sum(axis=-1)  # here Q is at most 1
            tau2 = decreasing_roots(lambda t: weighted(t)[2] - (k - 1), np.zeros(k.shape), np.nan_to_num(highest))
        tau2 = np.where(k > 1, np.maximum(tau2, 0), np.nan)
        weights, mean, _ = weighted(np.where(k > 1, tau2, 0))
        deviation = (d - common[..., None]) / np.sqrt(v - 1 / total[..., None])
        mean_error = np.sqrt(1 / weights.sum(axis=-1))
        p = np.where(k > 1, special.chdtrc(np.maximum(k - 1, 1), q), np.nan)
    shrinkage, shrunken, squared = _shrunken(d, v, weights, mean, k, np.where(k > 1, tau2, 0))
    known = used & (k[..., None] > 1)
    return PoolingArrays(
        mean,
        mean_error,
        tau2,
        np.where(k > 1, q, np.nan),
        np.maximum(k - 1, 0),
        p,
        np.where(used, shrinkage, np.nan),
        np.where(used, shrunken, np.nan),
        np.where(used, np.sqrt(squared), np.nan),
        np.where(known, deviation, np.nan),
    )


def _shrunken(
    d: FloatArray, v: FloatArray, weights: FloatArray, mean: FloatArray, k: FloatArray, tau2: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Morris's shrinkage, estimates and squared errors."""
    spread = v + tau2[..., None]
    typical = (weights * v).sum(axis=-1) / np.where(k > 0, weights.sum(axis=-1), np.nan)
    count = k[..., None]
    shrinkage = np.clip(count - 3, 0, None) / np.maximum(count - 1, 1) * v / spread
    gap = d - mean[..., None]
    uncertain = (
        np.where(count > 3, 2 / np.maximum(count - 3, 1), 0) * shrinkage**2 * (typical + tau2)[..., None] / spread
    )
    squared = v * (1 - (count - 1) / np.maximum(count, 1) * shrinkage) + uncertain * gap**2
    return shrinkage, d - shrinkage * gap, squared
