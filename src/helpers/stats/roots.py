"""Root of a decreasing function inside a bracket, for one float or for whole arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from helpers.stats.validation import FloatArray

_EPS = 4 * np.finfo(float).eps
_STEPS = 200
_FLAT = 1e-13  # |f| in standard errors below which rounding of f itself takes over


def decreasing_root(f: Callable[[float], float], low: float, high: float) -> float:
    """Where ``f`` crosses zero in [low, high]; an end of the bracket when it does not cross.

    Chandrupatla's method: inverse quadratic steps where they are safe, bisection elsewhere; it
    cannot leave the bracket and cannot fail.

    Args:
        f: decreasing, in units of standard errors: |f| < 1e-13 counts as zero.
        low, high: the bracket.

    Example:
        >>> round(decreasing_root(lambda x: 2 - x * x, 0.0, 2.0), 12)
        1.414213562373
    """
    a, b = high, low
    fa, fb = f(a), f(b)
    if fb <= 0:
        return low
    if fa >= 0:
        return high
    c, fc = a, fa
    t = 0.5
    for _ in range(_STEPS):
        x = a + t * (b - a)
        fx = f(x)
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = x, fx
        best, fbest = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        width = abs(b - a)
        if abs(fbest) < _FLAT or width <= 2 * _EPS * abs(best) or width < 1e-300:
            return best
        limit = min(0.5, _EPS * abs(best) / width)
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if phi * phi < xi and (1 - phi) ** 2 < 1 - xi:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            t = min(1 - limit, max(limit, t))
        else:
            t = 0.5
    return best


def decreasing_roots(f: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """The same method on arrays: ``f`` takes and returns arrays of the shape of ``low``.

    Example:
        >>> target = np.array([1.0, 4.0])
        >>> decreasing_roots(lambda x: target - x * x, np.zeros(2), np.full(2, 9.0)).round(12)
        array([1., 2.])
    """
    a, b = np.array(high, float), np.array(low, float)
    fa, fb = f(a), f(b)
    at_low, at_high = fb <= 0, fa >= 0
    settled = at_low | at_high
    c, fc = a.copy(), fa.copy()
    t = np.full(a.shape, 0.5)
    best = np.where(at_low, low, high)
    for _ in range(_STEPS):
        x = a + t * (b - a)
        fx = f(x)
        same = (fx > 0) == (fa > 0)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        nearer = np.abs(fa) < np.abs(fb)
        now, f_now = np.where(nearer, a, b), np.where(nearer, fa, fb)
        best = np.where(settled, best, now)
        width = np.abs(b - a)
        settled |= (np.abs(f_now) < _FLAT) | (width <= 2 * _EPS * np.abs(now)) | (width < 1e-300)
        if settled.all():
            break
        with np.errstate(all="ignore"):
            limit = np.minimum(0.5, _EPS * np.abs(now) / width)
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            inner = (phi * phi < xi) & ((1 - phi) ** 2 < 1 - xi)
            t = fa / (fb - fa) * fc / (fb - fc)
            t += (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            t = np.where(inner, np.clip(t, limit, 1 - limit), 0.5)
    return best
