"""How many units, how much power, how small an effect: each from the other two."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

from scipy import special

from helpers.stats.adjustment.cuped import VarianceReduction
from helpers.stats.comparisons.restricted_likelihood import restricted_difference, restricted_ratio
from helpers.stats.design.plan import Direction, SampleSizeDesign
from helpers.stats.inference import Alternative
from helpers.stats.summaries.summary import Mean, Proportion, Ratio
from helpers.stats.validation import InputError, between, finite, one_of


@dataclass(frozen=True)
class ProportionDesign(SampleSizeDesign):
    r"""Design of a comparison of proportions by the score test.

    :math:`\text{power}=\Phi\big((|p_t-p_c-\delta_0|-z\sqrt{V_0})/\sqrt{V_1}\big)` (significance on
    the wrong side is no success and not counted), with :math:`V_0` from the restricted rates under
    the null and :math:`V_1` unpooled. For superiority :math:`V_0` is the pooled variance: R's
    ``power.prop.test`` in equal arms, and its extension to any split. With ``margin``:
    non-inferiority, one-sided at ``alpha``, which guardrails do not share (Farrington and Manning
    1990).

    Args:
        baseline: expected control rate, in (0, 1).
        weights: shares of the arms, control first, in any scale.
        alpha: family level, shared by Bonferroni over (arms - 1) * ``metrics`` comparisons.
        metrics: success metrics that share alpha.
        alternative: ignored with a margin.
        margin, scale, bad: as in :func:`~helpers.stats.comparisons.noninferiority`.

    Example:
        >>> ProportionDesign(0.1, weights=(9, 1)).size(relative=0.05).n_arms
        (286794, 31866)
    """

    baseline: float = field(kw_only=False)

    def __post_init__(self) -> None:
        between("baseline", self.baseline, 0, 1)
        super().__post_init__()

    @classmethod
    def from_summary(cls, summary: Proportion, **options: Any) -> Self:
        """Design whose baseline is what was seen before; ``options`` are the other arguments.

        Raises:
            InputError: for another kind of summary, or a rate of 0 or 1.

        Example:
            >>> ProportionDesign.from_summary(Proportion(20_000, 2_000)).size(relative=0.1).n_total
            29502
        """
        _check_kind(summary, Proportion)
        return cls(summary.estimate, **options)

    @property
    def _control(self) -> float:
        return self.baseline

    @property
    def _method(self) -> str:
        return "score test of proportions"

    def _reach(self, direction: Direction) -> float:
        return 1 - self.baseline if direction == "increase" else -self.baseline

    def _power_pair(self, n_c: float, n_t: float, effect: float) -> float:
        p_c, p_t = self.baseline, min(max(self.baseline + effect, 0.0), 1.0)
        factor, shift = self._linear
        if factor != 1:
            r_c, r_t = restricted_ratio(n_c * p_c, n_c, n_t * p_t, n_t, factor)
        else:
            r_c, r_t = restricted_difference(n_c * p_c, n_c, n_t * p_t, n_t, shift)
        null_error = math.sqrt(r_t * (1 - r_t) / n_t + factor**2 * r_c * (1 - r_c) / n_c)
        error = math.sqrt(p_t * (1 - p_t) / n_t + factor**2 * p_c * (1 - p_c) / n_c)
        gap = p_t - factor * p_c - shift
        tail = self._alpha_each / (2 if self.alternative == "two-sided" else 1)
        edge = -float(special.ndtri(tail)) * null_error
        toward = {"two-sided": abs(gap), "greater": gap, "less": -gap}[self.alternative]
        return float(special.ndtr((toward - edge) / error))


@dataclass(frozen=True)
class MeanDesign(SampleSizeDesign):
    r"""Design of a comparison of means: exact noncentral t with n - 2 degrees of freedom.

    :math:`\lambda=(\mu_t-\mu_c-\delta_0)/(\sigma\sqrt{1/n_t+1/n_c})`; both tails when two-sided.
    Equal to R's ``pwr.t2n.test``, and to ``power.t.test`` up to the other tail (which R counts with
    ``strict=TRUE`` only). Equal variances are assumed; a relative margin makes it the linear form with
    :math:`(1-m)^2/n_c`. With ``degrees="welch"`` the degrees of freedom are those Welch's test will have
    in equal variances, which matters when the smaller arm has fewer than some fifty units.

    A 90/10 design for an effect of 0.05 standard deviations needs 31,397.2 + 3,488.6 units. Cut off, as
    often quoted, that is 34,885 with a power of .79994; the smallest whole design that reaches .8 has
    34,886. An effect that widens the spread as well (every value times 1.05) costs a little power more:
    :func:`~helpers.stats.design.simulated_power` counts it.

    Args:
        sd: standard deviation of one unit, before any adjustment.
        mean: expected control mean, needed for anything relative.
        share_remaining: share of the variance that CUPED leaves, see :meth:`with_cuped`.
        degrees: of freedom, "student" (n - 2) or "welch".
        weights, alpha, metrics, alternative, margin, scale, bad: as in ``ProportionDesign``.

    Example:
        >>> plan = MeanDesign(sd=13.4, mean=19.05).size(relative=0.05)
        >>> plan.n_total, round(plan.achieved_power, 4)
        (6216, 0.8)
    """

    sd: float = field(kw_only=False)
    mean: float = field(default=math.nan)
    share_remaining: float = 1.0
    degrees: Literal["student", "welch"] = "student"
    _kind: ClassVar[type[Mean | Ratio]] = Mean

    def __post_init__(self) -> None:
        between("sd", self.sd, 0, 1e300)
        one_of("degrees", self.degrees, ("student", "welch"))
        if finite("share_remaining", self.share_remaining) <= 0:
            between("share_remaining", self.share_remaining, 0, 1)
        super().__post_init__()
        if math.isnan(self.mean) and self.margin is not None and self.scale == "relative":
            finite("mean", self.mean)

    @classmethod
    def from_summary(cls, summary: Mean | Ratio, **options: Any) -> Self:
        """Design whose mean and standard deviation are those seen before; ``options`` are the other arguments.

        A :class:`~helpers.stats.Mean` belongs here, a :class:`~helpers.stats.Ratio` to :class:`RatioDesign`.

        Raises:
            InputError: for another kind of summary, or one without variance.

        Example:
            >>> before = Mean.from_moments(39_581, 19.05, 13.4**2)
            >>> MeanDesign.from_summary(before, weights=(0.9, 0.1)).size(relative=0.05).n_total
            17266
        """
        _check_kind(summary, cls._kind)
        return cls(sd=math.sqrt(summary.variance), mean=summary.estimate, **options)

    def with_cuped(self, reduction: VarianceReduction) -> Self:
        """The same design after adjustment by covariates that are worth what ``cuped`` found on past data.

        The variance, and with it the size, shrinks to ``reduction.share_remaining`` of itself. That holds if the
        covariates will reach as far back before the experiment as they did in the data they were judged on.

        Raises:
            InputError: when the reduction says nothing (NaN) or leaves no variance at all.

        Example:
            >>> plain = MeanDesign(sd=1)
            >>> better = plain.with_cuped(VarianceReduction(("x",), (0.8,), 0.4, True))
            >>> round(better.size(absolute=0.1).n_exact / plain.size(absolute=0.1).n_exact, 3)
            0.4
        """
        return replace(self, share_remaining=reduction.share_remaining)

    @property
    def _control(self) -> float:
        return self.mean

    @property
    def _what(self) -> str:
        return "t test of means"

    @property
    def _method(self) -> str:
        if self.share_remaining == 1:
            return self._what
        return f"{self._what}, CUPED leaves {self.share_remaining:.3g} of the variance"

    def _reach(self, direction: Direction) -> float:
        return 1e6 * self.sd if direction == "increase" else -1e6 * self.sd

    def _power_pair(self, n_c: float, n_t: float, effect: float) -> float:
        from scipy.stats import nct  # the import costs most of a second

        factor, shift = self._linear
        gap = effect - shift if factor == 1 else self.mean + effect - factor * self.mean
        noncentrality = gap / (self.sd * math.sqrt(self.share_remaining * (1 / n_t + factor**2 / n_c)))
        df = n_c + n_t - 2
        if self.degrees == "welch":
            df = (1 / n_t + 1 / n_c) ** 2 / (1 / (n_t**2 * (n_t - 1)) + 1 / (n_c**2 * (n_c - 1)))
        tail = self._alpha_each / (2 if self.alternative == "two-sided" else 1)
        edge = -float(special.stdtrit(df, tail))
        if abs(noncentrality) > 38 + edge:  # beyond any tail that a float tells from 0 or 1
            return _total(float(gap > 0), float(gap < 0), self.alternative)
        above = float(nct.sf(edge, df, noncentrality))
        below = float(nct.sf(edge, df, -noncentrality))
        return _total(above, below, self.alternative)


@dataclass(frozen=True)
class RatioDesign(MeanDesign):
    """Design of a comparison of ratios of totals, such as revenue per visit: the t test of the linearised ratio.

    ``sd`` is the delta-method standard deviation of one unit's share in the ratio and ``mean`` the ratio itself,
    both in :class:`~helpers.stats.Ratio`. Sizes count units (what is randomised), not visits.

    Example:
        >>> before = Ratio.from_values([0, 2, 1, 5], [1, 3, 2, 6])
        >>> design = RatioDesign.from_summary(before, weights=(0.9, 0.1))
        >>> round(design.mean, 4), design.size(relative=0.1).n_total
        (0.6667, 1136)
    """

    _kind: ClassVar[type[Mean | Ratio]] = Ratio

    @property
    def _what(self) -> str:
        return "t test of ratios, delta method"


def _check_kind(summary: object, kind: type) -> None:
    if not isinstance(summary, kind):
        raise InputError(
            "summary",
            got=type(summary).__name__,
            expected=kind.__name__,
            cause="the design of another kind of metric",
            remedy="use the design of that kind: ProportionDesign, MeanDesign or RatioDesign",
        )


def _total(above: float, below: float, alternative: Alternative) -> float:
    return {"two-sided": above + below, "greater": above, "less": below}[alternative]
