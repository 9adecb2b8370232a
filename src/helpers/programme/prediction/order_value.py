"""What an order of a customer is worth on average: the gamma-gamma model, by maximum likelihood."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.programme.prediction.lifetime import Fit, distinct, maximised

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


def fit(orders: ArrayLike, mean: ArrayLike) -> Fit:
    """p, q and gamma by maximum likelihood; ``mean`` is each customer's mean value of an order, above zero.

    Assumptions: what a customer spends varies around a mean of his own, which neither drifts nor goes with how often he
    orders. It lies when those who order often order differently: look at the correlation of both first. With q at or
    below one the mean of all customers does not exist.
    """
    means = np.column_stack([np.asarray(v, np.float64) for v in (orders, mean)])
    (x, z), customers = distinct(means)
    return maximised(
        ("p", "q", "gamma"),
        lambda p, q, gamma: customers * log_likelihood(p, q, gamma, x, z),
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
