"""The risk of no improvement: over experiments drawn from the prior, it is the share of them without one.

Experiments are drawn from the prior, analysed as a study's are, and sorted by the risk that is stated of them. In each
bin the share without an improvement is to be the mean of what was stated, which is known by integration.
"""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np
from scipy import integrate

from helpers.config import Prior
from helpers.defaults import CONFIDENCE
from helpers.experiment.decision.belief import TAILS, Belief, log_weights
from helpers.stats.roots import decreasing_root
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

TOPIC = "Risk"
PRIOR, ERROR = Prior(), 0.02
"""What ideas are like, and the standard error of the relative effect in each experiment."""
EDGES = (0.0, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)
BATCH = 100_000
POINTS = 4_001
RUNS = 200_000
"""Experiments in each bin."""


def drawn(rng: np.random.Generator, runs: int) -> tuple[FloatArray, FloatArray]:
    """True relative effects of ideas, and what experiments on them show.

    Example:
        >>> truth, seen = drawn(np.random.default_rng(1), 5)
        >>> truth.shape == seen.shape == (5,)
        True
    """
    shares, times = zip(*TAILS, strict=True)
    kind, size = rng.random(runs), rng.exponential(PRIOR.size * rng.choice(times, runs, p=shares))
    truth = np.select([kind < PRIOR.improve, kind < PRIOR.improve + PRIOR.harm], [size, -size], 0.0)
    return truth, rng.normal(truth, ERROR)


def risk(seen: FloatArray) -> FloatArray:
    """The stated risk of each experiment."""
    _, nothing, worse = log_weights(seen, ERROR, PRIOR.improve, PRIOR.harm, PRIOR.size)
    return np.exp(np.logaddexp(nothing, worse))


def without_improvement(rng: np.random.Generator, runs: int, *, low: float, high: float) -> int:
    """Experiments without an improvement among the first ``runs`` whose stated risk lies between two edges."""
    found, hits = 0, 0
    while found < runs:
        truth, seen = drawn(rng, BATCH)
        stated = risk(seen)
        inside = truth[(stated >= low) & ((stated < high) | (high == 1))][: runs - found]
        found, hits = found + len(inside), hits + int((inside <= 0).sum())
    return hits


def covered(rng: np.random.Generator, runs: int) -> int:
    """Experiments whose posterior interval holds the true effect."""
    truth, seen = drawn(rng, runs)
    ends = [Belief(x, ERROR, PRIOR.improve, PRIOR.harm, PRIOR.size).interval() for x in seen.tolist()]
    low, high = np.array(ends).T
    return int(((low <= truth) & (truth <= high)).sum())


def stated(low: float, high: float) -> float:
    """Mean of the risk between two edges, over what experiments show, by Simpson's rule.

    Example:
        >>> 0.05 < stated(0.05, 0.1) < 0.1
        True
    """
    reach = 40 * PRIOR.size * max(times for _, times in TAILS)

    def edge(level: float) -> float:
        if level in (0.0, 1.0):
            return reach if level == 0 else -reach
        return decreasing_root(lambda x: float(risk(np.array([x]))[0]) - level, -reach, reach)

    left, right = (math.asinh(edge(level) / ERROR) for level in (high, low))
    x = np.sinh(np.linspace(left, right, POINTS)) * ERROR  # fine around zero
    _, nothing, _ = log_weights(x, ERROR, PRIOR.improve, PRIOR.harm, PRIOR.size)
    log = math.log(1 - PRIOR.improve - PRIOR.harm) - (x / ERROR) ** 2 / 2 - nothing  # of what is seen, up to a constant
    density = np.exp(log - log.max())
    return float(integrate.simpson(density * risk(x), x=x) / integrate.simpson(density, x=x))


CASES = (
    *(
        Case(
            TOPIC, "posterior", f"stated between {low:g} and {high:g}", "no improvement", stated(low, high),
            partial(without_improvement, low=low, high=high), runs=RUNS, family=len(EDGES) - 1,
        )
        for low, high in pairwise(EDGES)
    ),
    Case(
        TOPIC, "posterior", "equal-tailed interval, which ends at no effect where that lies across its end", "coverage", CONFIDENCE, covered,
        promise="at least",
    ),
)  # fmt: skip
