"""Logistic regression whose answer is the maximum itself: Newton's method to the last digits, the same on every machine.

A search that stops where the slope is small enough stops elsewhere when rows come in another order or a library adds them up
in another one, by more than a reader should have to bear. Newton's steps shrink quadratically, so the one that is too small
to matter can be waited for. Chances are told column by column, so that equal rows have equal chances to the last bit and
ties between subscribers are ties.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.errors import ReportError
from helpers.stats.validation import finite_array, finite_vector

Floats = NDArray[np.float64]

STEPS, SMALL, NEAR, FARTHEST = 100, 1e-7, 1e-2, 30.0
"""Newton's steps at most; one after which the next is below rounding; one too short to go too far; log-odds a deviation
that nothing real comes near."""


@dataclass(frozen=True, eq=False)
class Logistic:
    """The chance 1 / (1 + exp(-(a + b'z))) of features z, each in deviations from its mean.

    Attributes:
        centre, scale: mean and deviation of each feature where it was fitted; a constant one has scale 1 and weight 0.
        weights: the intercept ``a``, then the change of the log-odds a deviation of each feature.
    """

    centre: Floats
    scale: Floats
    weights: Floats

    def chances(self, x: ArrayLike) -> Floats:
        """Of each row."""
        from scipy.special import expit

        z = (np.asarray(x, np.float64) - self.centre) / self.scale
        return np.asarray(expit(along(z, self.weights)), np.float64)


def along(z: Floats, weights: Floats) -> Floats:
    """``weights[0] + z @ weights[1:]``, added up in one order for every row, wherever it stands.

    >>> along(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 2.0, 3.0])).tolist()
    [9.0, 4.0]
    """
    told = np.full(len(z), weights[0])
    for column, weight in zip(z.T, weights[1:], strict=True):
        told += weight * column
    return told


def standardised(x: Floats) -> tuple[Floats, Floats]:
    """Mean and deviation of each column; 1 for the deviation of a constant one.

    >>> [v.tolist() for v in standardised(np.array([[1.0, 5.0], [3.0, 5.0]]))]
    [[2.0, 5.0], [1.0, 1.0]]
    """
    constant = (x == x[:1]).all(axis=0)
    return np.where(constant, x[0], x.mean(axis=0)), np.where(constant, 1.0, x.std(axis=0))


def fitted(x: ArrayLike, happened: ArrayLike, names: Sequence[str], *, penalty: float = 0.0) -> Logistic:
    """By maximum likelihood; ``penalty`` times half the sum of the squared weights is taken off it.

    Raises :class:`~helpers.errors.ReportError` where one outcome is missing, where features say the same, or where they tell
    the outcome without fail: then no finite weight is best.

    >>> found = fitted([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], ["visits"])
    >>> [round(float(c), 4) for c in found.chances([[0.0], [3.0]])]
    [0.2039, 0.7961]
    """
    x, y = finite_array("features", x), finite_vector("outcomes", happened)
    if not len(x) or y.min() == y.max():
        raise ReportError(
            "there is nothing to learn from rows of one outcome",
            got=f"{len(y):,} rows, {int(y.sum()):,} of them with it",
            expected="rows with the outcome and rows without",
            remedy="a longer horizon, or more of the log",
        )
    centre, scale = standardised(x)
    z = np.column_stack([np.ones(len(x)), (x - centre) / scale])
    varies = np.r_[True, (x != x[:1]).any(axis=0)]
    ridge = penalty * np.r_[0.0, np.ones(x.shape[1])]
    weights = np.zeros(z.shape[1])
    weights[0] = np.log(y.mean() / (1 - y.mean()))
    _check_apart(z[:, varies][:, 1:], [n for n, v in zip(names, varies[1:], strict=True) if v], penalty)
    for _ in range(STEPS):
        step = np.zeros(len(weights))
        slope, curvature = _derivatives(z, y, weights, ridge)
        try:
            step[varies] = np.linalg.solve(curvature[np.ix_(varies, varies)], slope[varies])
        except np.linalg.LinAlgError:  # every chance is 0 or 1
            break
        largest = float(np.abs(step).max())
        if largest < SMALL:
            return Logistic(centre, scale, weights + step)
        here = _loss(z, y, weights, ridge)
        while largest > NEAR and not _loss(z, y, weights + step, ridge) <= here:  # from afar a step can go too far
            step, largest = step / 2, largest / 2
        weights = weights + step
        if np.abs(weights).max() > FARTHEST or _loss(z, y, weights, ridge) < SMALL * len(y):
            break
    raise ReportError(
        "the features tell the outcome without fail, so no finite weight is best",
        got=f"weights beyond {FARTHEST:g}, or none that stands still after {STEPS} steps, for {', '.join(names)}",
        cause="a feature that is filled in once the outcome is known, or too few rows for so many features",
        remedy="leave that feature out, or learn from more rows",
    )


def clustered_errors(found: Logistic, x: ArrayLike, happened: ArrayLike, clusters: ArrayLike) -> Floats:
    r"""Standard errors of the weights, the intercept's first, that let rows of one cluster go together.

    The sandwich :math:`H^{-1}\bigl(\sum_g s_gs_g^\top\bigr)H^{-1}` of summed scores a cluster, times
    :math:`\frac{G}{G-1}\frac{n-1}{n-k}`. Reference: Liang and Zeger (1986), Biometrika 73; statsmodels has the same.
    """
    x, y = np.asarray(x, np.float64), np.asarray(happened, np.float64)
    z = np.column_stack([np.ones(len(x)), (x - found.centre) / found.scale])
    _, of = np.unique(np.asarray(clusters), return_inverse=True)
    residual = y - found.chances(x)
    groups = int(of.max()) + 1
    scores = np.column_stack([np.bincount(of, residual * column, groups) for column in z.T])
    varies = np.r_[True, (x != x[:1]).any(axis=0)]
    curvature = _derivatives(z, y, found.weights, np.zeros(z.shape[1]))[1]
    bread = np.linalg.inv(curvature[np.ix_(varies, varies)])
    meat = scores[:, varies].T @ scores[:, varies]
    n, k = z.shape
    errors = np.full(k, np.nan)
    if groups > 1 and n > k:
        errors[varies] = np.sqrt(np.diag(bread @ meat @ bread) * (groups / (groups - 1)) * ((n - 1) / (n - k)))
    return errors


def _loss(z: Floats, y: Floats, weights: Floats, ridge: Floats) -> float:
    """Minus the penalised log-likelihood."""
    told = along(z[:, 1:], weights)
    return float(np.sum(np.logaddexp(0.0, told) - y * told) + np.sum(ridge * weights**2) / 2)


def _derivatives(z: Floats, y: Floats, weights: Floats, ridge: Floats) -> tuple[Floats, Floats]:
    """Slope of the penalised log-likelihood, and minus its second derivatives."""
    from scipy.special import expit

    chance = expit(along(z[:, 1:], weights))
    slope = z.T @ (y - chance) - ridge * weights
    return slope, (z.T * (chance * (1 - chance))) @ z + np.diag(ridge)


def _check_apart(z: Floats, names: Sequence[str], penalty: float) -> None:
    """Refuse features of which one follows from the others, where no penalty chooses among their weights."""
    if penalty or z.shape[1] < 2:
        return
    values, vectors = np.linalg.eigh(z.T @ z / len(z))
    if values[0] < 1e-10:
        said = [name for name, part in zip(names, vectors[:, 0], strict=True) if abs(part) > 1e-3]
        raise ReportError(
            "features that say the same cannot be weighed against each other",
            got=", ".join(said),
            expected="features of which none follows from the others",
            remedy="leave one of them out",
        )
