"""A mean over the rows of clusters that were randomised whole, which may be few and of very different sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.summaries.ratio import Ratio
from helpers.stats.validation import FloatArray


def equal_clusters(size: ArrayLike, squares: ArrayLike) -> FloatArray:
    r"""How many clusters of one size weigh as much as these, :math:`G^*=M^2/\sum m_g^2`; NaN without a row.

    Args:
        size: rows in all.
        squares: sum of the squared rows of each cluster.

    Reference: Kish (1965), Survey Sampling; Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics
    99, for the t test of clusters.

    Example:
        >>> float(equal_clusters(8, 4 + 4 + 4 + 4)), round(float(equal_clusters(8, 25 + 1 + 1 + 1)), 2)
        (4.0, 2.29)
    """
    m, squared = np.asarray(size, np.float64), np.asarray(squares, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(m * m / squared)


def for_unequal(clusters: ArrayLike, equal: ArrayLike) -> FloatArray:
    r"""What the variance of a mean over ``clusters`` is multiplied by, being worth ``equal`` ones of one size.

    :math:`\left((1-1/G)/(1-1/G^*)\right)^2`. A large cluster pulls the mean to itself, so that its distance from it is too
    small. The bare sum :math:`\sum(y_g-Rm_g)^2/M^2` expects :math:`1-1/G^*` of the variance where rows are independent
    (CR2), and less where clusters differ by themselves, for which the second factor stands; of equal clusters
    :math:`G/(G-1)` makes up for all of it. NaN where one cluster holds every row.

    Reference: Bell and McCaffrey (2002), Survey Methodology 28; Imbens and Kolesár (2016), Review of Economics and
    Statistics 98. The second factor is our own; the calibration shows the level that it gives.

    Example:
        >>> float(for_unequal(4, 4.0)), round(float(for_unequal(4, 2.29)), 3)
        (1.0, 1.773)
    """
    g, worth = np.asarray(clusters, np.float64), np.asarray(equal, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(worth > 1, (1 - 1 / g) / (1 - 1 / worth), np.nan) ** 2)


@dataclass(frozen=True)
class WholeClusters(Ratio):
    """Total of the rows of clusters over their number: a ratio whose test knows how unequal the clusters are.

    Attributes:
        worth: how many equal clusters these are worth where the denominator does not tell it any more, as an adjusted one.

    Example:
        >>> arm = WholeClusters.from_values([9, 1, 2, 1], [5, 1, 1, 1])
        >>> arm.n, round(arm.equal, 2), arm.estimate
        (4, 2.29, 1.625)
    """

    worth: float | None = None

    @property
    def equal(self) -> float:
        """How many clusters of one size these are worth, see :func:`equal_clusters`; NaN without a row."""
        if self.worth is not None:
            return self.worth
        mean, spread = self.moments.mean[1], self.moments.comoment[1][1]
        return self.n / (1 + spread / (self.n * mean * mean)) if self.n and mean > 0 else math.nan

    @property
    def df(self) -> float:
        """Degrees of freedom of the variance."""
        return self.equal - 1

    @property
    def variance(self) -> float:
        """Variance of one cluster's contribution; NaN for fewer than two clusters, or one that holds every row."""
        return super().variance * float(for_unequal(self.n, self.equal)) if self.n > 1 else math.nan

    def mapped(self, matrix: ArrayLike, offset: ArrayLike) -> Self:
        """As of any summary; what the clusters are worth stays what their rows say."""
        return type(self)(self.moments.mapped(matrix, offset), worth=self.equal)
