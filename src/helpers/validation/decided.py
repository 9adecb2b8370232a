"""The risk that a decision states, of experiments drawn with counts and decided by the whole rule.

Ideas are drawn from the prior and units of two arms buy or do not; each experiment goes through comparison, belief and
rule as a study's does. In each bin of the stated risk the share without an improvement is to be the mean of what was stated. The risk
takes the estimate as normal: of few buyers its error grows with the estimate, and then it is told too high, never too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.config import Rule
from helpers.defaults import ALPHA
from helpers.experiment.decision.belief import believed, expected, log_weights
from helpers.experiment.decision.rule import Evidence, decide
from helpers.stats.comparisons.effects import compare
from helpers.stats.inference import critical
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.validation import FloatArray
from helpers.validation.case import COUNTED, SEED, Case
from helpers.validation.risk import EDGES, ERROR, PRIOR, TOPIC, drawn

if TYPE_CHECKING:
    from helpers.stats.binomial import Promise

IntArray = NDArray[np.int64]
EXPERIMENTS = 200_000
FEW, MANY = (1_000, 0.02), (20_000, 0.1)
"""Units an arm, and the share of them that buys in the control."""
RULE, RISK = Rule(), "Risk of no improvement"
PICKED = 300
"""Significant experiments over which the bias of their estimates is tested at once."""
LEAST = 30
"""Experiments of a bin below which it is no case."""


@dataclass(frozen=True)
class DrawnExperiments:
    """True relative effects, and the buyers of control and treatment."""

    truth: FloatArray
    control: IntArray
    treatment: IntArray
    stated: FloatArray


@cache
def experiments(units: int, rate: float) -> DrawnExperiments:
    """Experiments of a size, the same every time; ideas that would bring a share out of its range are drawn no more."""
    rng = np.random.default_rng([SEED, units])
    truth, _ = drawn(rng, EXPERIMENTS)
    truth = truth[(truth > -1) & (rate * (1 + truth) < 1)]
    control, treatment = rng.binomial(units, rate, len(truth)), rng.binomial(units, rate * (1 + truth))
    seen = control > 0
    c, t = control[seen] / units, treatment[seen] / units
    error = np.sqrt((c * (1 - c) + t * (1 - t)) / units)
    _, nothing, worse = log_weights(t - c, error, PRIOR.improve, PRIOR.harm, PRIOR.size * c)
    stated = np.exp(np.logaddexp(nothing, worse))
    return DrawnExperiments(truth[seen], control[seen], treatment[seen], stated)


def without_improvement(
    rng: np.random.Generator, runs: int, *, size: tuple[int, float], low: float, high: float
) -> int:
    """Experiments without an improvement among the first ``runs`` of a bin, each decided anew.

    Raises ValueError where a decision states another risk than that by which its experiment was sorted.
    """
    found, (units, _) = experiments(*size), size
    hits = 0
    for i in _inside(found, low, high)[:runs]:
        control, treatment = (Proportion(units, int(arm[i])) for arm in (found.control, found.treatment))
        effect, belief = compare(control, treatment), believed(control, treatment, PRIOR)
        evidence = Evidence(effect, effect.p_value, True, (), (), 2 * units, belief)
        made = decide(evidence, RULE)
        sorted_by = float(found.stated[i])
        met = next(c.met for c in made.criteria if c.name == RISK)
        if not math.isclose(evidence.risk, sorted_by, abs_tol=1e-9) or met is not (evidence.risk < RULE.max_risk):
            raise ValueError(f"decided at a risk of {evidence.risk}, sorted by {sorted_by}")
        hits += int(found.truth[i] <= 0)
    return hits


def _inside(found: DrawnExperiments, low: float, high: float) -> IntArray:
    return np.asarray(np.flatnonzero((found.stated >= low) & ((found.stated < high) | (high == 1))), np.int64)


def biased(rng: np.random.Generator, runs: int, *, shrunk: bool) -> int:
    """Samples of :data:`PICKED` significant experiments whose estimates are off on average, by a t test at the usual level."""
    hits, left = 0, runs
    while left:
        batch = min(left, 200)
        truth, seen = drawn(rng, 25 * PICKED * batch)
        picked = np.flatnonzero(seen > critical(ALPHA) * ERROR)[: PICKED * batch]
        told = expected(seen[picked], ERROR, PRIOR.improve, PRIOR.harm, PRIOR.size) if shrunk else seen[picked]
        off = (told - truth[picked]).reshape(batch, PICKED)
        t = off.mean(axis=1) / (off.std(axis=1, ddof=1) / np.sqrt(PICKED))
        hits, left = hits + int((np.abs(t) > critical(ALPHA, PICKED - 1)).sum()), left - batch
    return hits


def _cases() -> tuple[Case, ...]:
    made = []
    sizes: tuple[tuple[tuple[int, float], Promise], ...] = ((MANY, "equal"), (FEW, "at most"))
    for size, promise in sizes:
        found = experiments(*size)
        bins = [(low, high, _inside(found, low, high)) for low, high in pairwise(EDGES)]
        kept = [each for each in bins if len(each[2]) >= LEAST]
        for low, high, inside in kept:
            made.append(
                Case(
                    TOPIC, COUNTED, f"{size[0]:,} units an arm, {size[1]:.0%} buy, stated between {low:g} and {high:g}",
                    "no improvement", float(found.stated[inside].mean()),
                    partial(without_improvement, size=size, low=low, high=high), promise, runs=len(inside), short=min(100, len(inside)),
                    family=len(kept),
                )
            )  # fmt: skip
    return tuple(made)


CASES = (
    *_cases(),
    Case(
        TOPIC, "effect as shrunk", f"t test of its bias, {PICKED} experiments picked for being significantly better", "false positives", ALPHA,
        partial(biased, shrunk=True), "at most", short=200,
    ),
    Case(
        TOPIC, "effect as measured", f"the same t test, which sees the winner's curse in {PICKED}", "power", 0.95,
        partial(biased, shrunk=False), "at least", short=200,
    ),
)  # fmt: skip
