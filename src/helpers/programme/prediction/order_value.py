"""What an order of a customer is worth on average: the gamma-gamma model, by maximum likelihood."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.errors import ReportError
from helpers.programme.prediction.lifetime import Fit, distinct, maximised
from helpers.stats.validation import finite_vector

Floats = NDArray[np.float64]


def log_likelihood(p: float, q: float, gamma: float, orders: ArrayLike, mean: ArrayLike) -> Floats:
    """Of each customer's mean order value over ``orders`` orders.

    An order is Gamma(p) with a rate of the customer's own, and rates are Gamma(q, gamma) among customers.

    Reference: Fader and Hardie (2013), The gamma-gamma model of monetary value, equation 1a.
    """
    from scipy.special import gammaln

    x, z = (np.asarray(v, np.float64) for v in (orders, mean))
    return np.asarray(
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma) + (p * x - 1) * np.log(z)
        + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * z),
        np.float64,
    )  # fmt: skip


def slopes(p: float, q: float, gamma: float, orders: ArrayLike, mean: ArrayLike) -> Floats:
    """Derivatives of :func:`log_likelihood` by p, q and gamma (rows) for each customer (columns).

    >>> slopes(6.25, 3.74, 15.44, 7, 60.0).round(4).tolist()
    [0.3278, -0.6689, 0.1332]
    """
    from scipy.special import digamma

    x, z = (np.asarray(v, np.float64) for v in (orders, mean))
    total, grown = gamma + x * z, digamma(p * x + q)
    return np.array(
        [
            x * (grown - digamma(p * x) + np.log(x * z / total)),
            grown - digamma(q) + np.log(gamma / total),
            q / gamma - (p * x + q) / total,
        ]
    )


def fit(orders: ArrayLike, mean: ArrayLike) -> Fit:
    """p, q and gamma by maximum likelihood; ``mean`` is each customer's mean value of an order, above zero.

    Assumptions: what a customer spends varies around a mean of his own, which neither drifts nor goes with how often he
    orders. It lies when those who order often order differently: look at the correlation of both first. With q at or
    below one the mean of all customers does not exist.
    """
    means = np.column_stack([finite_vector("orders", v) for v in (orders, mean)])
    if not len(means) or not (means > 0).all():
        raise ReportError(
            "these are no orders to learn values from",
            got=f"{len(means):,} customers",
            expected="at least one order each, of a mean value above zero",
            remedy="leave customers out whose orders are free or refunded",
        )
    columns, customers = distinct(means)
    return maximised(
        ("p", "q", "gamma"),
        lambda *parameters: customers @ log_likelihood(*parameters, *columns),
        lambda *parameters: slopes(*parameters, *columns) @ customers,
        (2.0, 2.0, float(np.median(means[:, 1]))),
        len(means),
    )


def expected(found: Fit, orders: ArrayLike, mean: ArrayLike) -> Floats:
    """A customer's mean value of an order: between his own mean and that of all, nearer to his own the more he ordered.

    Reference: Fader and Hardie (2013), equation 5.

    >>> from helpers.stats.estimate import Estimate
    >>> at = {k: Estimate(v, 0, v, v, None) for k, v in {"p": 6.25, "q": 3.74, "gamma": 15.44}.items()}
    >>> [round(float(v), 2) for v in expected(Fit(at, 0.0, 1), [1, 7], [27.0, 60.0])]
    [29.51, 58.54]
    """
    p, q, gamma = found.values
    x, z = (np.asarray(v, np.float64) for v in (orders, mean))
    return np.asarray(p * (gamma + x * z) / (p * x + q - 1), np.float64)
