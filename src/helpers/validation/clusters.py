"""Rows of randomised units: error rates of the aggregated test."""

from __future__ import annotations

import math
from functools import partial
from typing import Literal

import numpy as np
from numpy.random import Generator

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.cluster_robust import analyse_rows
from helpers.stats.comparisons.linear import welch
from helpers.stats.summaries.clusters import ClusterTotals
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

TOPIC = "Rows of randomised units"
MEAN = 10.0
ICC = 0.2
ROWS = 4
"""Average rows a unit."""

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
    sides = []
    for n, mean in ((n_c, MEAN), (n_t, MEAN * (1 + lift))):
        rows = 1.0 + rng.poisson(ROWS - 1, (runs, n))
        own = mean + 2 * math.sqrt(ICC) * rng.standard_normal((runs, n))
        totals = rows * own + 2 * np.sqrt(rows * (1 - ICC)) * rng.standard_normal((runs, n))
        ratios = [ClusterTotals(y, m, np.zeros_like(y)).ratio for y, m in zip(totals, rows, strict=True)]
        sides += [(ratio.n, ratio.estimate, ratio.variance) for ratio in ratios]
    found = welch(*np.concatenate(np.split(np.array(sides), 2), axis=1).T)
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
    rows = "rows of 100 : 100 units that are not alike at all"
    made.append(Case(TOPIC, "Welch t on rows", rows, "false positives", ALPHA, INDEPENDENT, short=400))
    return tuple(made)


CASES = _cases()
