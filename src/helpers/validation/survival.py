"""Time until an event under censoring: log-rank, restricted means, Cox, Kaplan-Meier's band, retention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.binomial import IntervalMethod
from helpers.stats.comparisons.linear import from_variances
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import critical
from helpers.stats.survival.hazard_ratio import hazard_ratios
from helpers.stats.survival.retention import retention
from helpers.stats.survival.risk_sets import RiskSets, log_ranks
from helpers.stats.validation import BoolArray, FloatArray
from helpers.validation.case import Case

LAST_DAY = 60
HORIZON = 30
UNITS_IN_MEMORY = 400_000
"""Units whose times are in memory together."""

Arms = tuple[RiskSets, RiskSets]


def arms(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float, ratio: float) -> Iterator[Arms]:
    """Experiments of exponential times, seen in whole days and censored evenly over ``LAST_DAY`` days."""
    chunk = max(1, UNITS_IN_MEMORY // (n_c + n_t))
    days = np.arange(1, LAST_DAY + 1)

    def sets(size: tuple[int, int], rate: float) -> RiskSets:
        happens, ends = rng.geometric(-np.expm1(-rate), size), rng.integers(1, LAST_DAY + 1, size)
        return RiskSets.of(np.minimum(happens, ends), happens <= ends, time=days)

    for start in range(0, runs, chunk):
        size = min(chunk, runs - start)
        yield sets((size, n_c), hazard), sets((size, n_t), hazard * ratio)


def _counted(found: Iterator[BoolArray]) -> int:
    return sum(int(hits.sum()) for hits in found)


def log_rank_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float) -> int:
    """Runs with p < alpha though both arms have the same hazard."""
    made = arms(rng, runs, n_c=n_c, n_t=n_t, hazard=hazard, ratio=1)
    return _counted(log_ranks(control, treatment).p_value < ALPHA for control, treatment in made)


def restricted_mean_coverage(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float, ratio: float
) -> int:
    """Runs whose interval holds the true difference of the mean times up to the horizon."""
    day = np.arange(HORIZON)
    truth = float(np.exp(-hazard * ratio * day).sum() - np.exp(-hazard * day).sum())

    def covered(control: RiskSets, treatment: RiskSets) -> BoolArray:
        means = (*control.restricted_mean(HORIZON), *treatment.restricted_mean(HORIZON))
        found = from_variances(*means, np.asarray(np.inf), 1 - CONFIDENCE, "two-sided")
        return (found.absolute_low <= truth) & (truth <= found.absolute_high)

    return _counted(covered(*pair) for pair in arms(rng, runs, n_c=n_c, n_t=n_t, hazard=hazard, ratio=ratio))


def restricted_mean_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float) -> int:
    """Runs whose interval of the difference leaves out a true 0."""
    return runs - restricted_mean_coverage(rng, runs, n_c=n_c, n_t=n_t, hazard=hazard, ratio=1)


def cox_coverage(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float, ratio: float) -> int:
    """Runs whose interval holds the true hazard ratio."""
    reach = float(critical(1 - CONFIDENCE))

    def covered(control: RiskSets, treatment: RiskSets) -> BoolArray:
        found = hazard_ratios(control, treatment)
        return np.asarray(np.abs(found.log_ratio - np.log(ratio)) <= reach * found.standard_error)

    return _counted(covered(*pair) for pair in arms(rng, runs, n_c=n_c, n_t=n_t, hazard=hazard, ratio=ratio))


def cox_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float) -> int:
    """Runs with p < alpha though both arms have the same hazard."""
    made = arms(rng, runs, n_c=n_c, n_t=n_t, hazard=hazard, ratio=1)
    return _counted(hazard_ratios(control, treatment).p_value < ALPHA for control, treatment in made)


def proportionality_positives(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, hazard: float, ratio: float
) -> int:
    """Runs in which the check doubts a hazard ratio that is the same on every day."""
    made = arms(rng, runs, n_c=n_c, n_t=n_t, hazard=hazard, ratio=ratio)
    return _counted(hazard_ratios(control, treatment).proportional_p_value < ALPHA for control, treatment in made)


def band_coverage(rng: np.random.Generator, runs: int, *, n: int, hazard: float, day: int) -> int:
    """Runs whose band holds the true survival on one day."""
    truth = float(np.exp(-hazard * day))

    def covered(control: RiskSets) -> BoolArray:
        low, high = (bound[:, day - 1] for bound in control.band(CONFIDENCE))
        return (low <= truth) & (truth <= high)

    return _counted(covered(control) for control, _ in arms(rng, runs, n_c=n, n_t=1, hazard=hazard, ratio=1))


def _visits(rng: np.random.Generator, n: int, rate: float) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
    """First days spread over the observation, and those units that come back on day 7 of theirs."""
    first = rng.integers(0, LAST_DAY, n).astype(np.float64)
    back = np.flatnonzero(rng.random(n) < rate)
    return first, back, first[back] + 7


def retention_coverage(rng: np.random.Generator, runs: int, *, n: int, rate: float, method: IntervalMethod) -> int:
    """Runs whose interval holds the true retention of day 7, many units having come in the last week."""
    hits = 0
    for _ in range(runs):
        first, unit, time = _visits(rng, n, rate)
        (found,) = retention(first, unit, time, end=LAST_DAY, days=[7], method=method).days
        hits += found.low <= rate <= found.high
    return hits


def retention_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rate: float) -> int:
    """Runs in which two arms with the same retention of day 7 differ significantly."""
    counts = np.empty((runs, 4))
    for run in range(runs):
        for arm, n in enumerate((n_c, n_t)):
            first, unit, time = _visits(rng, n, rate)
            found = retention(first, unit, time, end=LAST_DAY, days=[7]).on(7)
            counts[run, 2 * arm : 2 * arm + 2] = found.successes, found.n
    return int((score_intervals(*counts.T).p_value < ALPHA).sum())


SETTINGS: tuple[tuple[int, int, float], ...] = (
    # control, treatment, daily hazard
    (300, 300, 0.03),
    (900, 100, 0.03),
    (1_000, 1_000, 0.004),
)
RATIO = 1.4


def _cases() -> Iterator[Case]:
    for n_c, n_t, hazard in SETTINGS:
        size: dict[str, Any] = {"n_c": n_c, "n_t": n_t, "hazard": hazard}
        setting = f"{n_c:,} : {n_t:,}, hazard {hazard:g} a day"
        effect = f"{setting}, ratio {RATIO:g}"
        null: tuple[tuple[str, Callable[..., int]], ...] = (
            ("log-rank", log_rank_positives),
            ("restricted mean difference", restricted_mean_positives),
            ("Cox, Wald", cox_positives),
        )
        for method, positives in null:
            yield Case("Survival", method, setting, "false positives", ALPHA, partial(positives, **size), short=400)
        share = {**size, "ratio": RATIO}
        covered: tuple[tuple[str, Callable[..., int]], ...] = (
            ("restricted mean difference", restricted_mean_coverage),
            ("Cox, Wald", cox_coverage),
        )
        for method, coverage in covered:
            yield Case("Survival", method, effect, "coverage", CONFIDENCE, partial(coverage, **share), short=400)
        check = partial(proportionality_positives, **share)
        yield Case("Survival", "proportional hazards check", effect, "false positives", ALPHA, check, short=400)
    for n, hazard, day in ((300, 0.03, 14), (300, 0.03, 45), (1_500, 0.004, 30)):
        setting = f"{n:,} units, hazard {hazard:g} a day, day {day}"
        band = partial(band_coverage, n=n, hazard=hazard, day=day)
        yield Case("Survival", "Kaplan-Meier band, log(-log)", setting, "coverage", CONFIDENCE, band)


def _retention_cases() -> Iterator[Case]:
    for n, rate in ((400, 0.2), (2_000, 0.05)):
        setting = f"{n:,} units, day 7, rate {rate:g}"
        exact = partial(retention_coverage, n=n, rate=rate, method="clopper-pearson")
        yield Case("Retention", "Clopper-Pearson", setting, "coverage", CONFIDENCE, exact, promise="at least")
        wilson = partial(retention_coverage, n=n, rate=rate, method="wilson")
        yield Case("Retention", "Wilson", setting, "coverage", CONFIDENCE, wilson)
    for n_c, n_t in ((500, 500), (900, 100)):
        null = partial(retention_positives, n_c=n_c, n_t=n_t, rate=0.2)
        yield Case("Retention", "score test", f"{n_c} : {n_t}, day 7, rate 0.2", "false positives", ALPHA, null)


CASES = (*_cases(), *_retention_cases())
