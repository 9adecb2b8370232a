"""Segments and days: interaction test, claims, pooled estimates, and the trend of the effect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.random import Generator
from scipy import special

from helpers.defaults import ALPHA, CONFIDENCE, POWER
from helpers.stats.checks.daily_effects import DailyEffects
from helpers.stats.checks.novelty import novelty, trends
from helpers.stats.comparisons.restricted_likelihood import ARRAY, restricted_difference
from helpers.stats.inference import critical
from helpers.stats.multiplicity.heterogeneity import heterogeneity
from helpers.stats.multiplicity.interaction import Scale, of_means, of_proportions
from helpers.stats.multiplicity.pooling import partial_pooling
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import FloatArray
from helpers.validation.adjustment import chunks
from helpers.validation.case import RUNS, Case, Quantity

TOPIC = "Segments and days"
Z = float(critical(ALPHA))


@dataclass(frozen=True)
class SegmentCells:
    """Conversion by segment or by day: ``k`` cells with the rate of the control and an effect each.

    Sizes of the cells vary fourfold around their average; ``effects`` are absolute, or relative to the rate.
    """

    k: int
    n_c: int
    n_t: int
    rate: float
    scale: Scale = "absolute"

    @property
    def sizes(self) -> FloatArray:
        """Units of control and treatment, shape (2, k)."""
        share = np.linspace(0.4, 1.6, self.k)
        return np.round(np.outer([self.n_c, self.n_t], share))

    def counts(self, rng: Generator, runs: int, effects: FloatArray) -> FloatArray:
        """Successes, shape (runs, 2, k)."""
        other = self.rate * (1 + effects) if self.scale == "relative" else self.rate + effects
        drawn = rng.binomial(self.sizes.astype(int), [np.full(self.k, self.rate), other], (runs, 2, self.k))
        return drawn.astype(np.float64)

    def effects(self, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Estimates and squared errors, shape (runs, k), as ``segment_estimate`` makes them."""
        share = counts / self.sizes
        squared = share * (1 - share) / (self.sizes - 1)
        if self.scale == "relative":
            with np.errstate(divide="ignore", invalid="ignore"):
                squared = squared / share**2
                return np.log(share[:, 1] / share[:, 0]), squared.sum(axis=1)
        return share[:, 1] - share[:, 0], squared.sum(axis=1)

    def true_variance(self, effects: FloatArray) -> FloatArray:
        """Squared errors at the true rates, shape (k,), on the absolute scale."""
        rates = np.array([np.full(self.k, self.rate), self.rate + effects])
        return np.asarray((rates * (1 - rates) / self.sizes).sum(axis=0), np.float64)

    def score_variance(self, effects: FloatArray) -> FloatArray:
        """Squared errors under the one common difference that fits these effects best, shape (k,)."""
        (n_c, n_t), rates = self.sizes, [np.full(self.k, self.rate), self.rate + effects]
        common = np.linspace(effects.min(), effects.max(), 2_001)[:, None]
        p_c, p_t = restricted_difference(n_c * rates[0], n_c, n_t * rates[1], n_t, common, ARRAY)
        squared = p_c * (1 - p_c) / n_c + p_t * (1 - p_t) / n_t
        return np.asarray(squared[((effects - common) ** 2 / squared).sum(axis=1).argmin()], np.float64)


def interactions(rng: Generator, runs: int, *, cells: SegmentCells, effects: FloatArray) -> int:
    """Runs in which the interaction test rejects."""
    return int((_interaction(cells, cells.counts(rng, runs, effects)) < ALPHA).sum())


def _interaction(cells: SegmentCells, counts: FloatArray) -> FloatArray:
    n_c, n_t = cells.sizes
    parts = np.array_split(counts, max(1, len(counts) // 1_000))
    return np.concatenate([of_proportions(x[:, 0], n_c, x[:, 1], n_t, cells.scale).p_value for x in parts])


def interactions_of_means(rng: Generator, runs: int, *, k: int, units: tuple[int, int], sigma: float) -> int:
    """The same of means with one common ratio, of normal units, or of lognormal ones of ``sigma``."""
    hits = 0
    for some in chunks(runs, k * sum(units)):
        sides: list[FloatArray | int] = []
        for n, lift in zip(units, (1.0, 1.1), strict=True):
            drawn = rng.standard_normal((some, k, n))
            values = lift * (np.exp(sigma * drawn) if sigma else 5 + drawn)
            sides += [n, values.mean(axis=2), values.var(axis=2, ddof=1) / n]
        n_c, mean_c, v_c, n_t, mean_t, v_t = sides
        hits += int((of_means(n_c, mean_c, v_c, n_t, mean_t, v_t, "relative").p_value < ALPHA).sum())
    return hits


def false_claims(rng: Generator, runs: int, *, cells: SegmentCells, effects: FloatArray) -> int:
    """Runs in which some segment is claimed to differ; only those can claim whose interaction test rejects."""
    counts = cells.counts(rng, runs, effects)
    rejected = _interaction(cells, counts) < ALPHA
    return sum(bool(heterogeneity(_arms(cells, found), scale=cells.scale).claims) for found in counts[rejected])


def pooled_coverage(rng: Generator, runs: int, *, k: int, ratio: float) -> int:
    """Runs whose pooled interval of one segment holds its true effect, the segments' effects being drawn at random."""
    variances = np.linspace(0.4, 1.6, k)
    truth = 1 + math.sqrt(ratio) * rng.standard_normal((runs, k))
    found = partial_pooling(truth + np.sqrt(variances) * rng.standard_normal((runs, k)), variances)
    held = np.abs(found.shrunken - truth) <= Z * found.shrunken_error
    return int(held[np.arange(runs), np.arange(runs) % k].sum())


Counted = Literal["rejected", "held"]


def slopes(rng: Generator, runs: int, *, cells: SegmentCells, effects: FloatArray, counted: Counted) -> int:
    """Runs in which the trend of independent days rejects, or whose interval holds the true slope."""
    found, squared = cells.effects(cells.counts(rng, runs, effects))
    line = trends(np.arange(cells.k), found, squared[:, None, :] * np.eye(cells.k))
    if counted == "rejected":
        return int((line.p_value < ALPHA).sum())
    truth = effects[1] - effects[0]
    return int((np.abs(line.slope - truth) <= critical(ALPHA, cells.k - 2) * line.slope_error).sum())


def shocked_trends(
    rng: Generator, runs: int, *, cells: SegmentCells, shared: float, apart: float, fades: float = 1.0
) -> int:
    """Runs with a trend of a relative effect of 20 % that is ``fades`` times that on the last day.

    Every day has a shock of both arms, of log standard deviation ``shared`` about a level that falls by half, and one of
    each arm, ``apart``.
    """
    hits = 0
    sizes = cells.sizes.astype(int)
    for _ in range(runs):
        level = cells.rate * np.linspace(1.3, 0.65, cells.k) * np.exp(shared * rng.standard_normal(cells.k))
        rates = level * np.exp(apart * rng.standard_normal((2, cells.k)))
        rates[1] *= 1 + 0.2 * np.linspace(1, fades, cells.k)
        found = rng.binomial(sizes, np.minimum(rates, 1.0)).astype(np.float64)
        daily: dict[float, tuple[Summary, Summary]] = {float(day): arms for day, arms in _arms(cells, found).items()}
        hits += novelty(DailyEffects.independent(daily)).p_value < ALPHA
    return hits


def repeated_slopes(rng: Generator, runs: int, *, k: int, n_c: int, n_t: int, slope: float) -> int:
    """The same for units seen on every day: rejections without a slope, else intervals that hold it."""
    hits = 0
    for some in chunks(runs, k * (n_c + n_t)):
        effects, covariance = np.zeros((some, k)), np.zeros((some, k, k))
        for n, sign in ((n_c, -1), (n_t, 1)):
            units = rng.standard_normal((some, n, 1)) + rng.standard_normal((some, n, k))
            mean = units.mean(axis=1, keepdims=True)
            units -= mean
            effects += sign * mean[:, 0, :]
            covariance += np.swapaxes(units, 1, 2) @ units / (n * (n - 1))
        line = trends(np.arange(k), effects + slope * np.arange(k), covariance)
        held = np.abs(line.slope - slope) <= critical(ALPHA, k - 2) * line.slope_error
        hits += int((held if slope else line.p_value < ALPHA).sum())
    return hits


def _arms(cells: SegmentCells, counts: FloatArray) -> dict[str, tuple[Proportion, Proportion]]:
    (n_c, n_t), (control, treatment) = cells.sizes.astype(int), counts.astype(int)
    columns = zip(n_c, control, n_t, treatment, strict=True)
    return {str(i): (Proportion(n, k), Proportion(m, j)) for i, (n, k, m, j) in enumerate(columns)}


def planned_spread(cells: SegmentCells, power: float) -> tuple[FloatArray, float]:
    """Effects in a straight line and the power of the interaction test against them, near ``power``.

    The test weights by the variances under one common difference, which in unequal arms are not those of the true rates: Q
    is then a quadratic form of normals and no noncentral chi-square.
    """
    shape = np.linspace(-1, 1, cells.k)
    weights = 1 / cells.true_variance(np.zeros(cells.k))
    size = float((weights * (shape - (weights * shape).sum() / weights.sum()) ** 2).sum())
    needed = float(special.chndtrinc(special.chdtri(cells.k - 1, ALPHA), cells.k - 1, 1 - power))
    effects = math.sqrt(needed / size) * shape
    weights = 1 / cells.score_variance(effects)
    centred = np.diag(weights) - np.outer(weights, weights) / weights.sum()
    return effects, above(special.chdtri(cells.k - 1, ALPHA), effects, cells.true_variance(effects), centred)


def above(level: float, mean: FloatArray, variance: FloatArray, form: FloatArray) -> float:
    """P(x'Ax > level) of independent normals, by the noncentral chi-square of the same first cumulants.

    Reference: Liu, Tang and Zhang (2009), Computational Statistics and Data Analysis 53, 853-856.

    Example:
        >>> round(above(3.841459, np.zeros(1), np.ones(1), np.eye(1)), 6)
        0.05
    """
    c, spread = [], form @ np.diag(variance)
    power = np.eye(mean.size)
    for k in range(1, 5):
        c.append(float(np.trace(power @ spread) + k * mean @ power @ form @ mean))
        power = power @ spread
    s1, s2 = c[2] / c[1] ** 1.5, c[3] / c[1] ** 2
    if s1**2 > s2:
        a = 1 / (s1 - math.sqrt(s1**2 - s2))
        shift = s1 * a**3 - a**2
    else:
        a, shift = 1 / s1, 0.0
    df = a**2 - 2 * shift
    at = (level - c[0]) / math.sqrt(2 * c[1]) * math.sqrt(2) * a + df + shift
    return 1 - float(special.chndtr(at, df, shift))


def _fading(cells: SegmentCells, power: float) -> tuple[FloatArray, float]:
    """Effects that fall to zero and the power of the slope's test against them, near ``power``."""
    day = np.arange(cells.k) - (cells.k - 1) / 2

    def error(effects: FloatArray) -> float:
        weights = 1 / cells.true_variance(effects)
        return 1 / math.sqrt(float((weights * (day - (weights * day).sum() / weights.sum()) ** 2).sum()))

    slope = -(Z + float(special.ndtri(power))) * error(np.zeros(cells.k))
    effects = np.asarray(slope * (np.arange(cells.k) - (cells.k - 1)), np.float64)
    reach, gap = float(critical(ALPHA, cells.k - 2)), slope / error(effects)
    return effects, float(special.nctdtr(cells.k - 2, -gap, -reach) + 1 - special.nctdtr(cells.k - 2, -gap, reach))


FEW = "variances of small cells are estimated, and move with the effects that they weight"
ESTIMATED = "the covariance of the days is taken as known though it is estimated from 150 units in one arm"
MIXTURE = (
    "the squared error is right on average, but the interval takes a normal for a mixture over the unknown variance "
    "between segments"
)
SEGMENTS = (
    (SegmentCells(8, 2_000, 2_000, 0.3), 0.0),
    (SegmentCells(8, 3_600, 400, 0.3), 0.0),
    (SegmentCells(4, 200, 200, 0.3), 0.0),
    (SegmentCells(8, 10_000, 10_000, 0.03), 0.0),
    (SegmentCells(8, 2_000, 2_000, 0.3, "relative"), 0.0),
    (SegmentCells(8, 18_000, 2_000, 0.03, "relative"), 0.0),
)
SMALL = (
    SegmentCells(4, 50, 50, 0.3, "relative"), SegmentCells(8, 50, 50, 0.05, "relative"),
    SegmentCells(8, 450, 50, 0.05, "relative"), SegmentCells(20, 100, 100, 0.02, "absolute"),
)  # fmt: skip
"""Arms of 20 to 160 units and rare outcomes."""
DAYS = (SegmentCells(14, 1_000, 1_000, 0.1), SegmentCells(14, 1_800, 200, 0.3), SegmentCells(7, 150, 150, 0.3))

SHOCKED = SegmentCells(14, 10_000, 10_000, 0.1)
"""Days so large that what hits one of them outweighs its sampling error."""


def _cases() -> tuple[Case, ...]:
    made = []
    for cells, slack in SEGMENTS:
        setting = f"{cells.k} segments of {cells.n_c:,} : {cells.n_t:,}, rate {cells.rate:g}, {cells.scale}"
        common = np.full(cells.k, 0.1 if cells.scale == "relative" else cells.rate / 10)
        null = partial(interactions, cells=cells, effects=common)
        claims = partial(false_claims, cells=cells, effects=common)
        reason = FEW if slack else ""
        made.append(Case(TOPIC, "interaction", setting, "false positives", ALPHA, null, slack=slack, reason=reason))
        made.append(
            Case(
                TOPIC, "claims about segments", setting, "false positives", ALPHA, claims, "at most", slack=slack,
                reason=reason,
            )
        )  # fmt: skip
    for cells in SMALL:
        setting = f"{cells.k} segments of {cells.n_c:,} : {cells.n_t:,}, rate {cells.rate:g}, {cells.scale}"
        null = partial(interactions, cells=cells, effects=np.full(cells.k, 0.1 if cells.scale == "relative" else 0.0))
        made.append(Case(TOPIC, "interaction, small arms", setting, "false positives", ALPHA, null, "at most"))
    for k, units, sigma in ((8, (10, 10), 0.0), (20, (50, 50), 0.0), (8, (20, 20), 1.0), (8, (50, 50), 1.5)):
        setting = f"{k} segments of {units[0]} : {units[1]}, {'lognormal' if sigma else 'normal'} units, ratio of means"
        small = partial(interactions_of_means, k=k, units=units, sigma=sigma)
        made.append(Case(TOPIC, "interaction, small arms", setting, "false positives", ALPHA, small, "at most"))
    for cells, _ in SEGMENTS[:2]:
        effects, power = planned_spread(cells, POWER)
        setting = f"{cells.k} segments of {cells.n_c:,} : {cells.n_t:,}, rate {cells.rate:g}, effects in a line"
        seen = partial(interactions, cells=cells, effects=effects)
        made.append(Case(TOPIC, "interaction", setting, "power", power, seen))
    for k, ratio, slack in ((4, 0.0, 0.0), (8, 0.25, 0.0), (8, 1.0, 0.0), (20, 1.0, 0.01), (20, 4.0, 0.0)):
        setting = f"{k} segments, variance between them {ratio:g} times that of an estimate"
        hits = partial(pooled_coverage, k=k, ratio=ratio)
        made.append(
            Case(
                TOPIC,
                "partial pooling",
                setting,
                "coverage",
                CONFIDENCE,
                hits,
                "at least",
                slack=slack,
                reason=MIXTURE if slack else "",
            )
        )
    for cells in DAYS:
        setting = f"{cells.k} days of {cells.n_c:,} : {cells.n_t:,}, rate {cells.rate:g}"
        steady = partial(slopes, cells=cells, effects=np.full(cells.k, cells.rate / 10), counted="rejected")
        made.append(Case(TOPIC, "trend of the effect", f"{setting}, steady", "false positives", ALPHA, steady))
        effects, power = _fading(cells, POWER)
        held = partial(slopes, cells=cells, effects=effects, counted="held")
        seen = partial(slopes, cells=cells, effects=effects, counted="rejected")
        made.append(Case(TOPIC, "trend of the effect", f"{setting}, fading", "coverage", CONFIDENCE, held))
        slack = 0.015 if cells.n_t != cells.n_c else 0.0
        made.append(
            Case(
                TOPIC,
                "trend of the effect",
                f"{setting}, fading",
                "power",
                power,
                seen,
                slack=slack,
                reason=FEW if slack else "",
            )
        )
    method = "trend of the effect, the level halved"
    for cells, shared, apart in ((SHOCKED, 0.3, 0.0), (SHOCKED, 0.3, 0.1), (SHOCKED, 0.0, 0.1)):
        setting = (
            f"{cells.k} days of {cells.n_c:,} : {cells.n_t:,}, shocks of {shared:.0%} shared and {apart:.0%} by arm"
        )
        steady = partial(shocked_trends, cells=cells, shared=shared, apart=apart)
        made.append(Case(TOPIC, method, setting, "false positives", ALPHA, steady, "at most", short=200))
    setting = f"{SHOCKED.k} days of {SHOCKED.n_c:,} : {SHOCKED.n_t:,}, shocks of 5% by arm, gone by the last day"
    gone = partial(shocked_trends, cells=SHOCKED, shared=0.0, apart=0.05, fades=0.0)
    made.append(Case(TOPIC, method, setting, "power", 0.55, gone, "at least", short=200))
    quantity: Quantity
    for n_c, n_t in ((300, 300), (1_350, 150)):
        setting = f"5 days of the same {n_c:,} : {n_t:,} units"
        null = partial(repeated_slopes, k=5, n_c=n_c, n_t=n_t, slope=0.0)
        faded = partial(repeated_slopes, k=5, n_c=n_c, n_t=n_t, slope=-0.05)
        method = "trend of the effect, dependent days"
        slack = 0.005 if n_c != n_t else 0.0
        for quantity, promised, hits in (("false positives", ALPHA, null), ("coverage", CONFIDENCE, faded)):
            made.append(
                Case(
                    TOPIC, method, setting, quantity, promised, hits, slack=slack, reason=ESTIMATED if slack else "",
                    runs=RUNS if slack else 10 * RUNS,
                )
            )  # fmt: skip
    return tuple(made)


CASES = _cases()
