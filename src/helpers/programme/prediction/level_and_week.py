"""A level that wanders, a week that stays and even noise: the most likely of such models, to the last digits.

The variance of a step of the level, over that of the noise, is the only number that has to be searched for; all else follows
from it by least squares (de Jong 1991, The diffuse Kalman filter; Harvey 1989, Forecasting, structural time series models and
the Kalman filter, chapter 4). Its search ends where the exact slope of the likelihood is zero, or at the edge, where the
level does not move at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.errors import ReportError
from helpers.stats.validation import finite_vector

Floats = NDArray[np.float64]

WEEK = 7
LOWEST, HIGHEST = -16.0, 8.0
"""Logarithms of the ratio of variances between which the most likely one is looked for."""


@dataclass(frozen=True, eq=False)
class LevelAndWeek:
    """A fitted model, ready to be carried on.

    Attributes:
        ratio: variance of a day's step of the level over that of the noise; 0 where the level stands still.
        noise: deviation of the noise.
        days: that it was fitted on.
        level: on the last of them, the week taken off.
        week: what each day of the week adds to that of the first day fitted on, whose own is 0.
    """

    ratio: float
    noise: float
    days: int
    level: float
    week: Floats
    _spread: float
    _shift: Floats
    _inverse: Floats

    def ahead(self, days: int) -> tuple[Floats, Floats]:
        """Mean and standard error of each of the next days, the noise of the day itself included."""
        steps = np.arange(days)
        dummies = _dummies(self.days + steps)
        apart = dummies - self._shift
        variance = self._spread + steps * self.ratio + 1 + np.einsum("ij,jk,ik->i", apart, self._inverse, apart)
        return self.level + dummies @ self.week[1:], self.noise * np.sqrt(variance)


def fitted(values: ArrayLike) -> LevelAndWeek:
    """By maximum likelihood, level and week being unknown beforehand.

    Raises :class:`~helpers.errors.ReportError` for fewer than three weeks.

    >>> found = fitted(np.tile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0], 4) + np.random.default_rng(1).normal(0, 0.1, 28))
    >>> found.week.round().tolist(), found.ratio < 0.5
    ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 8.0], True)
    """
    from scipy.optimize import brentq

    y = finite_vector("values", values)
    if len(y) < 3 * WEEK:
        raise ReportError("too few days to tell a week by", got=f"{len(y)} days", expected=f"at least {3 * WEEK}")
    columns = np.column_stack([y - y[0], _dummies(np.arange(len(y)))])
    if _regressed(columns, np.zeros(1))[1][0] <= 1e-24 * max(float((y**2).sum()), 1e-300):
        return _made(columns, y[0], 0.0)  # the same week over and over

    def slope(log: float) -> float:
        step = 1e-30
        return float(_loss(columns, np.exp(np.array([log + 1j * step])))[0].imag) / step

    tried = np.linspace(LOWEST, HIGHEST, 25)
    best = int(np.argmin(_loss(columns, np.exp(tried))))
    low, high = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]
    if slope(low) >= 0:
        return _made(columns, y[0], 0.0)
    if slope(high) <= 0:
        return _made(columns, y[0], float(np.exp(high)))
    return _made(columns, y[0], float(np.exp(brentq(slope, low, high, xtol=1e-14, rtol=1e-14))))


def _made(columns: Floats, first: float, ratio: float) -> LevelAndWeek:
    weights, squares, cross, level, spread = (part[0] for part in _regressed(columns, np.array([ratio])))
    free = len(columns) - WEEK
    return LevelAndWeek(
        ratio,
        float(np.sqrt(max(squares, 0.0) / free)),
        len(columns),
        float(first + level[0] - level[1:] @ weights),
        np.r_[0.0, weights],
        float(spread),
        level[1:],
        np.linalg.inv(cross),
    )


def _dummies(day: NDArray[np.int64]) -> Floats:
    """Whether a day is the second, third ... of its week."""
    return np.asarray(day[:, None] % WEEK == np.arange(1, WEEK), np.float64)


def _loss(columns: Floats, ratios: Any) -> Any:
    """Minus twice the likelihood's logarithm, but for a constant, at each ratio; complex ratios give its slope."""
    _, squares, cross, _, _, scale = _regressed(columns, ratios, scaled=True)
    return scale + np.log(np.linalg.det(cross)) + (len(columns) - WEEK) * np.log(squares)


def _regressed(columns: Floats, ratios: Any, *, scaled: bool = False) -> Any:
    """Weights of the week, squares left over, cross products; level and its variance for the day after the last."""
    level = np.repeat(columns[:1], len(ratios), axis=0).astype(ratios.dtype)
    spread = 1 + ratios
    news, sizes = [], []
    for row in columns[1:]:
        gap, size = row - level, spread + 1
        level = level + (spread / size)[:, None] * gap
        spread = spread / size + ratios
        news.append(gap)
        sizes.append(size)
    gaps, size = np.array(news), np.array(sizes)
    products = np.einsum("tmi,tm,tmj->mij", gaps, 1 / size, gaps)
    cross = products[:, 1:, 1:]
    weights = np.linalg.solve(cross, products[:, 1:, :1])[..., 0]
    left = gaps[..., 0] - np.einsum("tmi,mi->tm", gaps[..., 1:], weights)
    found = (weights, (left**2 / size).sum(axis=0), cross, level, spread)
    return (*found, np.log(size).sum(axis=0)) if scaled else found
