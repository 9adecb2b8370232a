"""Exact tests of two small proportions: bounds that hold for any number of units.

A small experiment has few possible outcomes, so each is tested once and looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats import Effect, Proportion
from helpers.stats.exact import ExactTest, boschloo, compare_exact, fisher
from helpers.stats.unconditional import exact_p_values
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")
TOPIC = "Exact tests"


@cache
def unconditional_table(n_c: int, n_t: int) -> FloatArray:
    """p-values of the unconditional test for every outcome.

    Example:
        >>> unconditional_table(3, 3).shape
        (4, 4)
    """
    return exact_p_values(n_c, n_t)


@cache
def fisher_table(n_c: int, n_t: int) -> FloatArray:
    """p-values of Fisher's test for every outcome."""
    return _table(fisher, n_c, n_t)


@cache
def boschloo_table(n_c: int, n_t: int) -> FloatArray:
    """p-values of Boschloo's test for every outcome."""
    return _table(boschloo, n_c, n_t)


@cache
def effect(n_c: int, x_c: int, n_t: int, x_t: int) -> Effect:
    """The comparison of one outcome, computed once."""
    return compare_exact(Proportion(n_c, x_c), Proportion(n_t, x_t))


def rejections(
    rng: np.random.Generator, runs: int, *, p_values: Callable[[int, int], FloatArray], n_c: int, n_t: int,
    rates: tuple[float, float],
) -> int:  # fmt: skip
    """Runs with p < alpha."""
    x_c, x_t = rng.binomial(n_c, rates[0], runs), rng.binomial(n_t, rates[1], runs)
    return int((p_values(n_c, n_t)[x_c, x_t] < ALPHA).sum())


def coverage(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rates: tuple[float, float], scale: Scale
) -> int:
    """Runs whose interval holds the true difference, or the true relative change."""
    x_c, x_t = rng.binomial(n_c, rates[0], runs), rng.binomial(n_t, rates[1], runs)
    pairs: NDArray[np.int64]
    pairs, times = np.unique(np.stack([x_c, x_t]), axis=1, return_counts=True)
    found = [effect(n_c, int(c), n_t, int(t)) for c, t in pairs.T]
    if scale == "difference":
        truth = rates[1] - rates[0]
        inside = [e.absolute_low <= truth <= e.absolute_high for e in found]
    else:
        truth = rates[1] / rates[0] - 1
        inside = [e.relative_low <= truth <= e.relative_high for e in found]
    return int(times[inside].sum())


def _table(test: Callable[[Proportion, Proportion], ExactTest], n_c: int, n_t: int) -> FloatArray:
    control = [Proportion(n_c, x) for x in range(n_c + 1)]
    treatment = [Proportion(n_t, x) for x in range(n_t + 1)]
    return np.array([[test(c, t).p_value for t in treatment] for c in control])


TESTS: tuple[tuple[str, Callable[[int, int], FloatArray], tuple[tuple[int, int], ...]], ...] = (
    ("Exact unconditional score", unconditional_table, ((12, 12), (36, 4), (60, 60))),
    ("Fisher", fisher_table, ((10, 10), (36, 4))),
    ("Boschloo", boschloo_table, ((6, 6),)),
)
RATES = (0.05, 0.3, 0.5)
LIFTED: tuple[tuple[int, int, float, float], ...] = ((7, 7, 0.3, 0.6), (18, 2, 0.3, 0.6), (7, 7, 0.05, 0.1))


def _cases() -> tuple[Case, ...]:
    made = []
    for method, p_values, sizes in TESTS:
        for n_c, n_t in sizes:
            for rate in RATES:
                hits = partial(rejections, p_values=p_values, n_c=n_c, n_t=n_t, rates=(rate, rate))
                setting = f"rate {rate:g}, {n_c:,} : {n_t:,}"
                made.append(Case(TOPIC, method, setting, "false positives", ALPHA, hits, promise="at most"))
    for n_c, n_t, base, other in LIFTED:
        for scale in SCALES:
            hits = partial(coverage, n_c=n_c, n_t=n_t, rates=(base, other), scale=scale)
            setting = f"rates {base:g} and {other:g}, {n_c:,} : {n_t:,}"
            method = f"Exact unconditional score ({scale})"
            made.append(Case(TOPIC, method, setting, "coverage", CONFIDENCE, hits, promise="at least", short=300))
    return tuple(made)


CASES = _cases()
