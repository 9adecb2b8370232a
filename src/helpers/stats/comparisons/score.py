r"""Miettinen-Nurminen score test of two proportions, and the intervals that invert it.

At a null value the score statistic compares the observed contrast with its variance under the
*restricted* maximum-likelihood rates, times N / (N - 1):

- difference :math:`\delta`: :math:`z=(\hat p_t-\hat p_c-\delta)/\sqrt{V}`,
  :math:`V=[\tilde p_t(1-\tilde p_t)/n_t+\tilde p_c(1-\tilde p_c)/n_c]\,N/(N-1)`;
- ratio :math:`\varrho`: :math:`z=(\hat p_t-\varrho\hat p_c)/\sqrt{V}`,
  :math:`V=[\tilde p_t(1-\tilde p_t)/n_t+\varrho^2\tilde p_c(1-\tilde p_c)/n_c]\,N/(N-1)`.

At :math:`\delta=0` and at :math:`\varrho=1` the two are the same number, hence one p-value for both
scales. Every formula is written once and runs on floats (``math``: fast for one comparison) or on
arrays (``numpy``: fast for ten thousand).

Reference: Miettinen and Nurminen (1985), Statistics in Medicine 4, 213-226.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.restricted_likelihood import (
    ARRAY,
    FLOAT,
    TINY,
    Ops,
    restricted_difference,
    restricted_failures,
    restricted_ratio,
)
from helpers.stats.inference import Alternative, EffectArrays, agreeing, critical, p_values
from helpers.stats.roots import decreasing_root, decreasing_roots
from helpers.stats.validation import FloatArray, InputError, alpha_of, finite_vector

_ABOVE_ZERO = math.nextafter(0.0, 1.0)
_FAR = 90.0  # |log ratio| beyond which no bound can lie for any countable sample


@dataclass(frozen=True, eq=False)
class TwoByTwo:
    """Two arms as observed, floats or arrays of one shape, with what every null value needs.

    Rates above one half are turned into their complements for the difference, which keeps the
    digits of rates near 1 as good as those near 0.

    Example:
        >>> float(TwoByTwo.of(10, 100, 20, 100).p_t)
        0.2
    """

    ops: Ops
    n_c: Any
    n_t: Any
    x_c: Any
    x_t: Any
    p_c: Any
    p_t: Any
    factor: Any  # N / (N - 1)
    side: Any  # -1 where successes and failures are swapped
    rare_c: Any
    rare_t: Any

    @classmethod
    def of(cls, x_c: Any, n_c: Any, x_t: Any, n_t: Any) -> TwoByTwo:
        """From successes and units; Python numbers stay floats, arrays stay arrays."""
        ops = ARRAY if isinstance(x_c, np.ndarray) else FLOAT
        if ops is FLOAT:
            x_c, n_c, x_t, n_t = float(x_c), float(n_c), float(x_t), float(n_t)
        total = n_c + n_t
        swap = x_c + x_t > total / 2
        side = ops.where(swap, -1.0, 1.0)
        rare_c, rare_t = ops.where(swap, n_c - x_c, x_c), ops.where(swap, n_t - x_t, x_t)
        factor = total / (total - 1)
        return cls(ops, n_c, n_t, x_c, x_t, x_c / n_c, x_t / n_t, factor, side, rare_c, rare_t)

    def z_zero(self) -> Any:
        """Score statistic of no difference; 0 where no unit or every unit succeeded."""
        total = self.n_c + self.n_t
        rare = (self.rare_c + self.rare_t) / total
        variance = rare * (1 - rare) * (1 / self.n_c + 1 / self.n_t) * self.factor
        return (self.p_t - self.p_c) / self.ops.sqrt(variance + TINY)

    def z_difference(self, delta: Any) -> Any:
        """Score statistic of the null ``p_t - p_c = delta``, decreasing in ``delta``."""
        n_c, n_t = self.n_c, self.n_t
        shift = self.side * delta
        r_c, r_t = restricted_difference(self.rare_c, n_c, self.rare_t, n_t, shift, self.ops)
        variance = (r_t * (1 - r_t) / n_t + r_c * (1 - r_c) / n_c) * self.factor
        return (self.p_t - self.p_c - delta) / self.ops.sqrt(variance + TINY)

    def z_ratio(self, log_ratio: Any) -> Any:
        """Score statistic of the null ``p_t = exp(log_ratio) p_c``, decreasing in it."""
        if self.ops is FLOAT:
            return self._z_failures(log_ratio) if self.side < 0 else self._z_successes(log_ratio)
        return np.where(self.side < 0, self._z_failures(log_ratio), self._z_successes(log_ratio))

    def _z_successes(self, log_ratio: Any) -> Any:
        ratio = self.ops.exp(log_ratio)
        r_c, r_t = restricted_ratio(self.x_c, self.n_c, self.x_t, self.n_t, ratio, self.ops)
        return self._z_linear(self.p_t - ratio * self.p_c, r_c, r_t, ratio)

    def _z_failures(self, log_ratio: Any) -> Any:
        """The same number from the failure rates, for rates near 1."""
        ratio, excess = self.ops.exp(log_ratio), self.ops.expm1(log_ratio)
        f_c, f_t = self.n_c - self.x_c, self.n_t - self.x_t
        q_c, q_t = restricted_failures(f_c, self.n_c, f_t, self.n_t, excess, self.ops)
        gap = ratio * (f_c / self.n_c) - f_t / self.n_t - excess
        return self._z_linear(gap, q_c, q_t, ratio)

    def _z_linear(self, gap: Any, r_c: Any, r_t: Any, ratio: Any) -> Any:
        variance = r_t * (1 - r_t) / self.n_t + ratio * ratio * (r_c * (1 - r_c) / self.n_c)
        return gap / self.ops.sqrt(variance * self.factor + TINY)


def score_bounds(
    table: TwoByTwo, z: float, crit: float, significant: bool, alternative: Alternative
) -> tuple[float, float, float, float]:
    """Bounds of one comparison: (absolute low, high, relative low, high).

    Each bound is sought only on the side of zero that the test's verdict leaves to it, so the
    verdict and both intervals cannot disagree.

    Example:
        >>> t = TwoByTwo.of(10, 100, 19, 100)
        >>> low, high, *_ = score_bounds(t, t.z_zero(), 1.959964, False, "two-sided")
        >>> round(low, 4), round(high, 4)
        (-0.0082, 0.1908)
    """
    d, has_ratio = table.p_t - table.p_c, table.x_c > 0
    low, high, rel_low, rel_high = -1.0, 1.0, -1.0, math.inf
    if alternative != "less":
        up = significant and z > 0
        if d > -1:
            span = (0.0, d) if up else (-1.0, min(d, 0.0))
            low = decreasing_root(lambda x: table.z_difference(x) - crit, *span)
        if table.x_t > 0:
            rel_low = math.expm1(_log_ratio(table, crit, 1 if up else -1))
    if alternative != "greater":
        down = significant and z < 0
        if d < 1:
            span = (d, 0.0) if down else (max(d, 0.0), 1.0)
            high = decreasing_root(lambda x: table.z_difference(x) + crit, *span)
        if has_ratio:
            rel_high = math.expm1(_log_ratio(table, -crit, -1 if down else 1))
    if significant and z > 0:
        low, rel_low = max(low, _ABOVE_ZERO), max(rel_low, _ABOVE_ZERO)
    if significant and z < 0:
        high, rel_high = min(high, -_ABOVE_ZERO), min(rel_high, -_ABOVE_ZERO)
    return low, high, rel_low, rel_high


def _log_ratio(table: TwoByTwo, target: float, side: int) -> float:
    """Where the ratio's statistic equals ``target``, sought outwards on one side of zero."""
    inner = 0.0
    for outer in (0.125 * side, 0.5 * side, 2.0 * side, 8.0 * side):
        if (table.z_ratio(outer) < target) == (side > 0):
            break
        inner = outer
    else:
        outer = _FAR * side
    return decreasing_root(lambda x: table.z_ratio(x) - target, min(inner, outer), max(inner, outer))


def score_intervals(
    x_c: ArrayLike,
    n_c: ArrayLike,
    x_t: ArrayLike,
    n_t: ArrayLike,
    confidence: float = CONFIDENCE,
    *,
    alternative: Alternative = "two-sided",
) -> EffectArrays:
    """Miettinen-Nurminen comparisons by the array: ten thousand in a fraction of a second.

    Args:
        x_c, n_c, x_t, n_t: successes and units of control and treatment, broadcast together.
        confidence: level of the intervals.
        alternative: "greater" means treatment above control.

    Where no unit or every unit of both arms succeeded the p-value is NaN; the intervals stand.

    Raises:
        InputError: for an empty arm or counts out of range.

    Example:
        >>> r = score_intervals([16249], [50000], [16522], [50000])
        >>> float(r.p_value[0].round(7)), float(r.absolute_low[0].round(10))
        (0.0658806, -0.0003584014)
    """
    alpha = alpha_of(confidence)
    crit = float(critical(alpha, alternative=alternative))
    counts = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a, float)) for a in (x_c, n_c, x_t, n_t)))
    shape = counts[0].shape
    xc, nc, xt, nt = (finite_vector("counts", a.ravel()) for a in counts)
    _check_counts(xc, nc, xt, nt)
    table = TwoByTwo.of(xc, nc, xt, nt)
    d, z = table.p_t - table.p_c, table.z_zero()
    degenerate = (xc + xt == 0) | (xc + xt == nc + nt)
    p = np.where(degenerate, np.nan, p_values(z, alternative=alternative))
    up, down = (p < alpha) & (z > 0), (p < alpha) & (z < 0)
    zero, one, far = np.zeros_like(d), np.ones_like(d), np.full_like(d, _FAR)
    low, high, rel_low, rel_high = -one, one, -one, np.full_like(d, np.inf)
    if alternative != "less":
        start, stop = np.where(up, 0.0, -one), np.where(up, d, np.minimum(d, 0.0))
        low = decreasing_roots(lambda x: table.z_difference(x) - crit, start, stop)
        start, stop = np.where(up, zero, -far), np.where(up, far, zero)
        root = decreasing_roots(lambda x: table.z_ratio(x) - crit, start, stop)
        rel_low = np.where(xt > 0, np.expm1(root), -1.0)
    if alternative != "greater":
        start, stop = np.where(down, d, np.maximum(d, 0.0)), np.where(down, 0.0, one)
        high = decreasing_roots(lambda x: table.z_difference(x) + crit, start, stop)
        start, stop = np.where(down, -far, zero), np.where(down, zero, far)
        root = decreasing_roots(lambda x: table.z_ratio(x) + crit, start, stop)
        rel_high = np.where(xc > 0, np.expm1(root), np.inf)
    low, high = agreeing(low, high, z, p < alpha)
    rel_low, rel_high = agreeing(rel_low, rel_high, z, p < alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = d / table.p_c
    statistic = np.where(degenerate, np.nan, z)
    infinite = np.full_like(d, np.inf)
    fields = (d, low, high, relative, rel_low, rel_high, statistic, infinite, p)
    return EffectArrays(*(field.reshape(shape) for field in fields))


def _check_counts(x_c: FloatArray, n_c: FloatArray, x_t: FloatArray, n_t: FloatArray) -> None:
    for name, x, n in (("control", x_c, n_c), ("treatment", x_t, n_t)):
        bad = (n < 1) | (x < 0) | (x > n)
        if bad.any():
            first = int(np.argmax(bad))
            raise InputError(
                f"{name} counts",
                got=f"{x[first]:g} successes of {n[first]:g} units at position {first}",
                expected="0 <= successes <= units and at least one unit",
                cause="an empty segment or events counted where units belong",
                remedy="leave empty segments out and count each unit once",
            )
