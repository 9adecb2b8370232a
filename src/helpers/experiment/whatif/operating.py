"""How often a rule errs: the chance of each verdict when the true effect is none, harmful, or worth shipping."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from helpers.experiment.decision.belief import expected, log_weights
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.inference import critical
from helpers.stats.roots import decreasing_roots
from helpers.stats.validation import FloatArray

if TYPE_CHECKING:
    from helpers.experiment.whatif.plan import WhatIfPlan

NODES = np.linspace(-6, 6, 31)
"""Standard errors from the baseline at which the control's observed rate is taken."""


@dataclass(frozen=True)
class Operating:
    """Chances of a verdict under a true relative change, before any data.

    ``go_from`` is the uplift that GO needs where the control converts as expected, infinite where none is enough. ``harmful``
    is as much below zero as the expected uplift is away from it, ``good`` as much above and at least the minimum uplift.
    """

    go_from: float
    harmful: float
    good: float
    go_when_null: float
    go_when_harmful: float
    go_when_good: float
    kill_when_null: float
    kill_when_harmful: float
    kill_when_good: float


def operating(plan: "WhatIfPlan", level: float, least_difference: float, look: float | None = None) -> Operating:
    r"""Chances of GO and KILL by this very rule, at these sizes.

    Given the control's observed rate every criterion is monotone in the treatment's: GO means at least :math:`t_{go}` (the
    highest of what significance, risk, minimum uplift and money ask for; the money as believed), KILL less than
    :math:`t_{kill}`, where the interval's upper end meets the minimum uplift, or zero. Before the end a gain needs the level
    of that ``look``, and nothing is too small to matter yet, so KILL means harm alone. With :math:`\hat p_c` at 31 points of
    its normal distribution and :math:`\hat p_t` normal, :math:`P(GO)=\sum_k w_k\Phi((p_t-t_{go,k})/s_t)`. Normal
    approximation of both rates: a dozen conversions an arm are needed for it to be good.
    """
    size = abs(plan.uplift) or plan.planned_uplift
    harmful, good = max(-size, -1.0), max(size, plan.minimum_uplift)
    n_c, n_t = plan.arms
    error = math.sqrt(plan.baseline * (1 - plan.baseline) / n_c)
    control = np.clip(plan.baseline + NODES * error, 1e-9, 1 - 1e-9)
    weights = np.exp(-(NODES**2) / 2)
    weights /= weights.sum()
    go = _go_from(plan, control, level if look is None else look, least_difference)
    kill = _kill_below(plan, control, level, plan.minimum_uplift if look is None else 0.0)

    def chances(relative: float) -> tuple[float, float]:
        rate = min(plan.baseline * (1 + relative), 1.0)
        spread = max(math.sqrt(rate * (1 - rate) / n_t), 1e-12)
        with np.errstate(invalid="ignore"):
            ship, stop = special.ndtr((rate - go) / spread), special.ndtr((kill - rate) / spread)
        return float(weights @ ship), float(weights @ stop)

    null, bad, fine = chances(0.0), chances(harmful), chances(good)
    needed = float(go[len(NODES) // 2]) / plan.baseline - 1
    return Operating(needed, harmful, good, null[0], bad[0], fine[0], null[1], bad[1], fine[1])


def _go_from(plan: "WhatIfPlan", control: FloatArray, level: float, least_difference: float) -> FloatArray:
    """Rates of the treatment from which the rule says GO; infinite where it never does."""
    n_c, n_t = plan.arms
    crit = float(critical(level))
    top = np.full_like(control, 1 - 1e-12)

    def short(rate: FloatArray) -> FloatArray:
        """How far a rate is from being significant."""
        return crit - np.asarray(TwoByTwo.of(control * n_c, n_c, rate * n_t, n_t).z_zero())

    def seen(rate: FloatArray) -> tuple[FloatArray, FloatArray, float, float, FloatArray]:
        """What a belief is made of: the difference, its error and the prior."""
        error = np.sqrt(control * (1 - control) / n_c + rate * (1 - rate) / n_t)
        return rate - control, error, plan.improve, plan.harm, plan.size * control

    def risky(rate: FloatArray) -> FloatArray:
        """How far its risk is above what is accepted, in logs."""
        _, nothing, worse = log_weights(*seen(rate))
        return np.logaddexp(nothing, worse) - math.log(plan.max_risk)

    def losing(rate: FloatArray) -> FloatArray:
        """How far the effect as believed is below the one that pays the cost."""
        return least_difference - expected(*seen(rate))

    found = (1 + plan.minimum_uplift) * control
    for gap in (short, risky, losing):
        found = np.maximum(found, np.where(gap(top) > 0, math.inf, decreasing_roots(gap, control, top)))
    return np.where(found <= 1, found, math.inf)


def _kill_below(plan: "WhatIfPlan", control: FloatArray, level: float, minimum: float) -> FloatArray:
    """Rates of the treatment below which the whole interval lies under the minimum uplift, or below zero."""
    n_c, n_t = plan.arms
    crit, least = float(critical(level)), math.log1p(max(minimum, 0.0))

    def gap(rate: FloatArray) -> FloatArray:
        return np.asarray(-crit - TwoByTwo.of(control * n_c, n_c, rate * n_t, n_t).z_ratio(least))

    none, all_ = np.zeros_like(control), np.ones_like(control)
    found = decreasing_roots(gap, none, all_)
    return np.where(gap(none) <= 0, -math.inf, np.where(gap(all_) >= 0, math.inf, found))
