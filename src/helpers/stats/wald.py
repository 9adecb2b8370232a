"""The intervals of the textbook, kept for comparison with those that ``compare`` gives."""

from __future__ import annotations

import math

import numpy as np

from helpers.defaults import CONFIDENCE
from helpers.stats.effects import Effect, check_arms, effect_of, relative_change
from helpers.stats.inference import Alternative, EffectArrays, agreeing, critical, p_values
from helpers.stats.linear import relative_delta
from helpers.stats.summaries import Summary
from helpers.stats.validation import alpha_of


def compare_wald(
    control: Summary,
    treatment: Summary,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    """The textbook normal interval, to be shown beside ``compare`` and not to decide by.

    Unpooled Wald z for the difference, delta method for the relative change. The p-value belongs to
    the difference; near alpha the relative interval may contradict it, and on small rates both miss
    lopsidedly.

    Example:
        >>> from helpers.stats import Proportion
        >>> effect = compare_wald(Proportion(50000, 16249), Proportion(50000, 16522))
        >>> round(effect.absolute_low, 10), round(effect.p_value, 10)
        (-0.0003582706, 0.0658746534)
    """
    check_arms(control, treatment, alternative)
    alpha = alpha_of(confidence)
    v_c, v_t = control.variance / control.n, treatment.variance / treatment.n
    error = math.sqrt(v_c + v_t)
    difference = treatment.estimate - control.estimate
    statistic = difference / error if error > 0 else math.nan
    crit = float(critical(alpha, alternative=alternative))
    arms = [np.asarray(v, float) for v in (control.estimate, v_c, treatment.estimate, v_t)]
    reach = crit * error if error > 0 else math.nan
    reach_relative = crit * float(relative_delta(*arms)) if error > 0 else math.nan
    relative = relative_change(difference, abs(control.estimate))
    ends = [difference - reach, difference + reach]
    ratio_ends = [relative - reach_relative, relative + reach_relative]
    for pair in (ends, ratio_ends):
        if alternative == "greater":
            pair[1] = math.inf
        if alternative == "less":
            pair[0] = -math.inf
    p = p_values(statistic, alternative=alternative)
    low, high = agreeing(np.asarray(ends[0]), np.asarray(ends[1]), np.asarray(statistic), np.asarray(p < alpha))
    fields = (difference, low, high, relative, *ratio_ends, statistic, math.inf, p)
    arrays = EffectArrays(*map(np.asarray, fields))
    return effect_of(control, treatment, arrays, crit, confidence, alternative, "unpooled Wald z")
