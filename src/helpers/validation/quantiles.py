"""Tests and intervals of quantiles: by the spacing of order statistics, and by bootstrap."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.binomial import Promise
from helpers.stats.comparisons.quantiles import quantile_effects
from helpers.stats.inference import EffectArrays
from helpers.stats.resampling.intervals import replicate_effects
from helpers.stats.resampling.quantile_replicates import quantile_replicates
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

Method = Literal["spacing", "bootstrap"]
RESAMPLES = 400
CELLS = 2_000_000
MEDIAN, SIGMA = 20.0, 1.2


def revenue(rng: np.random.Generator, rows: int, n: int, lift: float = 0.0) -> FloatArray:
    """Lognormal baskets, every quantile of which is lifted by the same share."""
    return rng.lognormal(np.log(MEDIAN * (1 + lift)), SIGMA, (rows, n))


def effects(
    rng: np.random.Generator, runs: int, method: Method, q: float, n_c: int, n_t: int, lift: float = 0.0
) -> Iterator[EffectArrays]:
    """Effects of ``runs`` pairs of samples, a block at a time."""
    step = max(1, CELLS // max(n_c + n_t, 2 * RESAMPLES))
    for start in range(0, runs, step):
        rows = min(step, runs - start)
        control, treatment = revenue(rng, rows, n_c), revenue(rng, rows, n_t, lift)
        if method == "spacing":
            yield quantile_effects(control, treatment, q)
        else:
            arms = (quantile_replicates(arm, q, resamples=RESAMPLES, rng=rng) for arm in (control, treatment))
            yield replicate_effects(*arms)


def false_positives(rng: np.random.Generator, runs: int, *, method: Method, q: float, n_c: int, n_t: int) -> int:
    """Runs with p < alpha though both arms have one distribution."""
    return sum(int((found.p_value < ALPHA).sum()) for found in effects(rng, runs, method, q, n_c, n_t))


def coverage(rng: np.random.Generator, runs: int, *, method: Method, q: float, n_c: int, n_t: int, lift: float) -> int:
    """Runs whose relative interval holds the true relative change of the quantile."""
    return sum(
        int(((found.relative_low <= lift) & (lift <= found.relative_high)).sum())
        for found in effects(rng, runs, method, q, n_c, n_t, lift)
    )


LIFT = 0.2
# method, q, control, treatment, exact or a bound
SETTINGS: tuple[tuple[Method, float, int, int, bool], ...] = (
    ("spacing", 0.5, 100, 100, False),
    ("spacing", 0.5, 450, 50, False),
    ("spacing", 0.5, 1_000, 1_000, False),
    ("spacing", 0.9, 450, 50, False),
    ("spacing", 0.9, 1_800, 200, False),
    ("spacing", 0.9, 1_000, 1_000, False),
    ("bootstrap", 0.5, 100, 100, False),
    ("bootstrap", 0.5, 450, 50, False),
    ("bootstrap", 0.9, 1_000, 1_000, False),
    ("bootstrap", 0.9, 1_800, 200, True),
)


def _cases() -> tuple[Case, ...]:
    made = []
    for method, q, n_c, n_t, exact in SETTINGS:
        below: Promise = "equal" if exact else "at most"
        above: Promise = "equal" if exact else "at least"
        setting = f"lognormal, q {q:g}, {n_c:,} : {n_t:,}"
        null = partial(false_positives, method=method, q=q, n_c=n_c, n_t=n_t)
        lifted = partial(coverage, method=method, q=q, n_c=n_c, n_t=n_t, lift=LIFT)
        made.append(Case("Quantiles", method, setting, "false positives", ALPHA, null, promise=below, short=500))
        made.append(
            Case(
                "Quantiles", f"{method} (ratio)", f"{setting}, lift {LIFT:+.0%}", "coverage", CONFIDENCE, lifted,
                promise=above, short=500,
            )
        )  # fmt: skip
    return tuple(made)


CASES = _cases()
