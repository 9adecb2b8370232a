"""Effects on rows of units that were randomised whole, and what ignoring that would have cost."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.arm_estimate import ArmEstimate
from helpers.stats.comparisons.effects import CLUSTERED, Effect, compare
from helpers.stats.inference import Alternative
from helpers.stats.summaries.clusters import (
    ClusterTotals,
    IntraclusterCorrelation,
    cluster_totals,
    coded_rows,
    correlation_of,
)
from helpers.stats.summaries.summary import Mean, Ratio, standard_error
from helpers.stats.validation import InputError, one_of

Correction = Literal["sizes", "arm", "none", "total"]
CORRECTIONS: tuple[Correction, ...] = ("sizes", "arm", "none", "total")


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
    correction: Correction = "sizes",
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> ClusteredEffect:
    r"""Effect on a row-level mean (an average order, a click rate of sessions) when whole units were randomised.

    Rows are added up to one total :math:`y_g` and one count :math:`m_g` a unit, and the arm's mean
    :math:`R=\sum y_g/\sum m_g` gets the delta method's :math:`\sum(y_g-Rm_g)^2/(\sum m_g)^2`: the cluster-robust
    sandwich of the regression of rows on the variant. Its sum over ``G`` clusters is scaled by ``correction``:

    - "sizes": by how unequal the clusters of each arm are, which then count as fewer equal ones: the arms are
      :class:`~helpers.stats.summaries.whole_clusters.WholeClusters` and the effect is ``compare`` of them;
    - "arm": :math:`G_a/(G_a-1)` in each arm, so that the arms are :class:`Ratio` summaries: the same of equal clusters;
    - "none": HC0, as sandwich's vcovCL(type="HC0", cadjust=FALSE);
    - "total": CR1, :math:`\frac{G}{G-1}\frac{N-1}{N-2}` over both arms, as Stata and statsmodels have it.

    The reference is always Student's t with Welch-Satterthwaite degrees of freedom on clusters, with "sizes" on as many
    equal clusters as they are worth. Only that holds its level, to a point or so, with few or very unequal clusters; from
    five equal ones in the smaller arm on, and as long as the clusters' own means are not skewed in arms of different sizes.

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
    ratios = [arm.whole if correction == "sizes" else arm.ratio for arm in arms]
    if correction in ("sizes", "arm"):
        effect = compare(ratios[0], ratios[1], confidence=confidence, alternative=alternative)
        errors = [standard_error(ratio) for ratio in ratios]
    else:
        estimates = [_rescaled(ratio, _factor(correction, arms, ratio.n)) for ratio in ratios]
        effect = compare(estimates[0], estimates[1], confidence=confidence, alternative=alternative)
        errors = [standard_error(estimate) for estimate in estimates]
    rows = sum(float(arm.rows.sum()) for arm in arms)
    naive = math.hypot(*(_naive(arm, correction, rows) for arm in arms))
    return ClusteredEffect(effect, math.hypot(*errors), naive, int(rows), correlation_of(*arms))


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
    array, arm, cluster, sides = coded_rows(values, variant, unit, control, treatment)
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
    return ArmEstimate(ratio.n, ratio.estimate, ratio.variance * factor, ratio.n - 1, CLUSTERED)


def _naive(arm: ClusterTotals, correction: Correction, rows_of_both: float) -> float:
    """Standard error of the arm's mean if every row were a unit of its own."""
    rows = float(arm.rows.sum())
    own = rows / (rows - 1) if rows > 1 else math.nan
    scale = {"sizes": own, "arm": own, "none": 1.0}
    scale["total"] = rows_of_both / (rows_of_both - 2) if rows_of_both > 2 else math.nan
    return math.sqrt(scale[correction] * (arm.between + float(arm.within.sum()))) / rows
