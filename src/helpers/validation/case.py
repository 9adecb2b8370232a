"""One promise of one method, and the simulation that holds it to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from helpers.stats.binomial import MonteCarlo, Promise, monte_carlo

Quantity = Literal["false positives", "coverage", "power", "no improvement"]
RUNS = 10_000
CONFIDENCE = 0.99
"""Level of the Monte Carlo interval: one case in a hundred is outside by chance, or one family of bins."""
STANDARD_ERRORS = 4.0
SEED = 20261122
COUNTED = "the whole rule on counts"
"""The method whose cases are the bins of one draw, and hold as many experiments as fall into each."""


@dataclass(frozen=True)
class Case:
    """A promised share and how to count it.

    Attributes:
        topic: heading on the page, for instance "Proportions".
        method: the method under test, as the write-up names it.
        setting: arms, rates and whatever else the case is about.
        quantity: what is counted.
        nominal: the promised share.
        hits: given a Generator and a number of runs, in how many runs it happened; vectorised.
        promise: "equal", or "at most" / "at least" where the method only promises a bound.
        slack: how far from nominal the method is known to be here; nonzero only with a ``reason``.
        reason: why, in one sentence for the page.
        family: how many cases of bins are judged together, so that one such family in a hundred has one outside by chance.
        runs: runs of the long version. ``short`` runs of the version in the tests.

    Raises ValueError for a slack without a reason.

    Example:
        >>> coin = Case("Coins", "toss", "fair", "coverage", 0.5, lambda rng, runs: int(rng.binomial(runs, 0.5)))
        >>> run(coin, 1_000).kept
        True
    """

    topic: str
    method: str
    setting: str
    quantity: Quantity
    nominal: float
    hits: Callable[[np.random.Generator, int], int]
    promise: Promise = "equal"
    slack: float = 0.0
    reason: str = ""
    runs: int = RUNS
    short: int = 1_000
    family: int = 1

    def __post_init__(self) -> None:
        if (self.slack > 0) != bool(self.reason):
            raise ValueError(f"{self}: a slack needs a reason, and a reason a slack")

    def __str__(self) -> str:
        return f"{self.topic}: {self.method}, {self.quantity}, {self.setting}"

    def generator(self) -> np.random.Generator:
        """A stream of its own, the same every time and in any order."""
        return np.random.default_rng([SEED, *str(self).encode()])


@dataclass(frozen=True)
class CaseOutcome:
    """What a case showed.

    Attributes:
        nominal_inside: the promise lies in the Monte Carlo interval; the page says "outside" where it does not.
        kept: within four standard errors of counting plus the stated slack; of a family of bins inside the interval, which is
            wide enough for all of them; the run fails where it is not.

    Example:
        >>> case = Case("Coins", "toss", "bent", "coverage", 0.5, lambda rng, runs: int(rng.binomial(runs, 0.4)))
        >>> found = run(case, 10_000)
        >>> found.nominal_inside, found.kept
        (False, False)
    """

    case: Case
    monte_carlo: MonteCarlo

    @property
    def nominal_inside(self) -> bool:
        return self.monte_carlo.ok

    @property
    def kept(self) -> bool:
        if self.case.family > 1:
            return self.nominal_inside
        noise = STANDARD_ERRORS * math.sqrt(self.case.nominal * (1 - self.case.nominal) / self.monte_carlo.runs)
        gap = self.monte_carlo.observed - self.case.nominal
        if self.case.promise == "at most":
            gap = max(gap, 0.0)
        if self.case.promise == "at least":
            gap = min(gap, 0.0)
        return abs(gap) <= noise + self.case.slack


def run(case: Case, runs: int) -> CaseOutcome:
    """Count the case in ``runs`` runs of its own stream.

    Example:
        >>> case = Case("Coins", "toss", "fair", "coverage", 0.5, lambda rng, runs: int(rng.binomial(runs, 0.5)))
        >>> run(case, 100).monte_carlo.runs
        100
    """
    return evaluated(case, case.hits(case.generator(), runs), runs)


def evaluated(case: Case, hits: int, runs: int) -> CaseOutcome:
    """The verdict on ``hits`` of ``runs``.

    Example:
        >>> case = Case("Coins", "toss", "fair", "coverage", 0.5, lambda rng, runs: 0, promise="at least")
        >>> evaluated(case, 900, 1_000).kept
        True
    """
    return CaseOutcome(
        case,
        monte_carlo(
            str(case), case.nominal, hits, runs, confidence=1 - (1 - CONFIDENCE) / case.family, promise=case.promise
        ),
    )


def runs_of(case: Case, scale: float) -> int:
    """Runs of the long version, ``scale`` times as many as stated and at least one.

    Example:
        >>> case = Case("Coins", "toss", "fair", "coverage", 0.5, lambda rng, runs: 0)
        >>> runs_of(case, 0.5)
        5000
    """
    return max(1, round(case.runs * scale))
