"""Tests of designed and of equal shares: exact where counts are too small for chi-square, by clusters where they are drawn whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.stats.binomial import independent_rows
from helpers.stats.summaries.summary import WholeClusters, standard_error
from helpers.stats.validation import FloatArray

EXPECTED = 100.0
"""Least expected count from which on chi-square keeps a level of .001, also where one arm has nearly all units."""
ENUMERABLE = 2_000
"""Most outcomes that are summed over; beyond, they are drawn."""
BATCHES = (2_000, 20_000, 200_000, 1_000_000)
"""Draws, more of them the rarer the outcome is: as many as a threshold shared by a few dozen groups needs."""
ENOUGH = 100
"""Draws no more likely than what was seen, at which no more are needed: p is then known to a tenth of itself."""
_ROUNDING = 1e-7

Draw = Callable[[np.random.Generator, int], FloatArray]


def designed_shares(observed: Sequence[int], shares: Sequence[float]) -> tuple[float, int]:
    """p of counts under designed shares, the sum over all outcomes no more likely than the observed one, and the draws behind it.

    Two arms are summed by the binomial. Of more arms the outcomes are summed where there are few, and drawn otherwise;
    0 draws say that the sum is whole. The stream of the draws is fixed, so the same counts have the same p in any order of the arms.

    Reference: Besag and Clifford (1991), Biometrika 78, for stopping once enough draws are as extreme.

    Example:
        >>> designed_shares([8, 0], [0.5, 0.5])
        (0.0078125, 0)
    """
    from scipy import stats

    total, share = sum(observed), np.asarray(shares, np.float64)
    if len(observed) == 2:
        return float(stats.binomtest(observed[0], total, float(share[0])).pvalue), 0

    def likelihood(outcomes: FloatArray) -> FloatArray:
        return np.asarray(outcomes @ np.log(share) - special.gammaln(outcomes + 1).sum(axis=-1), np.float64)

    order = sorted(range(len(share)), key=lambda i: (share[i], observed[i]))
    share, observed = share[order], [observed[i] for i in order]
    own = float(likelihood(np.asarray(observed, np.float64)))
    if math.comb(total + len(share) - 1, len(share) - 1) <= ENUMERABLE:
        found = likelihood(np.array(list(_compositions(total, len(share))), np.float64))
        mass = np.exp(found[found <= own + _ROUNDING] + special.gammaln(total + 1)).sum()
        return float(min(mass, 1.0)), 0
    return _drawn(lambda rng, n: likelihood(rng.multinomial(total, share, n).astype(np.float64)), own)


def shares_p_value(hits: Sequence[int], totals: Sequence[int]) -> float:
    """p of equal shares of hits in groups: Pearson's chi-square, and exact where an expected count is below :data:`EXPECTED`.

    Chi-square calls too often where a group is small. NaN where no unit, or every one, is a hit, and where fewer than two
    groups have units.

    Example:
        >>> shares_p_value([5, 5], [100, 100])
        1.0
    """
    from scipy import stats

    pairs = [(k, n - k) for k, n in zip(hits, totals, strict=True) if n > 0]
    k, rest = sum(p[0] for p in pairs), sum(p[1] for p in pairs)
    if len(pairs) < 2 or not k or not rest:
        return math.nan
    if min(k, rest) * min(map(sum, pairs)) / (k + rest) < EXPECTED:
        return equal_shares([pair[0] for pair in pairs], [sum(pair) for pair in pairs])[0]
    return float(stats.chi2_contingency(pairs, correction=False).pvalue)


def clustered_shares_p_value(hits: ArrayLike, rows: ArrayLike) -> float:
    r"""p of equal shares of hits in groups of rows that were drawn in whole clusters, each in one group or in several.

    Pearson's chi-square :math:`X^2` with the moments that it has by clusters: with :math:`A` the form of :math:`X^2` in the shares and
    :math:`V` their covariance by clusters, :math:`M=AV`, it is :math:`X^2\,\mathrm{tr}M/\mathrm{tr}M^2` on
    :math:`(\mathrm{tr}M)^2/\mathrm{tr}M^2` degrees of freedom. The variances of :math:`V` are those of as many rows as count as
    independent. Never less than :func:`shares_p_value`; NaN as there, and where a group lies in a single cluster.

    Args:
        hits: a row for each cluster, a column for each group.
        rows: how many rows they are of.

    Reference: Rao and Scott (1984), Annals of Statistics 12; Korn and Graubard (1998), Survey Methodology 24.

    Example:
        >>> round(clustered_shares_p_value([[30, 0], [10, 0], [0, 28], [0, 32]], [[50, 0], [50, 0], [0, 50], [0, 50]]), 2)
        0.88
    """
    from scipy import stats

    k, m = np.asarray(hits, np.float64), np.asarray(rows, np.float64)
    k, m = k[:, m.sum(axis=0) > 0], m[:, m.sum(axis=0) > 0]
    n = m.sum(axis=0)
    alone = shares_p_value([int(x) for x in k.sum(axis=0)], [int(x) for x in n])
    if math.isnan(alone):
        return alone
    shares, share = k.sum(axis=0) / n, k.sum() / n.sum()
    arms = [WholeClusters.from_values(y[d > 0], d[d > 0]) for y, d in zip(k.T, m.T, strict=True)]
    count = [
        independent_rows(float(p), int(of), standard_error(arm), arm.df)
        for p, of, arm in zip(shares, n, arms, strict=True)
    ]
    apart = k - shares * m
    size = np.sqrt((apart**2).sum(axis=0))
    sizes = np.outer(size, size)
    alike = apart.T @ apart / np.where(sizes > 0, sizes, 1.0)
    np.fill_diagonal(alike, 1.0)
    moments = (np.diag(n) - np.outer(n, n) / n.sum()) @ (alike / np.sqrt(np.outer(count, count)))
    first, second = np.trace(moments), np.trace(moments @ moments)
    if not first > 0:
        return alone if first <= 0 else math.nan
    seen = float((n * (shares - share) ** 2).sum() / (share * (1 - share)))
    return max(alone, float(stats.chi2.sf(seen * first / second, first**2 / second)))


def equal_shares(hits: Sequence[int], totals: Sequence[int]) -> tuple[float, int]:
    """p of equal shares of hits in the arms, given how many hits there are: Fisher's exact test, drawn beyond two arms.

    Reference: Freeman and Halton (1951), Biometrika 38.

    Example:
        >>> round(equal_shares([0, 4], [30, 30])[0], 4)
        0.1124
    """
    from scipy import stats

    if len(hits) == 2:
        return float(stats.fisher_exact([(k, n - k) for k, n in zip(hits, totals, strict=True)]).pvalue), 0
    totals, hits = zip(*sorted(zip(totals, hits, strict=True)), strict=True)
    of: FloatArray = np.asarray(totals, np.float64)

    def likelihood(outcomes: FloatArray) -> FloatArray:
        return np.asarray(-(special.gammaln(outcomes + 1) + special.gammaln(of - outcomes + 1)).sum(axis=-1))

    seen = np.asarray(hits, np.float64)
    fewer = min(sum(hits), sum(totals) - sum(hits))
    flipped = fewer != sum(hits)
    own = float(likelihood(of - seen if flipped else seen))

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        drawn = rng.multivariate_hypergeometric(list(totals), fewer, n, method="marginals")
        return likelihood(drawn.astype(np.float64))

    return _drawn(draw, own)


def _drawn(draw: Draw, own: float) -> tuple[float, int]:
    """Share of draws whose likelihood is no larger than ``own``, and how many were drawn."""
    rng, hits, drawn = np.random.default_rng(0), 0, 0
    for batch in BATCHES:
        for size in [min(batch, 200_000)] * max(1, batch // 200_000):
            hits += int((draw(rng, size) <= own + _ROUNDING).sum())
        drawn += batch
        if hits >= ENOUGH:
            break
    return (hits + 1) / (drawn + 1), drawn


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to split ``total`` units over ``parts`` arms."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
