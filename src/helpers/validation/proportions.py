"""Score test and score intervals of two proportions."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.score import score_intervals
from helpers.validation.case import Case

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")
METHOD = "Miettinen-Nurminen score"


def false_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rate: float) -> int:
    """Runs with p < alpha though both arms have the same rate."""
    found = score_intervals(rng.binomial(n_c, rate, runs), n_c, rng.binomial(n_t, rate, runs), n_t)
    return int((found.p_value < ALPHA).sum())


def coverage(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rate: float, lift: float, scale: Scale) -> int:
    """Runs whose interval holds the true difference, or the true relative change."""
    other = rate * (1 + lift)
    found = score_intervals(rng.binomial(n_c, rate, runs), n_c, rng.binomial(n_t, other, runs), n_t)
    if scale == "difference":
        low, high, truth = found.absolute_low, found.absolute_high, other - rate
    else:
        low, high, truth = found.relative_low, found.relative_high, lift
    return int(((low <= truth) & (truth <= high)).sum())


LATTICE = "few successes: the counts are a coarse lattice, and no test of theirs meets alpha exactly"
SETTINGS: tuple[tuple[int, int, float, float, float], ...] = (
    # control, treatment, rate, lift, slack
    (5_000, 5_000, 0.30, 0.10, 0.0),
    (9_000, 1_000, 0.30, 0.10, 0.0),
    (200, 200, 0.50, 0.20, 0.006),
    (10_000, 10_000, 0.03, 0.20, 0.0),
    (18_000, 2_000, 0.03, 0.20, 0.0),
    (36_000, 4_000, 0.002, 0.50, 0.008),
)


def _cases() -> tuple[Case, ...]:
    made = []
    for n_c, n_t, rate, lift, slack in SETTINGS:
        setting = f"rate {rate:.3g}, {n_c:,} : {n_t:,}"
        reason = LATTICE if slack else ""
        null = partial(false_positives, n_c=n_c, n_t=n_t, rate=rate)
        made.append(Case("Proportions", METHOD, setting, "false positives", ALPHA, null, slack=slack, reason=reason))
        for scale in SCALES:
            made.append(
                Case(
                    "Proportions", f"{METHOD} ({scale})", f"{setting}, lift {lift:+.0%}", "coverage", CONFIDENCE,
                    partial(coverage, n_c=n_c, n_t=n_t, rate=rate, lift=lift, scale=scale), slack=slack, reason=reason,
                )
            )  # fmt: skip
    return tuple(made)


CASES = _cases()
