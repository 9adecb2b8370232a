"""Shares counted by simulation or in a sample, with the uncertainty of counting: exact and Wilson intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.validation import InputError, alpha_of, between, one_of, whole_number

IntervalMethod = Literal["clopper-pearson", "wilson"]
Promise = Literal["equal", "at most", "at least"]


@dataclass(frozen=True)
class BinomialInterval:
    """A share with its interval.

    Example:
        >>> BinomialInterval(0.5, 0.4, 0.6).low
        0.4
    """

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class MonteCarlo:
    """A simulated error rate or coverage beside its nominal value.

    ``ok`` when the nominal value lies inside the interval around the observed one, or on the promised side of it.

    Example:
        >>> print(monte_carlo("false positives", 0.05, hits=52, runs=1000).ok)
        True
    """

    name: str
    nominal: float
    observed: float
    runs: int
    low: float
    high: float
    ok: bool


def binomial_interval(
    hits: int,
    runs: int,
    confidence: float = CONFIDENCE,
    method: IntervalMethod = "clopper-pearson",
) -> BinomialInterval:
    """Interval of a share counted in independent runs.

    "clopper-pearson" is exact (covers at least ``confidence``); "wilson" inverts the score test and
    covers about ``confidence``.

    Raises:
        InputError: unless 0 <= hits <= runs and runs >= 1.

    Reference: Clopper and Pearson (1934); Wilson (1927).

    Example:
        >>> i = binomial_interval(50, 1000)
        >>> round(i.low, 4), round(i.high, 4)
        (0.0373, 0.0654)
    """
    alpha = alpha_of(confidence)
    one_of("method", method, ("clopper-pearson", "wilson"))
    k, n = whole_number("hits", hits), whole_number("runs", runs)
    if k > n or n == 0:
        raise InputError(
            "hits",
            got=f"{k} hits in {n} runs",
            expected="0 <= hits <= runs and at least one run",
            cause="hits counted over several kinds of run",
            remedy="count one yes or no a run",
        )
    share = k / n
    if method == "clopper-pearson":
        low = float(special.betaincinv(k, n - k + 1, alpha / 2)) if k else 0.0
        high = float(special.betainccinv(k + 1, n - k, alpha / 2)) if k < n else 1.0
        return BinomialInterval(share, low, high)
    z2 = float(special.ndtri(alpha / 2)) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = math.sqrt(z2 / n * (share * (1 - share) + z2 / (4 * n))) / (1 + z2 / n)
    low = 0.0 if k == 0 else middle - reach
    return BinomialInterval(share, low, 1.0 if k == n else middle + reach)


def monte_carlo(
    name: str,
    nominal: float,
    hits: int,
    runs: int,
    *,
    confidence: float = CONFIDENCE,
    promise: Promise = "equal",
) -> MonteCarlo:
    """Judge a simulated share: is it, within the noise of ``runs`` runs, what was promised?

    Args:
        name: what was counted, for the table.
        nominal: the promised share, strictly between 0 and 1.
        hits, runs: how often it happened, in how many independent runs.
        confidence: level of the Clopper-Pearson interval around the observed share.
        promise: "at most" or "at least" where the method promises a bound and not the share itself.

    Example:
        >>> monte_carlo("coverage", 0.95, 874, 1000).ok
        False
        >>> monte_carlo("exact test", 0.05, 30, 1000, promise="at most").ok
        True
    """
    between("nominal", nominal, 0, 1)
    one_of("promise", promise, ("equal", "at most", "at least"))
    found = binomial_interval(hits, runs, confidence)
    if promise == "at most":
        ok = found.low <= nominal
    elif promise == "at least":
        ok = nominal <= found.high
    else:
        ok = found.low <= nominal <= found.high
    return MonteCarlo(name, nominal, found.share, int(runs), found.low, found.high, ok)


def independent_rows(share: float, runs: int, error: float, df: float, confidence: float = CONFIDENCE) -> float:
    r"""As how many independent rows so many count that were drawn in whole clusters; NaN of a single cluster.

    :math:`n^*=p(1-p)/s^2` rows would have its standard error, with the degrees of freedom of clusters in place of those of
    rows :math:`n^*(t_{n-1}/t_{df})^2`, at most as many as there are. Of a share of 0 or 1 no cluster tells how they differ:
    then each counts as one row.

    Args:
        share: of the rows.
        runs: rows.
        error: its standard error by clusters.
        df: degrees of freedom of that.

    Reference: Korn and Graubard (1998), Survey Methodology 24.

    Example:
        >>> round(independent_rows(0.3, 1000, 0.03, 39.0))
        220
    """
    if not df > 0 or runs < 2:
        return math.nan
    n = df + 1
    if error > 0 and 0 < share < 1:
        tail = 1 - alpha_of(confidence) / 2
        n = share * (1 - share) / error**2 * float(special.stdtrit(runs - 1, tail) / special.stdtrit(df, tail)) ** 2
    return min(n, float(runs))


def clustered_interval(
    share: float, runs: int, error: float, df: float, confidence: float = CONFIDENCE
) -> BinomialInterval:
    r"""Interval of a share of rows that were drawn in whole clusters: Clopper and Pearson's on :func:`independent_rows`.

    Args as there; nothing is known of a single cluster.

    Reference: Korn and Graubard (1998), Survey Methodology 24.

    Example:
        >>> i = clustered_interval(0.3, 1000, 0.03, 39.0)
        >>> round(i.low, 3), round(i.high, 3)
        (0.24, 0.365)
    """
    alpha, n = alpha_of(confidence), independent_rows(share, runs, error, df, confidence)
    if math.isnan(n):
        return BinomialInterval(share, 0.0, 1.0)
    k = share * n
    low = float(special.betaincinv(k, n - k + 1, alpha / 2)) if share > 0 else 0.0
    high = float(special.betainccinv(k + 1, n - k, alpha / 2)) if share < 1 else 1.0
    return BinomialInterval(share, low, high)
