"""Welch's test of winsorised revenue; the truth is the difference of the winsorised means."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Literal

import numpy as np
from scipy import optimize, special

from helpers.defaults import ALPHA, CONFIDENCE, WINSORIZE_UPPER
from helpers.stats.comparisons.linear import welch
from helpers.stats.inference import EffectArrays
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")
BUYERS, LOG_MEAN, SIGMA = 0.3, 3.0, 1.5
CELLS = 2_000_000


def revenue(rng: np.random.Generator, rows: int, n: int, lift: float = 0.0) -> FloatArray:
    """Nothing from seven in ten, and lognormal baskets, each larger by ``lift``, from the others."""
    baskets = np.exp(rng.normal(LOG_MEAN + math.log1p(lift), SIGMA, (rows, n)))
    return np.where(rng.random((rows, n)) < BUYERS, baskets, 0.0)


def winsorized(control: FloatArray, treatment: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both arms held to the quantile that they have in common, as the warehouse holds a study's metric."""
    cut = np.quantile(np.concatenate([control, treatment], axis=-1), WINSORIZE_UPPER, axis=-1, keepdims=True)
    return np.minimum(control, cut), np.minimum(treatment, cut)


def winsorized_mean(threshold: float, lift: float) -> float:
    """Mean of revenue held to at most ``threshold``, in closed form."""
    mu = LOG_MEAN + math.log1p(lift)
    z = (math.log(threshold) - mu) / SIGMA
    below = math.exp(mu + SIGMA**2 / 2) * special.ndtr(z - SIGMA)
    return float(BUYERS * (below + threshold * special.ndtr(-z)))


@lru_cache
def threshold(share: float, lift: float) -> float:
    """The pooled quantile ``WINSORIZE_UPPER`` of both arms, of which ``share`` of the units are treated."""

    def beyond(log: float) -> float:
        tails = (special.ndtr(-(log - LOG_MEAN - math.log1p(x)) / SIGMA) for x in (0.0, lift))
        return float(BUYERS * np.dot((1 - share, share), tuple(tails)) - (1 - WINSORIZE_UPPER))

    return math.exp(optimize.brentq(beyond, LOG_MEAN, LOG_MEAN + 10 * SIGMA))


def effects(rng: np.random.Generator, runs: int, n_c: int, n_t: int, lift: float = 0.0) -> Iterator[EffectArrays]:
    """Welch's test of ``runs`` winsorised pairs of samples, a block at a time."""
    step = max(1, CELLS // (n_c + n_t))
    for start in range(0, runs, step):
        rows = min(step, runs - start)
        c, t = winsorized(revenue(rng, rows, n_c), revenue(rng, rows, n_t, lift))
        yield welch(n_c, c.mean(axis=1), c.var(axis=1, ddof=1), n_t, t.mean(axis=1), t.var(axis=1, ddof=1))


def false_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int) -> int:
    """Runs with p < alpha though both arms have one distribution."""
    return sum(int((found.p_value < ALPHA).sum()) for found in effects(rng, runs, n_c, n_t))


def coverage(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, lift: float, scale: Scale) -> int:
    """Runs whose interval holds the effect on revenue held to the population's own pooled threshold."""
    cut = threshold(n_t / (n_c + n_t), lift)
    control, treatment = winsorized_mean(cut, 0.0), winsorized_mean(cut, lift)
    hits = 0
    for found in effects(rng, runs, n_c, n_t, lift):
        if scale == "difference":
            low, high, truth = found.absolute_low, found.absolute_high, treatment - control
        else:
            low, high, truth = found.relative_low, found.relative_high, treatment / control - 1
        hits += int(((low <= truth) & (truth <= high)).sum())
    return hits


LIFT = 0.3
SKEWED = (
    "skewness 4.6 is left after winsorising: the Edgeworth error of a studentised mean is then 5 / n of the small arm"
)
SETTINGS: tuple[tuple[int, int, float], ...] = (
    # control, treatment, slack
    (200, 200, 0.0),
    (1_000, 1_000, 0.0),
    (1_800, 200, 0.025),
    (4_500, 500, 0.010),
)


def _cases() -> tuple[Case, ...]:
    made = []
    for n_c, n_t, slack in SETTINGS:
        setting, reason = f"revenue, upper {WINSORIZE_UPPER:g}, {n_c:,} : {n_t:,}", SKEWED if slack else ""
        null = partial(false_positives, n_c=n_c, n_t=n_t)
        made.append(
            Case(
                "Winsorising", "Welch t", setting, "false positives", ALPHA, null, slack=slack, reason=reason, short=500
            )
        )
        for scale in SCALES:
            made.append(
                Case(
                    "Winsorising", f"Welch t, Fieller ({scale})", f"{setting}, lift {LIFT:+.0%}", "coverage", CONFIDENCE,
                    partial(coverage, n_c=n_c, n_t=n_t, lift=LIFT, scale=scale), slack=slack, reason=reason, short=500,
                )
            )  # fmt: skip
    return tuple(made)


CASES = _cases()
