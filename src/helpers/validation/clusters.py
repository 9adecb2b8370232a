"""Rows of randomised units, and few clusters of very different sizes: error rates of the aggregated test."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.binomial import Promise
from helpers.stats.comparisons.cluster_robust import analyse_rows
from helpers.stats.comparisons.linear import from_variances, satterthwaite
from helpers.stats.summaries.clusters import ClusterTotals
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

TOPIC = "Rows of randomised units"
MEAN = 10.0
ICC = 0.2
ROWS = 4
"""Average rows a unit."""
CITY = 200
"""Average rows of a cluster that is a city, a store or an account."""
ICC_OF_CITIES = 0.05
ROUGH = "few clusters in one arm, or very unequal ones, make the t approximation rough: the level holds to a point"

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")


def experiment(
    rng: Generator, n_c: int, n_t: int, lift: float, icc: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Values, variant (0 and 1) and unit of every row; units with more rows have no other values than the rest."""
    sizes = 1 + rng.poisson(ROWS - 1, n_c + n_t)
    unit = np.repeat(np.arange(n_c + n_t), sizes)
    own = math.sqrt(icc) * rng.standard_normal(n_c + n_t)
    noise = own[unit] + math.sqrt(1 - icc) * rng.standard_normal(unit.size)
    variant = (unit >= n_c).astype(np.float64)
    return MEAN * (1 + lift * variant) + 2 * noise, variant, unit.astype(np.float64)


def clustered_hits(rng: Generator, runs: int, *, n_c: int, n_t: int, lift: float, scale: Scale) -> int:
    """The aggregated test: rejections without an effect; with one, intervals that hold it."""
    rows = [np.asarray(1.0 + rng.poisson(ROWS - 1, (runs, n)), np.float64) for n in (n_c, n_t)]
    return _hits(rng, rows[0], rows[1], ICC, lift, scale)


def few_hits(
    rng: Generator, runs: int, *, n_c: int, n_t: int, spread: float, largest: int = 1, lift: float = 0.0
) -> int:
    """The same of clusters as cities are: hundreds of rows, lognormal sizes, perhaps one that is many times the others."""
    sides = []
    for n in (n_c, n_t):
        rows = np.maximum(np.round(CITY * np.exp(spread * rng.standard_normal((runs, n)) - spread**2 / 2)), 1.0)
        rows[:, 0] *= largest
        sides.append(rows)
    return _hits(rng, sides[0], sides[1], ICC_OF_CITIES, lift, "difference")


def _hits(rng: Generator, control: FloatArray, treatment: FloatArray, icc: float, lift: float, scale: Scale) -> int:
    sides = []
    for rows, mean in ((control, MEAN), (treatment, MEAN * (1 + lift))):
        own = mean + 2 * math.sqrt(icc) * rng.standard_normal(rows.shape)
        totals = rows * own + 2 * np.sqrt(rows * (1 - icc)) * rng.standard_normal(rows.shape)
        arms = [ClusterTotals(y, m, np.zeros_like(y)).whole for y, m in zip(totals, rows, strict=True)]
        sides.append(np.array([(arm.estimate, arm.variance / arm.n, arm.df) for arm in arms]).T)
    (c, v_c, df_c), (t, v_t, df_t) = sides
    found = from_variances(c, v_c, t, v_t, satterthwaite(v_c, df_c, v_t, df_t), ALPHA, "two-sided")
    if lift == 0:
        return int((found.p_value < ALPHA).sum())
    if scale == "ratio":
        return int(((found.relative_low <= lift) & (lift <= found.relative_high)).sum())
    return int(((found.absolute_low <= MEAN * lift) & (MEAN * lift <= found.absolute_high)).sum())


def row_hits(rng: Generator, runs: int, *, n_c: int, n_t: int, icc: float) -> int:
    """Rejections without an effect by the test on rows, which has to be forced to look at them."""
    return sum(
        analyse_rows(values, variant, unit=unit, control=0.0, treatment=1.0, allow_dependent_rows=True).significant
        for values, variant, unit in (experiment(rng, n_c, n_t, 0.0, icc) for _ in range(runs))
    )


INDEPENDENT = partial(row_hits, n_c=100, n_t=100, icc=0.0)


def _cases() -> tuple[Case, ...]:
    method = "clusters aggregated, delta method"
    made = []
    for n_c, n_t in ((200, 200), (360, 40), (30, 30)):
        setting = f"intracluster correlation {ICC:g}, {n_c:,} : {n_t:,} units"
        null = partial(clustered_hits, n_c=n_c, n_t=n_t, lift=0.0, scale="difference")
        made.append(Case(TOPIC, method, setting, "false positives", ALPHA, null, short=400))
        for scale in SCALES:
            effect = partial(clustered_hits, n_c=n_c, n_t=n_t, lift=0.05, scale=scale)
            made.append(
                Case(TOPIC, f"{method} ({scale})", f"{setting}, lift +0.05", "coverage", CONFIDENCE, effect, short=400)
            )
    made += _few()
    rows = "rows of 100 : 100 units that are not alike at all"
    made.append(Case(TOPIC, "Welch t on rows", rows, "false positives", ALPHA, INDEPENDENT, short=400))
    return tuple(made)


def _few() -> list[Case]:
    method = "clusters aggregated, worth so many equal ones"
    made = []
    for n_c, n_t, spread, largest, bound in (
        (3, 3, 0.0, 1, True), (5, 5, 0.0, 1, True), (10, 10, 0.0, 1, False), (20, 20, 0.0, 1, False), (5, 20, 0.0, 1, False),
        (5, 5, 0.6, 1, True), (10, 10, 0.6, 1, False), (20, 20, 1.0, 1, False), (10, 40, 1.0, 1, False), (10, 10, 0.0, 9, True),
        (20, 20, 0.0, 19, True),
    ):  # fmt: skip
        sizes = f"lognormal sizes of spread {spread:g}" if spread else "equal sizes"
        sizes = sizes if largest == 1 else f"one of {largest} times the size of the others"
        setting = f"{n_c} : {n_t} clusters, {sizes}"
        rough = not bound and (spread > 0 or n_c != n_t)
        slack: dict[str, Any] = {"slack": 0.01, "reason": ROUGH} if rough else {}
        for lift in (0.0, 0.05):
            promise: Promise = "equal" if not bound else "at least" if lift else "at most"
            made.append(
                Case(
                    TOPIC, method, f"{setting}, lift +{lift:g}" if lift else setting, "coverage" if lift else "false positives",
                    CONFIDENCE if lift else ALPHA, partial(few_hits, n_c=n_c, n_t=n_t, spread=spread, largest=largest, lift=lift),
                    promise=promise, short=400, **slack,
                )
            )  # fmt: skip
    return made


CASES = _cases()
