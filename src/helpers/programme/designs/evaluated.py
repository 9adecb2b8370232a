"""A way to analyse a design, judged by the planted truth: its bias, its error, what its intervals hold and how often it cries wolf."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.defaults import ALPHA
from helpers.programme.designs.repeated import Average, rate, spread
from helpers.stats.binomial import BinomialInterval
from helpers.stats.comparisons.linear import from_variances, satterthwaite
from helpers.stats.inference import EffectArrays
from helpers.stats.summaries.whole_clusters import equal_clusters, for_unequal
from helpers.stats.validation import BoolArray, FloatArray


@dataclass(frozen=True)
class EvaluatedAnalysis:
    """What one analysis showed over all runs.

    Attributes:
        name: of the design and its analysis.
        estimate: of the effect (difference of rates).
        bias: estimate minus truth.
        error: root mean squared error.
        covered: runs whose interval holds the truth.
        false_positives: runs without an effect in which the test finds one.
    """

    name: str
    estimate: Average
    bias: Average
    error: float
    covered: BinomialInterval
    false_positives: BinomialInterval

    @classmethod
    def of(cls, name: str, found: EffectArrays, truth: FloatArray | float, equal: EffectArrays) -> EvaluatedAnalysis:
        """From one comparison a run, with the truth of each, and from the same analysis where nothing was planted.

        Example:
            >>> from helpers.stats import score_intervals
            >>> one, two = score_intervals([10, 12], 100, [20, 21], 100), score_intervals([10, 12], 100, [11, 12], 100)
            >>> EvaluatedAnalysis.of("A/B test", one, 0.1, two).false_positives.share
            0.0
        """
        missed = found.absolute - truth
        held = (found.absolute_low <= truth) & (truth <= found.absolute_high)
        return cls(
            name,
            Average.of(found.absolute),
            Average.of(missed),
            spread(missed),
            rate(held),
            rate(equal.p_value < ALPHA),
        )


def clustered(totals: FloatArray, rows: FloatArray, treated: BoolArray) -> EffectArrays:
    r""":func:`~helpers.stats.compare_clusters` of many experiments at once, from sums a cluster.

    Args:
        totals, rows, treated: sum of the values, count of rows and arm of each cluster, (runs, clusters). A cluster without rows is left out.

    Example:
        >>> found = clustered(np.array([[1.0, 3.0, 4.0, 6.0]]), np.full((1, 4), 10.0), np.array([[False, False, True, True]]))
        >>> float(found.absolute[0].round(4)), float(found.df[0])
        (0.3, 2.0)
    """
    estimates: list[FloatArray] = []
    degrees: list[FloatArray] = []
    for mine in (~treated, treated):
        own = mine & (rows > 0)
        n, size = own.sum(axis=1), np.where(own, rows, 0.0).sum(axis=1)
        mean = np.where(own, totals, 0.0).sum(axis=1) / size
        squares = np.where(own, (totals - mean[:, None] * rows) ** 2, 0.0).sum(axis=1)
        worth = equal_clusters(size, np.where(own, rows**2, 0.0).sum(axis=1))
        estimates += [mean, squares / size**2 * n / (n - 1) * for_unequal(n, worth)]
        degrees.append(worth - 1)
    c, v_c, t, v_t = estimates
    return from_variances(c, v_c, t, v_t, satterthwaite(v_c, degrees[0], v_t, degrees[1]), ALPHA, "two-sided")


def half_of(rng: np.random.Generator, runs: int, clusters: int) -> BoolArray:
    """Half of the clusters, drawn anew for each run, (runs, clusters); an odd one stays with the control.

    Example:
        >>> half_of(np.random.default_rng(1), 3, 5).sum(axis=1)
        array([2, 2, 2])
    """
    return np.asarray(rng.permuted(np.tile(np.arange(clusters) < clusters // 2, (runs, 1)), axis=1))
