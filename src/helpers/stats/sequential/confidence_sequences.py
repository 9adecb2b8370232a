r"""Asymptotic confidence sequences: intervals that hold the effect at every look at once.

For looks nobody planned: monitor every day, stop when you like, go on after a result.

Reference: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and
asymptotic confidence sequences", Annals of Statistics 52 (2024), arXiv 2103.06476.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from helpers.defaults import CONFIDENCE, SEQUENCE_TUNED_FOR
from helpers.stats.comparisons.effects import Effect
from helpers.stats.inference import Alternative
from helpers.stats.sequential.mixture_likelihood import mixture_effect
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import InputError, alpha_of, finite


def mixture_rate(tuned_for: float, *, confidence: float = CONFIDENCE, alternative: Alternative = "two-sided") -> float:
    r"""Mixture precision per unit, :math:`\rho^2`, that makes the interval tightest at ``tuned_for`` units.

    :math:`\rho^2=\{-2\ln\alpha+\ln(1-2\ln\alpha)\}/N^*`, with :math:`2\alpha` for a one-sided sequence.

    Raises:
        InputError: for ``tuned_for`` not above 0.

    Reference: Waudby-Smith et al. (2024), appendix B.2.

    Example:
        >>> round(mixture_rate(5000), 8)
        0.00158723
    """
    size = finite("tuned_for", tuned_for)
    if size <= 0:
        raise InputError(
            "tuned_for",
            got=tuned_for,
            expected="a positive number of units, both arms together",
            cause="a fraction or an empty plan passed in its place",
            remedy="pass the sample size at which a decision is likeliest",
        )
    alpha = alpha_of(confidence) * (1 if alternative == "two-sided" else 2)
    return (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / size


def confidence_sequence(
    control: Summary,
    treatment: Summary,
    *,
    tuned_for: float = SEQUENCE_TUNED_FOR,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    r"""Effect at one look of many: interval and p-value that stay valid however often one looks.

    With :math:`N` units in both arms and standard error :math:`s`, the interval is
    :math:`\hat\delta\pm s\sqrt N\sqrt{\frac{2(N\rho^2+1)}{N^2\rho^2}\ln\frac{\sqrt{N\rho^2+1}}{\alpha}}`.
    The relative interval is Fieller's set at the same boundary, so p < alpha if and only if both
    intervals exclude zero.

    Args:
        control, treatment: summaries of one kind with all data so far.
        tuned_for: total units at which the interval is tightest; fixed before the start.
        confidence: probability that the interval holds the effect at all looks.
        alternative: as in ``compare``.

    Assumes independent units arriving in constant proportion, and a first look late enough for z to
    be near normal: the guarantee is asymptotic in that first look.

    Raises:
        InputError: for an empty arm, arms of different kinds or ``tuned_for`` not above 0.

    Reference: Waudby-Smith et al. (2024), theorem 2.2.

    Example:
        >>> from helpers.stats import Proportion
        >>> effect = confidence_sequence(Proportion(50000, 16249), Proportion(50000, 16522))
        >>> round(effect.absolute_low, 6), round(effect.absolute_high, 6), effect.significant
        (-0.004446, 0.015366, False)
    """
    rate = mixture_rate(tuned_for, confidence=confidence, alternative=alternative)
    method = f"asymptotic confidence sequence, tightest at {tuned_for:,g} units"
    return mixture_effect(control, treatment, rate * (control.n + treatment.n), confidence, alternative, method)


@dataclass(frozen=True)
class ConfidencePath:
    """A confidence sequence over the looks so far.

    Attributes:
        effects: the look's own intervals and p-values.
        p_values: smallest p so far; always valid, never rising.
        low, high: intersection of the absolute intervals so far. Empty (low above high) means that
            the effect changed over time, or that the rare event of probability alpha happened.
        first_rejection: number of the first look with p < alpha, from 1; None without one.

    Example:
        >>> from helpers.stats import Proportion
        >>> looks = [(Proportion(n, n // 10), Proportion(n, n // 8)) for n in (1000, 4000, 8000)]
        >>> confidence_path(looks).first_rejection
        2
    """

    effects: tuple[Effect, ...]
    p_values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    first_rejection: int | None


def confidence_path(
    looks: Sequence[tuple[Summary, Summary]],
    *,
    tuned_for: float = SEQUENCE_TUNED_FOR,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> ConfidencePath:
    """``confidence_sequence`` at every look, with what all looks so far say together.

    Args:
        looks: (control, treatment) with all data so far, one pair a look, in order.
        tuned_for, confidence, alternative: as in ``confidence_sequence``.

    Raises:
        InputError: without looks, or when units leave from one look to the next.

    Example:
        >>> from helpers.stats import Proportion
        >>> path = confidence_path([(Proportion(n, n // 10), Proportion(n, n // 8)) for n in (1000, 4000)])
        >>> path.p_values[1] < path.p_values[0], path.low[1] > 0
        (True, True)
    """
    sizes = [control.n + treatment.n for control, treatment in looks]
    if not sizes or any(b < a for a, b in pairwise(sizes)):
        raise InputError(
            "looks",
            got=f"total units {sizes}",
            expected="at least one look, each with all data so far",
            cause="the looks' own data in place of the data so far, or looks out of order",
            remedy="add the summaries up: look 2 is day 1 + day 2",
        )
    effects = tuple(
        confidence_sequence(c, t, tuned_for=tuned_for, confidence=confidence, alternative=alternative) for c, t in looks
    )
    p = np.fmin.accumulate([e.p_value for e in effects])
    low = np.fmax.accumulate([e.absolute_low for e in effects])
    high = np.fmin.accumulate([e.absolute_high for e in effects])
    first = next((i for i, e in enumerate(effects, 1) if e.significant), None)
    return ConfidencePath(effects, tuple(p.tolist()), tuple(low.tolist()), tuple(high.tolist()), first)
