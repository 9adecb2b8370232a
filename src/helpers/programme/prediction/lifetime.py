"""How many orders a customer will still make: the BG/NBD model, by maximum likelihood."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.estimate import Estimate

Floats = NDArray[np.float64]
FARTHEST = 12
"""Logarithm of a parameter up to which its maximum is looked for, either side of one: a factor of 160,000."""


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


def maximised(names: tuple[str, ...], log_likelihood: Any, start: tuple[float, ...], customers: int) -> Fit:
    """Maximise over the logarithms of positive parameters; errors from the observed information there.

    Raises :class:`~helpers.errors.ReportError` where the search ends without a maximum, or with one so flat that the
    interval of a parameter reaches as far as the search: then only the bounds of the search say where it is.
    """
    from scipy.optimize import minimize
    from scipy.stats import norm

    def loss(logs: Floats) -> float:
        return -float(np.sum(log_likelihood(*np.exp(logs)))) / customers

    found = minimize(
        loss, np.log(start), method="L-BFGS-B", jac="3-point",
        bounds=[(-FARTHEST, FARTHEST)] * len(start), options={"ftol": 1e-14, "gtol": 1e-8},
    )  # fmt: skip
    information = _curvature(loss, found.x) * customers
    reach = float(norm.isf((1 - CONFIDENCE) / 2))
    flattest = float(np.linalg.eigvalsh(information)[0])
    if not found.success or flattest <= (reach / FARTHEST) ** 2:
        raise ReportError(
            "the likelihood has no maximum that can be told",
            got=f"{', '.join(names)} = {', '.join(f'{v:.3g}' for v in np.exp(found.x))}: {found.message}",
            cause="too few repeat orders, or histories that the model cannot tell apart",
            remedy="watch for longer, or use a simpler summary",
        )
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    estimates = {
        name: Estimate(v := float(np.exp(log)), v * error, v * np.exp(-reach * error), v * np.exp(reach * error), None)
        for name, log, error in zip(names, found.x, errors, strict=True)
    }
    return Fit(estimates, -float(found.fun) * customers, customers)


def _curvature(loss: Any, at: Floats, step: float = 1e-3) -> Floats:
    """Second derivatives by central differences."""
    n = len(at)
    moves = step * np.eye(n)
    out = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            a, b = moves[i], moves[j]
            out[i, j] = (loss(at + a + b) - loss(at + a - b) - loss(at - a + b) + loss(at - a - b)) / (4 * step**2)
    return out


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


def fit(repeats: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Fit:
    """r, alpha, a and b by maximum likelihood, from one history a customer; times in one unit, weeks say.

    Assumptions: a customer's orders are a Poisson process as long as he is one; rates are gamma, chances to leave are beta,
    and both are independent; leaving happens only right after an order. It lies when orders come in bursts or by season
    (a quiet spell passes for having left), when a whole cohort changes its habits, and for customers without a repeat
    order, all of whom it takes for alive.
    """
    histories = np.column_stack([np.asarray(v, np.float64) for v in (repeats, recency, age)])
    (x, t, big_t), customers = distinct(histories)
    unit = float(np.median(histories[:, 2])) or 1.0
    return maximised(
        ("r", "alpha", "a", "b"),
        lambda r, alpha, a, b: customers * log_likelihood(r, alpha, a, b, x, t, big_t),
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
    told, later, x = (np.asarray(v, np.float64) for v in (expected, seen, repeats))
    groups = []
    for k in range(most + 1):
        of = x == k if k < most else x >= most
        if of.sum() > 1:
            error = float(later[of].std(ddof=1) / np.sqrt(of.sum()))
            mean = Estimate.of(float(later[of].mean()), error, CONFIDENCE)
            groups.append(LaterOrders(str(k) if k < most else f"{most}+", int(of.sum()), float(told[of].mean()), mean))
    return tuple(groups)
