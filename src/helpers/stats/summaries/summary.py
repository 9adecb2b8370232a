"""What must be known of one arm: a proportion, a mean or a ratio as sufficient statistics.

A summary is all that the engine has to compute and all that a test may look at. Every kind offers
``n``, ``estimate`` and ``variance`` (of one unit's contribution, so that the estimate's own
variance is ``variance / n``) and can be added: ``a + b`` is the summary of the union of disjoint
units.
"""

from __future__ import annotations

import math
from typing import Protocol

from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.ratio import Ratio, delta_variance
from helpers.stats.summaries.whole_clusters import WholeClusters

__all__ = ["Mean", "Proportion", "Ratio", "Summary", "WholeClusters", "delta_variance", "standard_error"]


class Summary(Protocol):
    """What every kind of summary offers; a new kind needs this and a registered comparison."""

    @property
    def n(self) -> int: ...
    @property
    def estimate(self) -> float: ...
    @property
    def variance(self) -> float: ...


def standard_error(summary: Summary) -> float:
    """Standard error of one arm's estimate, ``sqrt(variance / n)``.

    Example:
        >>> standard_error(Proportion(100, 50))
        0.05
    """
    return math.sqrt(summary.variance / summary.n) if summary.n else math.nan
