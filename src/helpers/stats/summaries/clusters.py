"""Rows added up to the units that were randomised, and how alike the rows of one unit are."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.stats.summaries.ratio import Ratio
from helpers.stats.summaries.whole_clusters import WholeClusters
from helpers.stats.validation import FloatArray, InputError, finite_vector


@dataclass(frozen=True, eq=False)
class ClusterTotals:
    """Rows of one arm added up to their randomised units: three columns of one length.

    Attributes:
        totals: sum of the values of a unit's rows.
        rows: how many rows it has.
        within: their squared deviations from the unit's own mean.

    Example:
        >>> arm = ClusterTotals(np.array([3.0, 1.0]), np.array([2.0, 1.0]), np.array([0.5, 0.0]))
        >>> arm.ratio.estimate
        1.3333333333333333
    """

    totals: FloatArray
    rows: FloatArray
    within: FloatArray

    @property
    def ratio(self) -> Ratio:
        """The arm as total over rows, the unit being the cluster."""
        return Ratio.from_values(self.totals, self.rows)

    @property
    def whole(self) -> WholeClusters:
        """The same, which knows how unequal the clusters are."""
        return WholeClusters.from_values(self.totals, self.rows)

    @property
    def between(self) -> float:
        """Squared deviations of the units' means from the arm's, a row counting once."""
        origin = np.floor((self.totals / self.rows).min(initial=np.inf))  # means far from zero keep their digits
        apart = self.totals - self.rows * origin
        return float((self.rows * (apart / self.rows - apart.sum() / self.rows.sum()) ** 2).sum())


@dataclass(frozen=True)
class IntraclusterCorrelation:
    """How alike the rows of one cluster are.

    Attributes:
        icc: share of the variance that lies between clusters; below 0 where rows of a cluster differ more than
            strangers do, NaN without variance or without a cluster of two rows.
        average_size: ANOVA's average cluster size ``m0``, a little below the mean when sizes differ.
        design_effect: ``1 + (m0 - 1) icc``, the factor by which equal clusters inflate the variance of a mean.

    Example:
        >>> IntraclusterCorrelation(0.1, 5.0, 1.4).design_effect
        1.4
    """

    icc: float
    average_size: float
    design_effect: float


def cluster_totals(
    values: ArrayLike,
    variant: ArrayLike,
    unit: ArrayLike,
    *,
    control: Hashable = "control",
    treatment: Hashable = "treatment",
) -> tuple[ClusterTotals, ClusterTotals]:
    """Rows added up to their randomised unit, control first; a million rows take a fraction of a second.

    Args and errors as for :func:`~helpers.stats.compare_clusters`.

    Example:
        >>> c, t = cluster_totals([1, 2, 3], ["control", "control", "treatment"], [7, 7, 8])
        >>> c.totals.tolist(), c.rows.tolist(), t.ratio.n
        ([3.0], [2.0], 1)
    """
    array, arm, cluster, sides = coded_rows(values, variant, unit, control, treatment)
    rows = np.bincount(cluster).astype(np.float64)
    totals = np.bincount(cluster, array)
    within = np.bincount(cluster, (array - (totals / rows)[cluster]) ** 2)
    arm_of_unit = np.empty(rows.size, dtype=np.intp)
    arm_of_unit[cluster] = arm
    first, second = (
        ClusterTotals(*(column[arm_of_unit == side] for column in (totals, rows, within))) for side in sides
    )
    return first, second


def correlation_of(*arms: ClusterTotals) -> IntraclusterCorrelation:
    r"""Intracluster correlation by analysis of variance, clusters nested in arms.

    :math:`(B-W)/(B+(m_0-1)W)` with :math:`B` and :math:`W` the mean squares between clusters of one arm and within
    clusters, and :math:`m_0=(N-\sum_a\sum_{g\in a}m_g^2/N_a)/(G-A)`.

    Reference: Donner and Klar (2000), Design and Analysis of Cluster Randomization Trials, chapter 1.

    Example:
        >>> arms = cluster_totals([1, 1, 5, 5, 2, 2, 4, 4], list("cccctttt"), [1, 1, 2, 2, 3, 3, 4, 4],
        ...     control="c", treatment="t")
        >>> correlation_of(*arms).icc
        1.0
    """
    clusters = sum(arm.rows.size for arm in arms)
    rows = sum(float(arm.rows.sum()) for arm in arms)
    free_between, free_within = clusters - len(arms), rows - clusters
    if free_between <= 0 or free_within <= 0:
        return IntraclusterCorrelation(math.nan, math.nan, math.nan)
    unequal = sum(float((arm.rows**2).sum() / arm.rows.sum()) for arm in arms)
    size = (rows - unequal) / free_between
    b = sum(arm.between for arm in arms) / free_between
    w = sum(float(arm.within.sum()) for arm in arms) / free_within
    spread = b + (size - 1) * w
    icc = (b - w) / spread if spread > 0 else math.nan
    return IntraclusterCorrelation(icc, size, 1 + (size - 1) * icc)


def coded_rows(
    values: ArrayLike, variant: ArrayLike, unit: ArrayLike, control: Hashable, treatment: Hashable
) -> tuple[FloatArray, NDArray[np.intp], NDArray[np.intp], tuple[int, int]]:
    """Values, arm and unit of the rows of the two arms as whole numbers, and the numbers of the arms.

    Example:
        >>> values, arm, unit, sides = coded_rows([1, 2, 3], list("cxt"), [7, 8, 9], "c", "t")
        >>> values.tolist(), arm.tolist(), unit.tolist(), sides
        ([1.0, 3.0], [0, 2], [0, 1], (0, 2))
    """
    array = finite_vector("values", values)
    arm, labels = _codes("variant", variant, array.size)
    cluster, units = _codes("unit", unit, array.size)
    if array.size:
        arm_of_unit = np.empty(units.size, dtype=np.intp)
        arm_of_unit[cluster] = arm
        crossed = np.unique(cluster[arm_of_unit[cluster] != arm]).size
        if crossed:
            raise InputError(
                "unit",
                got=f"{crossed:,} of {units.size:,} units with rows in two variants",
                expected="every unit in one variant",
                cause="the assignment is not by this unit, or users switched (contamination)",
                remedy="pass the unit that was randomised; leave switchers out by a rule that does not look at outcomes",
            )
    known = labels.tolist()
    for name, label in (("control", control), ("treatment", treatment)):
        if label not in known or control == treatment:
            raise InputError(
                name,
                got=repr(label),
                expected="two different variants of the data: " + ", ".join(map(repr, known[:5])),
                cause="a misspelling, or an arm without rows",
                remedy="name the labels of the two arms",
            )
    sides = known.index(control), known.index(treatment)
    kept = (arm == sides[0]) | (arm == sides[1])
    if not kept.all():
        array, arm = array[kept], arm[kept]
        cluster = np.unique(cluster[kept], return_inverse=True)[1]
    return array, arm, cluster, sides


def _codes(what: str, labels: ArrayLike, rows: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Labels as whole numbers in order of appearance, and the labels that they stand for."""
    import pandas as pd

    array = np.asarray(labels)
    if array.shape != (rows,):
        raise InputError(
            what,
            got=f"shape {array.shape} beside {rows} values",
            expected="one label a row",
            cause="columns that come from different queries",
            remedy="select them in one query",
        )
    codes, uniques = pd.factorize(array)
    if (codes < 0).any():
        raise InputError(
            what,
            got=f"{int((codes < 0).sum()):,} rows without a label",
            expected="a label on every row",
            cause="rows of visitors who are not logged in, joined as NULL",
            remedy="leave rows out that belong to no randomised unit, for both arms alike",
        )
    return codes, np.asarray(uniques)
