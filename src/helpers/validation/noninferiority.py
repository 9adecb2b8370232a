"""Guardrails: with the harm exactly at the margin, passing is the error, and alpha bounds it.

A guardrail passes exactly when the one-sided bound of the effect lies inside the margin, so the many runs are
counted by the bounds of :func:`score_intervals` and :func:`welch`, and small experiments by ``noninferiority`` itself.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.linear import welch
from helpers.stats.comparisons.noninferiority import Bad, Scale, noninferiority
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.design.power import ProportionDesign
from helpers.stats.inference import Alternative
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.proportion import Proportion
from helpers.validation.case import Case
from helpers.validation.means import ArmEstimates, normal

TOPIC = "Non-inferiority"
SCORE = "Miettinen-Nurminen score"


def harmed(base: float, margin: float, scale: Scale, bad: Bad) -> float:
    """Treatment's level when the harm is the margin.

    Example:
        >>> harmed(0.4, 0.05, "relative", "decrease")
        0.38
    """
    change = margin * base if scale == "relative" else margin
    return base - change if bad == "decrease" else base + change


def _inside(low: np.ndarray, high: np.ndarray, margin: float, bad: Bad) -> int:
    return int(((low > -margin) if bad == "decrease" else (high < margin)).sum())


def proportions_passed(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rates: tuple[float, float], margin: float, scale: Scale,
    bad: Bad,
) -> int:  # fmt: skip
    """Runs in which a guardrail on a proportion passes."""
    side: Alternative = "greater" if bad == "decrease" else "less"
    x_c, x_t = rng.binomial(n_c, rates[0], runs), rng.binomial(n_t, rates[1], runs)
    found = score_intervals(x_c, n_c, x_t, n_t, CONFIDENCE, alternative=side)
    if scale == "absolute":
        return _inside(found.absolute_low, found.absolute_high, margin, bad)
    return _inside(found.relative_low, found.relative_high, margin, bad)


def means_passed(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, levels: tuple[float, float], margin: float,
    scale: Scale, bad: Bad,
) -> int:  # fmt: skip
    """Runs in which a guardrail on a normal mean passes."""
    side: Alternative = "greater" if bad == "decrease" else "less"
    c, t = (normal(rng, runs, n, 0.0, mean=level) for n, level in zip((n_c, n_t), levels, strict=True))
    found = welch(c.n, c.mean, c.variance, t.n, t.mean, t.variance, confidence=CONFIDENCE, alternative=side)
    if scale == "absolute":
        return _inside(found.absolute_low, found.absolute_high, margin, bad)
    return _inside(found.relative_low, found.relative_high, margin, bad)


@cache
def verdict(n_c: int, x_c: int, n_t: int, x_t: int, margin: float, scale: Scale, bad: Bad) -> bool:
    """Whether one outcome passes, by ``noninferiority``."""
    return noninferiority(Proportion(n_c, x_c), Proportion(n_t, x_t), margin=margin, scale=scale, bad=bad).passed


def verdicts(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rates: tuple[float, float], margin: float, scale: Scale,
    bad: Bad,
) -> int:  # fmt: skip
    """Runs in which ``noninferiority`` passes a proportion, each outcome asked once."""
    seen = np.stack([rng.binomial(n_c, rates[0], runs), rng.binomial(n_t, rates[1], runs)])
    pairs, times = np.unique(seen, axis=1, return_counts=True)
    passed = [verdict(n_c, int(c), n_t, int(t), margin, scale, bad) for c, t in pairs.T]
    return int(times[passed].sum())


def mean_verdicts(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, levels: tuple[float, float], margin: float,
    scale: Scale, bad: Bad,
) -> int:  # fmt: skip
    """Runs in which ``noninferiority`` passes a mean."""
    arms: list[ArmEstimates] = [
        normal(rng, runs, n, 0.0, mean=level) for n, level in zip((n_c, n_t), levels, strict=True)
    ]
    moments = zip(*(field for arm in arms for field in (arm.mean, arm.variance)), strict=True)
    return sum(
        noninferiority(
            Mean.from_moments(n_c, m_c, v_c), Mean.from_moments(n_t, m_t, v_t), margin=margin, scale=scale, bad=bad
        ).passed
        for m_c, v_c, m_t, v_t in moments
    )


LATTICE = "few outcomes: counts are a coarse lattice, and no test of theirs meets alpha exactly"
LOPSIDED = "one-sided, unequal arms and some 30 successes in the smaller: the skewness of the score does not cancel"
PROPORTIONS: tuple[tuple[int, int, float, float, Scale, Bad, float], ...] = (
    # control, treatment, base, margin, scale, bad, slack
    (4_000, 4_000, 0.40, 0.02, "absolute", "decrease", 0.0),
    (4_000, 4_000, 0.40, 0.05, "relative", "decrease", 0.0),
    (18_000, 2_000, 0.10, 0.01, "absolute", "increase", 0.0),
    (18_000, 2_000, 0.10, 0.10, "relative", "increase", 0.0),
    (36_000, 4_000, 0.01, 0.20, "relative", "decrease", 0.006),
)
SMALL: tuple[tuple[int, int, float, float, Scale, Bad, float], ...] = (
    (60, 60, 0.30, 0.10, "absolute", "decrease", 0.012),
    (60, 60, 0.30, 0.30, "relative", "decrease", 0.012),
)
MEANS: tuple[tuple[int, int, float, Scale, Bad], ...] = (
    (500, 500, 0.5, "absolute", "decrease"),
    (500, 500, 0.05, "relative", "decrease"),
    (900, 100, 0.05, "relative", "increase"),
    (12, 12, 0.3, "absolute", "decrease"),
)


def _planned() -> list[Case]:
    """Power of guardrails that were sized by ``ProportionDesign``, with no harm at all."""
    made = []
    for weights in ((1.0, 1.0), (9.0, 1.0)):
        design = ProportionDesign(0.3, weights=weights, margin=0.05, scale="relative", bad="decrease")
        plan = design.size(absolute=0.0)
        n_c, n_t = plan.n_arms
        hits = partial(
            proportions_passed, n_c=n_c, n_t=n_t, rates=(0.3, 0.3), margin=0.05, scale="relative", bad="decrease"
        )
        setting = f"rate 0.3, relative margin 0.05, no harm, {n_c:,} : {n_t:,}, as planned"
        made.append(Case(TOPIC, SCORE, setting, "power", plan.achieved_power, hits))
    return made


def _cases() -> tuple[Case, ...]:
    made = []
    for count, settings in ((proportions_passed, PROPORTIONS), (verdicts, SMALL)):
        for n_c, n_t, base, margin, scale, bad, slack in settings:
            rates = (base, harmed(base, margin, scale, bad))
            hits = partial(count, n_c=n_c, n_t=n_t, rates=rates, margin=margin, scale=scale, bad=bad)
            setting = f"rate {base:g}, {bad} is bad, {scale} margin {margin:g}, harm at the margin, {n_c:,} : {n_t:,}"
            reason = "" if not slack else LATTICE if n_c == n_t else LOPSIDED
            made.append(Case(TOPIC, SCORE, setting, "false positives", ALPHA, hits, slack=slack, reason=reason))
    for n_c, n_t, margin, scale, bad in MEANS:
        levels = (10.0, harmed(10.0, margin, scale, bad))
        setting = f"normal mean, {bad} is bad, {scale} margin {margin:g}, harm at the margin, {n_c:,} : {n_t:,}"
        hits = partial(means_passed, n_c=n_c, n_t=n_t, levels=levels, margin=margin, scale=scale, bad=bad)
        made.append(Case(TOPIC, "Welch t, Fieller", setting, "false positives", ALPHA, hits))
    hits = partial(mean_verdicts, n_c=40, n_t=40, levels=(10.0, 9.0), margin=0.1, scale="relative", bad="decrease")
    setting = "normal mean, decrease is bad, relative margin 0.1, harm at the margin, 40 : 40"
    made.append(Case(TOPIC, "Welch t, Fieller", setting, "false positives", ALPHA, hits, runs=10_000, short=300))
    return (*made, *_planned())


CASES = _cases()
