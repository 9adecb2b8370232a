"""Rows inside randomised units: aggregate them to the unit, and say what ignoring that would have cost."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.stats.adjustment import ArmEstimate
from helpers.stats.effects import Effect, compare
from helpers.stats.inference import Alternative
from helpers.stats.summaries import Mean, Ratio, standard_error
from helpers.stats.validation import FloatArray, InputError, finite_vector, one_of

Correction = Literal["arm", "none", "total"]
CORRECTIONS: tuple[Correction, ...] = ("arm", "none", "total")
METHOD = "clusters aggregated, delta method, Welch t, Fieller"


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
    def between(self) -> float:
        """Squared deviations of the units' means from the arm's, a row counting once."""
        return float((self.rows * (self.totals / self.rows - self.totals.sum() / self.rows.sum()) ** 2).sum())


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


@dataclass(frozen=True)
class ClusteredEffect:
    """Effect on rows of units that were randomised whole.

    Attributes:
        effect: n counts clusters; both means are totals over rows.
        standard_error: of ``effect.absolute``, with the correction asked for.
        standard_error_naive: as if all rows were independent, with the same correction.
        rows: analysed, control and treatment together.
        correlation: of the rows within clusters, arms having means of their own.

    Example:
        >>> r = compare_clusters([1, 0, 1, 1, 0, 1], list("cccttt"), [1, 1, 2, 3, 4, 4], control="c", treatment="t")
        >>> r.effect.n_control, r.rows
        (2, 6)
    """

    effect: Effect
    standard_error: float
    standard_error_naive: float
    rows: int
    correlation: IntraclusterCorrelation

    @property
    def variance_inflation(self) -> float:
        """What the clusters did to the variance of the effect: clustered over naive; NaN where naive is 0."""
        return (self.standard_error / self.standard_error_naive) ** 2 if self.standard_error_naive > 0 else math.nan

    @property
    def text(self) -> str:
        """One sentence on what counting rows would have claimed.

        Example:
            >>> r = compare_clusters([1, 0, 1, 1, 0, 1], list("cccttt"), [1, 1, 2, 3, 4, 4], control="c", treatment="t")
            >>> print(r.text)  # doctest: +ELLIPSIS
            6 rows of 4 randomised units (intracluster correlation ...
        """
        units = self.effect.n_control + self.effect.n_treatment
        return (
            f"{self.rows:,} rows of {units:,} randomised units (intracluster correlation {self.correlation.icc:.3g}, "
            f"design effect {self.correlation.design_effect:.3g}): the variance of the effect is "
            f"{self.variance_inflation:.3g} times what independent rows would give."
        )


def compare_clusters(
    values: ArrayLike,
    variant: ArrayLike,
    unit: ArrayLike,
    *,
    control: Hashable = "control",
    treatment: Hashable = "treatment",
    correction: Correction = "arm",
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> ClusteredEffect:
    r"""Effect on a row-level mean (an average order, a click rate of sessions) when whole units were randomised.

    Rows are added up to one total :math:`y_g` and one count :math:`m_g` a unit, and the arm's mean
    :math:`R=\sum y_g/\sum m_g` gets the delta method's :math:`\sum(y_g-Rm_g)^2/(\sum m_g)^2`: the cluster-robust
    sandwich of the regression of rows on the variant. Its sum over ``G`` clusters is scaled by ``correction``:

    - "arm": :math:`G_a/(G_a-1)` in each arm, so that the arms are :class:`Ratio` summaries and the effect is
      ``compare`` of them;
    - "none": HC0, as sandwich's vcovCL(type="HC0", cadjust=FALSE);
    - "total": CR1, :math:`\frac{G}{G-1}\frac{N-1}{N-2}` over both arms, as Stata and statsmodels have it.

    The reference is always Student's t with Welch-Satterthwaite degrees of freedom on clusters. With few clusters (below
    some forty in the smaller arm, or very unequal ones) no correction makes the normal theory good.

    Args:
        values: one value a row.
        variant: one label a row; rows of variants other than the two named are left out.
        unit: what was randomised, one label a row.
        control, treatment: labels of the two arms.
        confidence, alternative: of the intervals and the test.

    Raises:
        InputError: for a unit seen in two variants, missing labels, an arm without rows, or lengths that differ.

    Reference: Liang and Zeger (1986), Biometrika 73; Deng, Knoblich and Lu (2018), KDD.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> unit = np.repeat(np.arange(400), 5)
        >>> clicks = rng.random(2000) < rng.beta(2, 8, 400)[unit]
        >>> r = compare_clusters(clicks, unit % 2, unit, control=0, treatment=1)
        >>> 1.2 < r.variance_inflation < 1.6
        True
    """
    one_of("correction", correction, CORRECTIONS)
    arms = cluster_totals(values, variant, unit, control=control, treatment=treatment)
    ratios = [arm.ratio for arm in arms]
    if correction == "arm":
        effect = compare(ratios[0], ratios[1], confidence=confidence, alternative=alternative)
        errors = [standard_error(ratio) for ratio in ratios]
    else:
        estimates = [_rescaled(ratio, _factor(correction, arms, ratio.n)) for ratio in ratios]
        effect = compare(estimates[0], estimates[1], confidence=confidence, alternative=alternative)
        errors = [standard_error(estimate) for estimate in estimates]
    rows = sum(float(arm.rows.sum()) for arm in arms)
    naive = math.hypot(*(_naive(arm, correction, rows) for arm in arms))
    return ClusteredEffect(effect, math.hypot(*errors), naive, int(rows), correlation_of(*arms))


def cluster_totals(
    values: ArrayLike,
    variant: ArrayLike,
    unit: ArrayLike,
    *,
    control: Hashable = "control",
    treatment: Hashable = "treatment",
) -> tuple[ClusterTotals, ClusterTotals]:
    """Rows added up to their randomised unit, control first; a million rows take a fraction of a second.

    Args and errors as for :func:`compare_clusters`.

    Example:
        >>> c, t = cluster_totals([1, 2, 3], ["control", "control", "treatment"], [7, 7, 8])
        >>> c.totals.tolist(), c.rows.tolist(), t.ratio.n
        ([3.0], [2.0], 1)
    """
    array, arm, cluster, sides = _rows(values, variant, unit, control, treatment)
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


def analyse_rows(
    values: ArrayLike,
    variant: ArrayLike,
    *,
    unit: ArrayLike,
    control: Hashable = "control",
    treatment: Hashable = "treatment",
    allow_dependent_rows: bool = False,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    """Welch's test on rows, which refuses rows that are not independent.

    Args:
        values, variant, unit, control, treatment: as for :func:`compare_clusters`.
        allow_dependent_rows: compare rows although units have several; the effect then says so in its note, and its
            p-value and interval are too good.

    Raises:
        InputError: when a unit has several rows and that is not allowed; and as :func:`compare_clusters`.

    Example:
        >>> analyse_rows([1, 2, 2, 4], list("cctt"), unit=[1, 2, 3, 4], control="c", treatment="t").absolute
        1.5
        >>> analyse_rows([1, 2, 2, 4], list("cctt"), unit=[1, 1, 3, 4], control="c", treatment="t")
        Traceback (most recent call last):
        ...
        helpers.stats.validation.InputError: rows cannot be used
          got:          4 rows of 3 randomised units, up to 2 of one
          expected:     one row a randomised unit
          likely cause: sessions, orders or clicks analysed where users were randomised
          remedy:       use compare_clusters, or aggregate to the unit (Ratio); allow_dependent_rows=True if you must
    """
    array, arm, cluster, sides = _rows(values, variant, unit, control, treatment)
    per_unit = np.bincount(cluster)
    dependent = int(per_unit.max()) > 1
    if dependent and not allow_dependent_rows:
        raise InputError(
            "rows",
            got=f"{array.size:,} rows of {per_unit.size:,} randomised units, up to {per_unit.max():,} of one",
            expected="one row a randomised unit",
            cause="sessions, orders or clicks analysed where users were randomised",
            remedy="use compare_clusters, or aggregate to the unit (Ratio); allow_dependent_rows=True if you must",
        )
    means = [Mean.from_values(array[arm == side]) for side in sides]
    effect = compare(means[0], means[1], confidence=confidence, alternative=alternative)
    if not dependent:
        return effect
    warning = f"rows of one unit are taken as independent ({array.size:,} rows of {per_unit.size:,} units)"
    return replace(effect, note="; ".join(filter(None, (effect.note, warning))))


def _rows(
    values: ArrayLike, variant: ArrayLike, unit: ArrayLike, control: Hashable, treatment: Hashable
) -> tuple[FloatArray, NDArray[np.intp], NDArray[np.intp], tuple[int, int]]:
    """Values, arm and unit of the rows of the two arms as whole numbers, and the numbers of the arms."""
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


def _factor(correction: Correction, arms: tuple[ClusterTotals, ...], clusters: int) -> float:
    """What the sandwich's bare sum is multiplied by, over ``clusters / (clusters - 1)`` of the arm."""
    if clusters < 2:
        return math.nan
    bare = (clusters - 1) / clusters
    if correction == "none":
        return bare
    groups, rows = sum(arm.rows.size for arm in arms), sum(float(arm.rows.sum()) for arm in arms)
    return bare * groups / (groups - 1) * (rows - 1) / (rows - 2)


def _rescaled(ratio: Ratio, factor: float) -> ArmEstimate:
    return ArmEstimate(ratio.n, ratio.estimate, ratio.variance * factor, ratio.n - 1, METHOD)


def _naive(arm: ClusterTotals, correction: Correction, rows_of_both: float) -> float:
    """Standard error of the arm's mean if every row were a unit of its own."""
    rows = float(arm.rows.sum())
    scale = {"arm": rows / (rows - 1) if rows > 1 else math.nan, "none": 1.0}
    scale["total"] = rows_of_both / (rows_of_both - 2) if rows_of_both > 2 else math.nan
    return math.sqrt(scale[correction] * (arm.between + float(arm.within.sum()))) / rows
