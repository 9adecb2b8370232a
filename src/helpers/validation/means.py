"""Means and ratios: Welch's t, Fieller's relative interval, the delta method of a ratio, and the textbook beside them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.linear import from_variances, relative_delta, welch
from helpers.stats.design.power import MeanDesign
from helpers.stats.inference import EffectArrays, critical
from helpers.stats.summaries.summary import delta_variance
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")
WELCH: dict[Scale, str] = {"difference": "Welch t (difference)", "ratio": "Fieller (relative)"}
CHUNK = 250
"""Experiments whose units are in memory at the same time."""


@dataclass(frozen=True, eq=False)
class ArmEstimates:
    """Estimates of many arms and the variances of one unit: arrays of one entry a run.

    Example:
        >>> ArmEstimates(10, np.zeros(3), np.ones(3)).n
        10
    """

    n: int
    mean: FloatArray
    variance: FloatArray


Sampler = Callable[[np.random.Generator, int, int, float], ArmEstimates]
"""Arms from a generator, a number of runs, units an arm and a relative lift."""

# one in four pays, log-normally: coefficient of variation about 4
PAY, MU, SIGMA = 0.25, 3.0, 1.2
REVENUE = PAY * math.exp(MU + SIGMA**2 / 2)


def revenue(rng: np.random.Generator, runs: int, n: int, lift: float) -> ArmEstimates:
    """Skewed money, most of it zero; only the payers are drawn."""
    means, variances = np.empty(runs), np.empty(runs)
    for start in range(0, runs, CHUNK):
        stop = min(start + CHUNK, runs)
        payers = rng.binomial(n, PAY, stop - start)
        spent = rng.lognormal(MU, SIGMA, payers.sum()) * (1 + lift)
        edges = np.concatenate([[0], np.cumsum(payers)[:-1]])
        total, squares = np.add.reduceat(spent, edges), np.add.reduceat(spent**2, edges)
        means[start:stop] = total / n
        variances[start:stop] = (squares - total**2 / n) / (n - 1)
    return ArmEstimates(n, means, variances)


def normal(
    rng: np.random.Generator, runs: int, n: int, lift: float, *, mean: float = 10.0, sd: float = 4.0
) -> ArmEstimates:
    """Normal values: mean and variance of a sample are drawn directly, being independent."""
    means = rng.normal(mean * (1 + lift), sd / math.sqrt(n), runs)
    return ArmEstimates(n, means, sd**2 * rng.chisquare(n - 1, runs) / (n - 1))


def wide_treatment(rng: np.random.Generator, runs: int, n: int, lift: float) -> ArmEstimates:
    """Normal values that spread twice as far where n is the treatment's: unequal variances."""
    return normal(rng, runs, n, lift, sd=8.0)


def orders(rng: np.random.Generator, runs: int, n: int, lift: float) -> ArmEstimates:
    """Value an order, by user: a user's orders are alike, so they are not independent."""
    ratios, variances = np.empty(runs), np.empty(runs)
    for start in range(0, runs, CHUNK):
        shape = (min(CHUNK, runs - start), n)
        count = rng.poisson(1.5, shape) + 1.0
        taste = rng.gamma(4.0, 10.0 * (1 + lift), shape)
        value = taste * count + rng.standard_normal(shape) * np.sqrt(10 * count)
        y, d = value.mean(1), count.mean(1)
        value -= y[:, None]
        count -= d[:, None]
        products = (np.einsum("ij,ij->i", a, b) for a, b in ((value, value), (value, count), (count, count)))
        part = slice(start, start + shape[0])
        ratios[part] = y / d
        variances[part] = delta_variance(n, y / d, d, *products)
    return ArmEstimates(n, ratios, variances)


@dataclass(frozen=True)
class MeansWorld:
    """Where the arms come from: a sampler for each, what is true of the control, and how far off theory says."""

    name: str
    control: Sampler
    treatment: Sampler
    level: float
    n_c: int
    n_t: int
    lift: float
    slack: float = 0.0
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.n_c:,} : {self.n_t:,}"

    def arms(self, rng: np.random.Generator, runs: int, lift: float) -> tuple[ArmEstimates, ArmEstimates]:
        """Both arms of every run."""
        return self.control(rng, runs, self.n_c, 0.0), self.treatment(rng, runs, self.n_t, lift)


def compared(c: ArmEstimates, t: ArmEstimates) -> EffectArrays:
    """Welch and Fieller."""
    return welch(c.n, c.mean, c.variance, t.n, t.mean, t.variance)


def rejections(rng: np.random.Generator, runs: int, *, world: MeansWorld, lift: float) -> int:
    """Runs with p < alpha."""
    return int((compared(*world.arms(rng, runs, lift)).p_value < ALPHA).sum())


def coverage(rng: np.random.Generator, runs: int, *, world: MeansWorld, scale: Scale) -> int:
    """Runs whose interval holds the true difference, or the true relative change."""
    found = compared(*world.arms(rng, runs, world.lift))
    if scale == "difference":
        low, high, truth = found.absolute_low, found.absolute_high, world.level * world.lift
    else:
        low, high, truth = found.relative_low, found.relative_high, world.lift
    return int(((low <= truth) & (truth <= high)).sum())


def wald_coverage(rng: np.random.Generator, runs: int, *, world: MeansWorld, scale: Scale) -> int:
    """The same for the textbook intervals: normal quantiles, delta method."""
    c, t = world.arms(rng, runs, world.lift)
    v_c, v_t = c.variance / c.n, t.variance / t.n
    if scale == "difference":
        found = from_variances(c.mean, v_c, t.mean, v_t, np.asarray(np.inf), ALPHA, "two-sided")
        truth = world.level * world.lift
        return int(((found.absolute_low <= truth) & (truth <= found.absolute_high)).sum())
    reach = critical(ALPHA) * relative_delta(c.mean, v_c, t.mean, v_t)
    return int((np.abs((t.mean - c.mean) / np.abs(c.mean) - world.lift) <= reach).sum())


SKEW = "a log-normal tail: the mean of a sample goes with its variance, which a t does not know; gone at ten times the units"
RATIO = "skewed users and an estimate that is a quotient: the delta method leaves errors of order 1 / n"
FEW = "five units in the smaller arm: Welch's degrees of freedom are themselves an estimate"
NORMAL = "normal quantiles where the variances are estimated from few units; shown as a warning, not used"
WORLDS: tuple[MeansWorld, ...] = (
    MeansWorld("normal", normal, normal, 10.0, 10, 10, 0.5),
    MeansWorld("normal, treatment sd doubled", normal, wide_treatment, 10.0, 45, 5, 0.5, 0.006, FEW),
    MeansWorld("normal, treatment sd doubled", normal, wide_treatment, 10.0, 900, 100, 0.3),
    MeansWorld("skewed revenue", revenue, revenue, REVENUE, 4_000, 4_000, 0.15, 0.002, SKEW),
    MeansWorld("skewed revenue", revenue, revenue, REVENUE, 7_200, 800, 0.15, 0.02, SKEW),
    MeansWorld("ratio: value an order by user", orders, orders, 40.0, 400, 400, 0.1, 0.003, RATIO),
    MeansWorld("ratio: value an order by user", orders, orders, 40.0, 540, 60, 0.1, 0.01, RATIO),
)
FAINT = MeansWorld("control mean half a standard error from zero", partial(normal, mean=0.1, sd=2.0),
              partial(normal, mean=0.1, sd=2.0), 0.1, 100, 100, 9.0)  # fmt: skip
PLANNED: tuple[tuple[float, float], ...] = ((1.0, 1.0), (9.0, 1.0))


def _planned() -> list[Case]:
    """Power of experiments that were sized by ``MeanDesign``."""
    made = []
    for weights in PLANNED:
        plan = MeanDesign(sd=4.0, mean=10.0, weights=weights).size(relative=0.1)
        n_c, n_t = plan.n_arms
        world = MeansWorld("normal, as planned for +10 in a hundred", normal, normal, 10.0, n_c, n_t, 0.1)
        hits = partial(rejections, world=world, lift=0.1)
        made.append(Case("Means and ratios", "Welch t", str(world), "power", plan.achieved_power, hits))
    return made


def _cases() -> tuple[Case, ...]:
    made, topic = [], "Means and ratios"
    for world in WORLDS:
        null = partial(rejections, world=world, lift=0.0)
        odd = partial(Case, topic, slack=world.slack, reason=world.reason)
        made.append(odd("Welch t", str(world), "false positives", ALPHA, null))
        for scale in SCALES:
            hits = partial(coverage, world=world, scale=scale)
            setting = f"{world}, lift {world.lift:+.2g}"
            made.append(odd(WELCH[scale], setting, "coverage", CONFIDENCE, hits))
    hits = partial(coverage, world=FAINT, scale="ratio")
    made.append(Case(topic, WELCH["ratio"], str(FAINT), "coverage", CONFIDENCE, hits, promise="at least"))
    for scale in SCALES:
        hits = partial(wald_coverage, world=WORLDS[0], scale=scale)
        made.append(
            Case(topic, f"unpooled Wald z ({scale}), for comparison", f"{WORLDS[0]}, lift {WORLDS[0].lift:+.2g}",
                 "coverage", CONFIDENCE, hits, slack=0.03, reason=NORMAL)
        )  # fmt: skip
    return (*made, *_planned())


CASES = _cases()
