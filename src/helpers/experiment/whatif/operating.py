"""How often a rule errs: the chance of each verdict when the true effect is none, harmful, or worth shipping."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from helpers.config import Rule
from helpers.experiment.decision.rule import observed_risk
from helpers.stats.comparisons.effects import Effect
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.design.power import ProportionDesign
from helpers.stats.inference import critical, p_values
from helpers.stats.roots import decreasing_root, decreasing_roots
from helpers.stats.validation import FloatArray

if TYPE_CHECKING:
    from helpers.experiment.whatif.plan import WhatIfPlan

NODES = np.linspace(-6, 6, 31)
"""Standard errors from the baseline at which the control's observed rate is taken."""

Z_GRID = np.linspace(0, 8, 33)
"""Statistics among which the first that is convincing enough is looked for; beyond 8 the risk is not followed."""


@dataclass(frozen=True)
class Operating:
    """Chances of a verdict under a true relative change, before any data.

    ``z_go`` is the statistic that GO needs, infinite where none is enough. ``harmful`` is as much below zero as the expected
    uplift is away from it, ``good`` as much above and at least the minimum uplift.
    """

    z_go: float
    harmful: float
    good: float
    go_when_null: float
    go_when_harmful: float
    go_when_good: float
    kill_when_null: float
    kill_when_harmful: float
    kill_when_good: float


def operating(
    plan: "WhatIfPlan", design: ProportionDesign, effect: Effect, rule: Rule, least_difference: float, enough: bool
) -> Operating:
    r"""Chances of GO and KILL by this very rule, at these sizes.

    Given the control's observed rate every criterion is monotone in the treatment's: GO means at least :math:`t_{go}` (the
    highest of what significance, false-positive risk, minimum uplift and money ask for), KILL less than
    :math:`t_{kill}`, where the interval's upper end meets the minimum uplift. With :math:`\hat p_c` at 31 points of
    its normal distribution and :math:`\hat p_t` normal, :math:`P(GO)=\sum_k w_k\Phi((p_t-t_{go,k})/s_t)`. Normal
    approximation of both rates: a dozen conversions an arm are needed for it to be good. Without the planned
    users (``enough``) the rule says neither.
    """
    size = abs(plan.uplift) or plan.planned_uplift
    harmful, good = max(-size, -1.0), max(size, plan.minimum_uplift)
    z_go = needed_statistic(plan, design, effect, rule)
    if not enough:
        return Operating(z_go, harmful, good, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    n_c, n_t = plan.arms
    error = math.sqrt(plan.baseline * (1 - plan.baseline) / n_c)
    control = np.clip(plan.baseline + NODES * error, 1e-9, 1 - 1e-9)
    weights = np.exp(-(NODES**2) / 2)
    weights /= weights.sum()
    go, kill = _go_from(plan, control, z_go, least_difference), _kill_below(plan, control, effect.alpha)

    def chances(relative: float) -> tuple[float, float]:
        rate = min(plan.baseline * (1 + relative), 1.0)
        spread = max(math.sqrt(rate * (1 - rate) / n_t), 1e-12)
        with np.errstate(invalid="ignore"):
            ship, stop = special.ndtr((rate - go) / spread), special.ndtr((kill - rate) / spread)
        return float(weights @ ship), float(weights @ stop)

    null, bad, fine = chances(0.0), chances(harmful), chances(good)
    return Operating(z_go, harmful, good, null[0], bad[0], fine[0], null[1], bad[1], fine[1])


def needed_statistic(plan: "WhatIfPlan", design: ProportionDesign, effect: Effect, rule: Rule) -> float:
    """The score statistic from which a result is both significant and unlikely enough to be a false positive."""

    def excess(z: float) -> float:
        assumed = replace(effect, p_value=float(p_values(z)))
        return observed_risk(assumed, design, plan.planned_uplift, rule) - rule.max_false_positive_risk

    low = 0.0
    for z in Z_GRID[1:].tolist():
        if excess(z) < 0:
            return max(decreasing_root(excess, low, z), float(critical(effect.alpha)))
        low = z
    return math.inf


def _go_from(plan: "WhatIfPlan", control: FloatArray, z_go: float, least_difference: float) -> FloatArray:
    """Rates of the treatment from which the rule says GO; infinite where it never does."""
    n_c, n_t = plan.arms
    least = np.maximum((1 + plan.minimum_uplift) * control, control + least_difference)
    if math.isinf(z_go):
        return np.full_like(control, math.inf)

    def statistic(rate: FloatArray) -> FloatArray:
        return np.asarray(TwoByTwo.of(control * n_c, n_c, rate * n_t, n_t).z_zero())

    significant = decreasing_roots(lambda rate: z_go - statistic(rate), control, np.ones_like(control))
    possible = statistic(np.ones_like(control)) > z_go
    found = np.where(possible, np.maximum(significant, least), math.inf)
    return np.where(found <= 1, found, math.inf)


def _kill_below(plan: "WhatIfPlan", control: FloatArray, level: float) -> FloatArray:
    """Rates of the treatment below which the whole interval lies under the minimum uplift; infinite where it always does."""
    n_c, n_t = plan.arms
    crit, least = float(critical(level)), math.log1p(plan.minimum_uplift)

    def gap(rate: FloatArray) -> FloatArray:
        return np.asarray(-crit - TwoByTwo.of(control * n_c, n_c, rate * n_t, n_t).z_ratio(least))

    none, all_ = np.zeros_like(control), np.ones_like(control)
    found = decreasing_roots(gap, none, all_)
    return np.where(gap(none) <= 0, -math.inf, np.where(gap(all_) >= 0, math.inf, found))
