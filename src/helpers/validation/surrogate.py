"""A proxy's part of an effect: coverage of what it predicts, error rate and coverage of what goes beside it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.experiment.surrogate import Joint, Path, path
from helpers.validation.case import Case

TOPIC = "Surrogates"
METHOD = "effect times slope, delta method"
BESIDE = "analysis of covariance, robust"
PROXY = 20.0
"""Mean of the proxy, a count that is Poisson around a gamma of shape 2."""
BASE, SLOPE = 0.05, 0.005
"""Chance of the outcome, and what one unit of the proxy adds to it."""
UNITS_IN_MEMORY = 400_000
SLOPE_SLACK = 0.02
SLOPE_REASON = (
    "in an arm of 200 units a few of a skewed proxy carry the slope, and its robust error comes out too small; studies have "
    "thousands, and what goes beside the proxy rests on both arms"
)


def paths(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, lift: float, beside: float) -> Iterator[Path]:
    """Experiments whose outcome is yes or no, with a chance that rises with the proxy, and with the treatment by ``beside``."""

    def arm(size: tuple[int, int], scale: float, extra: float) -> Joint:
        proxy = rng.poisson(rng.gamma(2.0, PROXY * scale / 2, size))
        return Joint.from_values(proxy, rng.random(size) < BASE + extra + SLOPE * proxy)

    chunk = max(1, UNITS_IN_MEMORY // (n_c + n_t))
    for start in range(0, runs, chunk):
        size = min(chunk, runs - start)
        yield path(arm((size, n_c), 1.0, 0.0), arm((size, n_t), 1 + lift, beside))


def predicted_coverage(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, lift: float) -> int:
    """Runs whose interval holds what the lift of the proxy does to the outcome."""
    truth = SLOPE * PROXY * lift
    made = paths(rng, runs, n_c=n_c, n_t=n_t, lift=lift, beside=0.0)
    return sum(int(((p.predicted.low <= truth) & (truth <= p.predicted.high)).sum()) for p in made)


def beside_coverage(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, lift: float, beside: float) -> int:
    """Runs whose interval holds the part that does not go through the proxy."""
    made = paths(rng, runs, n_c=n_c, n_t=n_t, lift=lift, beside=beside)
    return sum(int(((p.beside.low <= beside) & (beside <= p.beside.high)).sum()) for p in made)


def beside_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, lift: float) -> int:
    """Runs with p < alpha though all of the effect goes through the proxy."""
    made = paths(rng, runs, n_c=n_c, n_t=n_t, lift=lift, beside=0.0)
    return sum(int((p.beside.p_value < ALPHA).sum()) for p in made)


def slope_positives(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, lift: float) -> int:
    """Runs with p < alpha though both arms have one slope."""
    made = paths(rng, runs, n_c=n_c, n_t=n_t, lift=lift, beside=0.0)
    return sum(int((p.slope_change.p_value < ALPHA).sum()) for p in made)


def _cases() -> Iterator[Case]:
    for n_c, n_t in ((1_000, 1_000), (1_800, 200)):
        for lift in (0.0, 0.15):
            setting = f"{n_c:,} : {n_t:,}, proxy lifted by {lift:g}"
            of: dict[str, Any] = {"n_c": n_c, "n_t": n_t, "lift": lift}
            yield Case(TOPIC, METHOD, setting, "coverage", CONFIDENCE, partial(predicted_coverage, **of), short=400)
        null = partial(beside_positives, **of)
        yield Case(TOPIC, BESIDE, setting, "false positives", ALPHA, null, short=400)
        alike = partial(slope_positives, **of)
        small = n_t < 1_000
        yield Case(
            TOPIC, "slopes of both arms", setting, "false positives", ALPHA, alike, short=400,
            slack=SLOPE_SLACK if small else 0.0, reason=SLOPE_REASON if small else "",
        )  # fmt: skip
        extra = partial(beside_coverage, **of, beside=0.05)
        yield Case(TOPIC, BESIDE, f"{setting}, 5 points beside it", "coverage", CONFIDENCE, extra, short=400)


CASES = tuple(_cases())
