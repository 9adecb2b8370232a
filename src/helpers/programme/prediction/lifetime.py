"""How many orders a customer will still make: the BG/NBD model, by maximum likelihood."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.estimate import Estimate
from helpers.stats.validation import finite_vector

Floats = NDArray[np.float64]
FARTHEST = 12
"""Logarithm of a parameter up to which its maximum is looked for, either side of one: a factor of 160,000."""
STEPS, SMALL = 20, 1e-7
"""Newton's steps at most, and one after which the next is below rounding."""


@dataclass(frozen=True)
class Fit:
    """Parameters by their names, with the intervals of the logarithms, and the maximised log-likelihood.

    Attributes:
        parameters: on their own scale; ``standard_error`` by the delta method, the interval is that of the logarithm.
        log_likelihood: summed over customers.
        customers: that it was fitted on.
    """

    parameters: dict[str, Estimate]
    log_likelihood: float
    customers: int

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters in the model's order."""
        return tuple(float(p.value) for p in self.parameters.values())


def maximised(
    names: tuple[str, ...], log_likelihood: Any, slopes: Any, start: tuple[float, ...], customers: int
) -> Fit:
    """Maximise over the logarithms of positive parameters; errors from the observed information there.

    A search finds the hill, Newton's steps its top to the last digits, by exact slopes. Raises
    :class:`~helpers.errors.ReportError` where the likelihood rises for ever, or is so flat that the interval of a parameter
    reaches as far as the search: then only the bounds of the search say where it is.

    Args:
        log_likelihood: of parameters, a sum.
        slopes: its derivatives by each parameter, in their order.
    """
    from scipy.optimize import minimize
    from scipy.stats import norm

    def loss(logs: Floats) -> float:
        return -float(log_likelihood(*np.exp(logs))) / customers

    def slope(logs: Floats) -> Floats:
        values = np.exp(logs)
        return -np.array(slopes(*values)) * values / customers

    found = minimize(
        loss, np.log(start), method="L-BFGS-B", jac=slope,
        bounds=[(-FARTHEST, FARTHEST)] * len(start), options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500},
    )  # fmt: skip
    reach = float(norm.isf((1 - CONFIDENCE) / 2))
    top = found.x
    for _ in range(STEPS):
        curvature = _curvature(slope, top)
        if float(np.linalg.eigvalsh(curvature)[0]) * customers <= (reach / FARTHEST) ** 2:
            break
        step = np.linalg.solve(curvature, slope(top))
        top = top - step
        if np.abs(step).max() < SMALL:
            covariance = np.asarray(np.linalg.inv(_curvature(slope, top) * customers), np.float64)
            return _told(names, top, covariance, -loss(top) * customers, reach, customers)
    raise ReportError(
        "the likelihood has no maximum that can be told",
        got=f"one that stays as high however far some of {', '.join(names)} go",
        cause="too few repeat orders, or histories that the model cannot tell apart",
        remedy="watch for longer, or use a simpler summary",
    )


def _told(
    names: tuple[str, ...], logs: Floats, covariance: Floats, log_likelihood: float, reach: float, customers: int
) -> Fit:
    values, errors = np.exp(logs), np.sqrt(np.diag(covariance))
    parameters = {
        name: Estimate(v, v * e, v * float(np.exp(-reach * e)), v * float(np.exp(reach * e)), None)
        for name, v, e in zip(names, values.tolist(), errors.tolist(), strict=True)
    }
    return Fit(parameters, log_likelihood, customers)


def _curvature(slope: Any, at: Floats, step: float = 1e-2) -> Floats:
    """Second derivatives by differences of the exact first ones, five points each: far enough apart to lose no digit."""
    moves = step * np.eye(len(at))
    rows = [8 * (slope(at + d) - slope(at - d)) - slope(at + 2 * d) + slope(at - 2 * d) for d in moves]
    curvature = np.array(rows) / (12 * step)
    return np.asarray((curvature + curvature.T) / 2, np.float64)


def log_likelihood(
    r: float, alpha: float, a: float, b: float, repeats: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> Floats:
    """Of each customer's history: ``repeats`` orders after the first, the last ``recency`` after it, watched for ``age``.

    The rate of orders is Gamma(r, alpha) among customers, and after each repeat order a customer leaves for good with a
    chance that is Beta(a, b) among them.

    Reference: Fader, Hardie and Lee (2005), "Counting your customers" the easy way, equation 6.

    >>> round(float(log_likelihood(0.243, 4.414, 0.793, 2.426, 2, 30.43, 38.86)), 3)
    -9.459
    """
    from scipy.special import betaln, gammaln

    x, t, big_t = (np.asarray(v, np.float64) for v in (repeats, recency, age))
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + big_t)
    with np.errstate(divide="ignore"):
        gone = np.where(
            x > 0,
            betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + t),
            -np.inf,
        )
    return np.asarray(shared + np.logaddexp(alive, gone), np.float64)


def slopes(
    r: float, alpha: float, a: float, b: float, repeats: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> Floats:
    """Derivatives of :func:`log_likelihood` by r, alpha, a and b (rows) for each customer (columns).

    >>> slopes(0.243, 4.414, 0.793, 2.426, 2, 30.43, 38.86).round(3).tolist()
    [2.696, -0.0, -0.203, 0.077]
    """
    from scipy.special import expit

    x, t, big_t = (np.asarray(v, np.float64) for v in (repeats, recency, age))
    before = b + np.maximum(x, 1) - 1
    gone = np.where(x > 0, expit(np.log(a / before) + (r + x) * np.log((alpha + big_t) / (alpha + t))), 0.0)
    there = 1 - gone
    return np.array(
        [
            _harmonic(r, x) + there * np.log(alpha / (alpha + big_t)) + gone * np.log(alpha / (alpha + t)),
            sum(w * (r * s - x * alpha) / (alpha * (alpha + s)) for w, s in ((there, big_t), (gone, t))),
            gone / a - _harmonic(a + b, x),
            _harmonic(b, x) - gone / before - _harmonic(a + b, x),
        ]
    )


def _harmonic(start: float, terms: Floats) -> Floats:
    """1 / start + 1 / (start + 1) + ..., so many terms: what digamma gains in whole steps, without a digit lost."""
    whole = terms.astype(np.int64)
    return np.asarray(np.r_[0.0, np.cumsum(1 / (start + np.arange(whole.max(initial=0))))][whole], np.float64)


def fit(repeats: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Fit:
    """r, alpha, a and b by maximum likelihood, from one history a customer; times in one unit, weeks say.

    Assumptions: a customer's orders are a Poisson process as long as he is one; rates are gamma, chances to leave are beta,
    and both are independent; leaving happens only right after an order. It lies when orders come in bursts or by season
    (a quiet spell passes for having left), when a whole cohort changes its habits, and for customers without a repeat
    order, all of whom it takes for alive.
    """
    histories = np.column_stack([finite_vector("histories", v) for v in (repeats, recency, age)])
    x, t, big_t = histories.T
    if not len(histories) or not ((x >= 0) & (x == np.floor(x)) & (t >= 0) & (t <= big_t) & (big_t > 0)).all():
        raise ReportError(
            "these are no histories of customers",
            got=f"{len(histories):,} rows",
            expected="a whole number of repeat orders, the last of them after the first and before the end of the watch",
        )
    columns, customers = distinct(histories)
    unit = float(np.median(histories[:, 2])) or 1.0
    return maximised(
        ("r", "alpha", "a", "b"),
        lambda *parameters: customers @ log_likelihood(*parameters, *columns),
        lambda *parameters: slopes(*parameters, *columns) @ customers,
        (1.0, unit / 4, 1.0, 2.0),
        len(histories),
    )


def distinct(rows: Floats) -> tuple[Floats, Floats]:
    """Columns of the distinct rows in their order, and how many rows each stands for: a sum over them does not depend on
    the order in which rows came.

    >>> columns, counts = distinct(np.array([[2.0, 1.0], [1.0, 3.0], [2.0, 1.0]]))
    >>> columns.tolist(), counts.tolist()
    ([[1.0, 2.0], [3.0, 1.0]], [1.0, 2.0])
    """
    found, counts = np.unique(rows, axis=0, return_counts=True)
    return found.T, counts.astype(np.float64)


def expected(found: Fit, ahead: ArrayLike, repeats: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
    """Orders that a customer with this history will make in the time ``ahead``.

    Reference: Fader, Hardie and Lee (2005), equation 10. Lies as :func:`fit` does, and forecasts no season.
    """
    from scipy.special import hyp2f1

    r, alpha, a, b = found.values
    x, t, big_t, h = (np.asarray(v, np.float64) for v in (repeats, recency, age, ahead))
    series = hyp2f1(r + x, b + x, a + b + x - 1, h / (alpha + big_t + h))
    grown = (a + b + x - 1) / (a - 1) * (1 - ((alpha + big_t) / (alpha + big_t + h)) ** (r + x) * series)
    gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + big_t) / (alpha + t)) ** (r + x), 0.0)
    return np.asarray(grown / (1 + gone), np.float64)


@dataclass(frozen=True)
class LaterOrders:
    """Customers of equally many repeat orders: the mean of later orders, expected and seen, with its interval."""

    name: str
    customers: int
    expected: float
    seen: Estimate


def holdout(expected: ArrayLike, seen: ArrayLike, repeats: ArrayLike, most: int = 6) -> tuple[LaterOrders, ...]:
    """Expected against seen later orders by the number of repeat orders; the last group pools ``most`` and more.

    Intervals of the mean seen are normal. It lies where a group is small, and cancels errors within a group.
    """
    told, later, x = (finite_vector("orders", v) for v in (expected, seen, repeats))
    groups = []
    for k in range(most + 1):
        of = x == k if k < most else x >= most
        if of.sum() > 1:
            error = float(later[of].std(ddof=1) / np.sqrt(of.sum()))
            mean = Estimate.of(float(later[of].mean()), error, CONFIDENCE)
            groups.append(LaterOrders(str(k) if k < most else f"{most}+", int(of.sum()), float(told[of].mean()), mean))
    return tuple(groups)
