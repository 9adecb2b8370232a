"""Bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.inference import EffectArrays
from helpers.stats.resampling.intervals import Interval, replicate_effects
from helpers.stats.resampling.replicates import Replicates, replicates
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

Shape = Literal["normal", "exponential"]
RESAMPLES = 200
"""Two-sided p < .05 then holds at 2 * 5 / 201 = .0498."""
SHORT = 400
"""Runs of the short version."""
ROWS = 25
"""Runs that share their resampled positions: their draws differ, as their data do."""
MEAN = 3.0


def outcomes(rng: np.random.Generator, shape: Shape, rows: int, n: int, lift: float = 0.0) -> FloatArray:
    """Values of ``rows`` samples of mean ``MEAN * (1 + lift)``, of skewness 0 or 2."""
    size = (rows, n)
    if shape == "normal":
        return rng.normal(MEAN * (1 + lift), 1.0, size)
    return rng.exponential(MEAN * (1 + lift), size)


def blocks(runs: int) -> Iterator[int]:
    """Sizes of the blocks that make up ``runs``."""
    return (min(ROWS, runs - start) for start in range(0, runs, ROWS))


def effects(rng: np.random.Generator, method: Interval, control: FloatArray, treatment: FloatArray) -> EffectArrays:
    """Bootstrap effects of rows of samples."""

    def drawn(values: FloatArray) -> Replicates:
        return replicates(values, resamples=RESAMPLES, rng=rng, jackknife=method == "bca", progress=False)

    return replicate_effects(drawn(control), drawn(treatment), method=method)


def false_positives(rng: np.random.Generator, runs: int, *, method: Interval, shape: Shape, n_c: int, n_t: int) -> int:
    """Runs with p < alpha though both arms have one distribution."""
    found = (
        effects(rng, method, outcomes(rng, shape, rows, n_c), outcomes(rng, shape, rows, n_t)).p_value
        for rows in blocks(runs)
    )
    return sum(int((p < ALPHA).sum()) for p in found)


def coverage(
    rng: np.random.Generator, runs: int, *, method: Interval, shape: Shape, n_c: int, n_t: int, lift: float
) -> int:
    """Runs whose relative interval holds the true relative change."""
    hits = 0
    for rows in blocks(runs):
        found = effects(rng, method, outcomes(rng, shape, rows, n_c), outcomes(rng, shape, rows, n_t, lift))
        hits += int(((found.relative_low <= lift) & (lift <= found.relative_high)).sum())
    return hits


LIFT = 0.3
NARROW = "percentiles of a small arm are too narrow: no t quantile, and a variance with divisor n"
SKEWED = "the mean of so small an arm is skewed: an error of order skewness squared / n, as in its t, which has more"
# method, shape, control, treatment, slack, reason
SETTINGS: tuple[tuple[Interval, Shape, int, int, float, str], ...] = (
    ("percentile", "normal", 60, 60, 0.006, NARROW),
    ("percentile", "normal", 135, 15, 0.022, NARROW),
    ("percentile", "exponential", 60, 60, 0.010, NARROW),
    ("bca", "exponential", 60, 60, 0.012, SKEWED),
    ("bca", "exponential", 135, 15, 0.042, SKEWED),
)
NAMES: dict[Interval, str] = {"percentile": "percentile", "bca": "BCa"}


def _cases() -> Iterator[Case]:
    for method, shape, n_c, n_t, slack, reason in SETTINGS:
        setting = f"{shape}, {n_c:,} : {n_t:,}"
        null = partial(false_positives, method=method, shape=shape, n_c=n_c, n_t=n_t)
        lifted = partial(coverage, method=method, shape=shape, n_c=n_c, n_t=n_t, lift=LIFT)
        case = partial(Case, "Bootstrap", slack=slack, reason=reason, short=SHORT)
        yield case(NAMES[method], setting, "false positives", ALPHA, null)
        yield case(f"{NAMES[method]} (ratio)", f"{setting}, lift {LIFT:+.0%}", "coverage", CONFIDENCE, lifted)


CASES = tuple(_cases())
