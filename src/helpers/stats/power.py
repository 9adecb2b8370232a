"""How many units, how much power, how small an effect: each from the other two."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from scipy import special

from helpers.stats.design import Design, Direction
from helpers.stats.inference import Alternative
from helpers.stats.restricted import restricted_difference, restricted_ratio
from helpers.stats.validation import between, finite


@dataclass(frozen=True)
class ProportionDesign(Design):
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
        margin, scale, bad: as in :func:`~helpers.stats.noninferiority`.

    Example:
        >>> ProportionDesign(0.1, weights=(9, 1)).size(relative=0.05).n_arms
        (286794, 31866)
    """

    baseline: float = field(kw_only=False)

    def __post_init__(self) -> None:
        between("baseline", self.baseline, 0, 1)
        super().__post_init__()

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
class MeanDesign(Design):
    r"""Design of a comparison of means: exact noncentral t with n - 2 degrees of freedom.

    :math:`\lambda=(\mu_t-\mu_c-\delta_0)/(\sigma\sqrt{1/n_t+1/n_c})`; both tails when two-sided.
    Equal to R's ``pwr.t2n.test``, and to ``power.t.test`` up to the other tail. Equal variances are
    assumed; a relative margin makes it the linear form with :math:`(1-m)^2/n_c`.

    Args:
        sd: standard deviation of one unit (after CUPED: times sqrt(share_remaining)).
        mean: expected control mean, needed for anything relative.
        weights, alpha, metrics, alternative, margin, scale, bad: as in ``ProportionDesign``.

    Example:
        >>> plan = MeanDesign(sd=13.4, mean=19.05).size(relative=0.05)
        >>> plan.n_total, round(plan.achieved_power, 4)
        (6216, 0.8)
    """

    sd: float = field(kw_only=False)
    mean: float = field(default=math.nan)

    def __post_init__(self) -> None:
        between("sd", self.sd, 0, 1e300)
        super().__post_init__()
        if math.isnan(self.mean) and self.margin is not None and self.scale == "relative":
            finite("mean", self.mean)

    @property
    def _control(self) -> float:
        return self.mean

    @property
    def _method(self) -> str:
        return "t test of means"

    def _reach(self, direction: Direction) -> float:
        return 1e6 * self.sd if direction == "increase" else -1e6 * self.sd

    def _power_pair(self, n_c: float, n_t: float, effect: float) -> float:
        from scipy.stats import nct  # the import costs most of a second

        factor, shift = self._linear
        gap = effect - shift if factor == 1 else self.mean + effect - factor * self.mean
        noncentrality = gap / (self.sd * math.sqrt(1 / n_t + factor**2 / n_c))
        df = n_c + n_t - 2
        tail = self._alpha_each / (2 if self.alternative == "two-sided" else 1)
        edge = -float(special.stdtrit(df, tail))
        if abs(noncentrality) > 38 + edge:  # beyond any tail that a float tells from 0 or 1
            return _total(float(gap > 0), float(gap < 0), self.alternative)
        above = float(nct.sf(edge, df, noncentrality))
        below = float(nct.sf(edge, df, -noncentrality))
        return _total(above, below, self.alternative)


def _total(above: float, below: float, alternative: Alternative) -> float:
    return {"two-sided": above + below, "greater": above, "less": below}[alternative]
