"""What covariates do to error rates: CUPED, Lin's regression and post-stratification."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

import numpy as np
from numpy.random import Generator

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.adjustment.cuped import Adjusted, cuped
from helpers.stats.adjustment.lin import lin_arrays
from helpers.stats.adjustment.post_stratification import post_stratify_arrays
from helpers.stats.comparisons.linear import welch
from helpers.stats.inference import EffectArrays
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.ratio import Ratio
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

TOPIC = "Covariate adjustment"
CHUNK = 2_000_000
"""Units in memory at the same time."""

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")

Arm = tuple[FloatArray, FloatArray]
"""Outcomes (runs, n) and covariates (runs, n, k)."""

Draw = Callable[[Generator, int, int, float], Arm]
"""Draws an arm, given runs, units and its relative effect."""


def correlated(rng: Generator, runs: int, n: int, lift: float, *, k: int = 1) -> Arm:
    """Normal outcome of mean 10 of which the covariates explain about half."""
    x = rng.standard_normal((runs, n, k))
    return (10 + 2 * x.sum(axis=-1) / math.sqrt(k) + 2 * rng.standard_normal((runs, n))) * (1 + lift), x


def curved(rng: Generator, runs: int, n: int, lift: float) -> Arm:
    """A relation that no line fits, with noise that grows along the covariate."""
    x = rng.exponential(1.0, (runs, n, 1))
    flat = x[..., 0]
    return (5 + 4 * np.sqrt(flat) + (0.5 + flat) * rng.standard_normal((runs, n))) * (1 + lift), x


def revenue(rng: Generator, runs: int, n: int, lift: float) -> Arm:
    """Skewed spend, most of it zero, beside spend before of the same taste."""
    taste = rng.gamma(2.0, 0.5, (runs, n))
    before, after = (taste * rng.exponential(20.0, (runs, n)) * (rng.random((runs, n)) < 0.5) for _ in range(2))
    return after * (1 + lift), before[..., None]


REVENUE_MEAN = 10.0
CURVED_MEAN = 5 + 2 * math.sqrt(math.pi)
RATIO_MEAN = 20 * (1 + 1.5 * 1.25) / 2.5


def chunks(runs: int, units: int) -> Iterator[int]:
    """Runs that fit into memory together."""
    size = max(1, CHUNK // units)
    for start in range(0, runs, size):
        yield min(size, runs - start)


def counted(found: EffectArrays, mean: float, lift: float, scale: Scale) -> int:
    """Without an effect, runs that reject; with one, runs whose interval holds it."""
    if lift == 0:
        return int(np.sum(np.less(found.p_value, ALPHA)))
    low, high, truth = (
        (found.absolute_low, found.absolute_high, mean * lift)
        if scale == "difference"
        else (found.relative_low, found.relative_high, lift)
    )
    return int(np.sum(np.less_equal(low, truth) & np.less_equal(truth, high)))


def lin_hits(
    rng: Generator, runs: int, *, draw: Draw, n_c: int, n_t: int, mean: float, lift: float, scale: Scale
) -> int:
    """Lin's regression: rejections without an effect, else intervals that hold it."""
    hits = 0
    for some in chunks(runs, n_c + n_t):
        found = lin_arrays(*draw(rng, some, n_c, 0.0), *draw(rng, some, n_t, lift)).effects
        hits += counted(found, mean, lift, scale)
    return hits


def cuped_hits(
    rng: Generator, runs: int, *, draw: Draw, n_c: int, n_t: int, mean: float, lift: float, scale: Scale
) -> int:
    """CUPED of a mean: the same counts."""
    adjusted = []
    for some in chunks(runs, n_c + n_t):
        arms = [draw(rng, some, n_c, 0.0), draw(rng, some, n_t, lift)]
        for run in range(some):
            adjusted.append(
                cuped(*(Mean.from_values(y[run], dict(zip("abc", x[run].T, strict=False))) for y, x in arms))
            )
    return counted(compared(adjusted), mean, lift, scale)


def cuped_ratio_hits(rng: Generator, runs: int, *, n_c: int, n_t: int, lift: float, scale: Scale) -> int:
    """CUPED of value per order by user: orders, value and value before share the user's taste."""
    adjusted = []
    for some in chunks(runs, n_c + n_t):
        arms = []
        for n, factor in ((n_c, 1.0), (n_t, 1 + lift)):
            taste = rng.gamma(4.0, 0.25, (some, n))
            orders = 1.0 + rng.poisson(1.5 * taste)
            value = orders * taste * rng.gamma(8.0, 2.5, (some, n)) * factor
            arms.append((value, orders, taste * rng.gamma(8.0, 2.5, (some, n))))
        for run in range(some):
            adjusted.append(cuped(*(Ratio.from_values(y[run], d[run], {"before": x[run]}) for y, d, x in arms)))
    return counted(compared(adjusted), RATIO_MEAN, lift, scale)


def compared(adjusted: list[Adjusted]) -> EffectArrays:
    """What ``compare`` makes of adjusted arms, for all runs in one call."""
    sides = [[(arm.n, arm.estimate, arm.variance) for arm in found.arms] for found in adjusted]
    return welch(*np.array(sides).reshape(len(sides), 6).T)


LEVELS = np.array([2.0, 5.0, 9.0, 20.0])
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def stratified_hits(rng: Generator, runs: int, *, n_c: int, n_t: int, lift: float, scale: Scale) -> int:
    """Post-stratification with random stratum sizes: the same counts, of runs with two units in every cell."""
    cells = []
    for n, factor in ((n_c, 1.0), (n_t, 1 + lift)):
        sizes = np.maximum(rng.multinomial(n, SHARES, runs), 2).astype(np.float64)
        mean = (LEVELS + 3 * rng.standard_normal(sizes.shape) / np.sqrt(sizes)) * factor
        cells.append((sizes, mean, 9 * rng.chisquare(sizes - 1) / (sizes - 1) * factor**2))
    units, means, variances = (np.stack(parts, axis=-2) for parts in zip(*cells, strict=True))
    return counted(post_stratify_arrays(units, means, variances), float(SHARES @ LEVELS), lift, scale)


LIFT = 0.1
SKEWED = "a small arm of skewed values is hard on any t test, adjusted or not"
UNEVEN = "HC2 leans low where the noise is largest at the units of highest leverage, until the arm is large"
SLACK = {SKEWED: 0.02, UNEVEN: 0.01, "": 0.0}
THREE = partial(correlated, k=3)

Setting = tuple[str, Callable[..., int], int, int, str]
"""What is drawn, how it is counted, control, treatment, and why it is off, if it is."""

LIN: tuple[Setting, ...] = (
    *(
        ("one covariate", partial(lin_hits, draw=correlated, mean=10.0), n_c, n_t, "")
        for n_c, n_t in ((500, 500), (900, 100), (50, 50), (90, 10))
    ),
    *(
        ("three covariates", partial(lin_hits, draw=THREE, mean=10.0), n_c, n_t, "")
        for n_c, n_t in ((200, 200), (50, 50), (90, 10))
    ),
    ("curved relation, uneven noise", partial(lin_hits, draw=curved, mean=CURVED_MEAN), 500, 500, ""),
    ("curved relation, uneven noise", partial(lin_hits, draw=curved, mean=CURVED_MEAN), 900, 100, UNEVEN),
    ("skewed revenue", partial(lin_hits, draw=revenue, mean=REVENUE_MEAN), 1_000, 1_000, ""),
    ("skewed revenue", partial(lin_hits, draw=revenue, mean=REVENUE_MEAN), 1_800, 200, SKEWED),
)
STRATIFIED: tuple[Setting, ...] = tuple(
    ("four strata", stratified_hits, n_c, n_t, "") for n_c, n_t in ((500, 500), (900, 100), (50, 50), (90, 10))
)
CUPED: tuple[Setting, ...] = (
    ("one covariate", partial(cuped_hits, draw=correlated, mean=10.0), 200, 200, ""),
    ("one covariate", partial(cuped_hits, draw=correlated, mean=10.0), 900, 100, ""),
    ("three covariates", partial(cuped_hits, draw=THREE, mean=10.0), 50, 50, ""),
    ("skewed revenue", partial(cuped_hits, draw=revenue, mean=REVENUE_MEAN), 1_000, 1_000, ""),
    ("skewed revenue", partial(cuped_hits, draw=revenue, mean=REVENUE_MEAN), 1_800, 200, SKEWED),
    ("ratio of value to orders", cuped_ratio_hits, 300, 300, ""),
    ("ratio of value to orders", cuped_ratio_hits, 900, 100, SKEWED),
)


def _cases() -> tuple[Case, ...]:
    made = []
    for method, settings, short in (
        ("CUPED", CUPED, 500),
        ("Lin regression, HC2", LIN, 1_000),
        ("post-stratification", STRATIFIED, 1_000),
    ):
        for what, hits, n_c, n_t, reason in settings:
            setting, slack = f"{what}, {n_c:,} : {n_t:,}", SLACK[reason]
            null = partial(hits, n_c=n_c, n_t=n_t, lift=0.0, scale="difference")
            made.append(
                Case(TOPIC, method, setting, "false positives", ALPHA, null, slack=slack, reason=reason, short=short)
            )
            for scale in SCALES if method != "CUPED" or n_c == n_t else SCALES[:1]:
                effect = partial(hits, n_c=n_c, n_t=n_t, lift=LIFT, scale=scale)
                made.append(
                    Case(
                        TOPIC, f"{method} ({scale})", f"{setting}, lift {LIFT:+g}", "coverage", CONFIDENCE, effect,
                        slack=slack, reason=reason, short=short,
                    )
                )  # fmt: skip
    return tuple(made)


CASES = _cases()
