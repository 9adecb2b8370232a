"""A year of launches against its planted total: what the sum of the tests says, and what holdouts of several shares say and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.programme.designs.holdout import Held, Launches, held_back, tried
from helpers.programme.designs.repeated import Average, rate, stream
from helpers.stats.binomial import BinomialInterval
from helpers.stats.validation import FloatArray

if TYPE_CHECKING:
    from helpers.config.programme import Programme

NOTHING, SMALL, FADING, LASTING = (0.0, 0.0), (0.4, 0.4), (0.8, 0.3), (0.8, 0.8)
"""Early and late effect of a feature, as multiples of the planted uplift."""
FEATURES = 4 * (NOTHING,) + 4 * (SMALL,) + 2 * (FADING,) + 2 * (LASTING,)
"""What is tested in the year."""
OVERLAP = 0.2
"""Share of its effect that a launched feature loses to a stronger one."""
SHARES = (0.2, 1.0, 2.0)
"""Holdouts that are compared, as multiples of the one asked for."""


@dataclass(frozen=True)
class Total:
    """One way to a total, over all simulated years.

    Attributes:
        effect: as a share.
        excess: the same minus the true total of its year.
    """

    effect: Average
    excess: Average

    @classmethod
    def of(cls, found: FloatArray, truth: FloatArray) -> Total:
        """From one total a year."""
        return cls(Average.of(found), Average.of(found - truth))


@dataclass(frozen=True)
class Holdout:
    """One holdout, over all simulated years.

    Attributes:
        share, leak: of the audience, held back; of these, meeting the launches all the same.
        units: held back.
        total: what it measures.
        covered: years whose 95 % interval holds the true total.
        reach: half the width of its interval.
        found: years in which the interval lies above zero.
        forgone: successes that the units held back would have had more.
    """

    share: float
    leak: float
    units: int
    total: Total
    covered: BinomialInterval
    reach: Average
    found: BinomialInterval
    forgone: Average

    @classmethod
    def of(cls, share: float, leak: float, held: Held) -> Holdout:
        """From one measurement a year."""
        low, high = held.effect.absolute_low, held.effect.absolute_high
        return cls(
            share,
            leak,
            held.units,
            Total.of(held.effect.absolute, held.truth),
            rate(held.covers),
            Average.of((high - low) / 2),
            rate(low > 0),
            Average.of(held.forgone),
        )


@dataclass(frozen=True)
class LaunchTotals:
    """All ways to the total, on the same years.

    Attributes:
        features: tested in a year.
        launched: of them, on average.
        summed, corrected: what the tests of the launched features add up to, and that minus its expected luck.
        summed_covered: years whose 95 % interval around the sum holds the true total.
        tested, lasting: true sums of the launched features, in their tests and when novelty has worn off.
        truth: what they bring together.
        holdouts: of several shares; the last is the one asked for, with a leak.
        asked: the one asked for.
    """

    features: int
    launched: Average
    summed: Total
    summed_covered: BinomialInterval
    corrected: Total
    tested: Total
    lasting: Total
    truth: Average
    holdouts: tuple[Holdout, ...]
    asked: Holdout


def measured(rng: np.random.Generator, year: Launches, *, audience: int, share: float, leak: float) -> LaunchTotals:
    """Every way to the total of these launches."""
    truth = year.cumulative
    cases = [(times * share, 0.0) for times in SHARES] + [(share, leak)]
    holdouts = tuple(Holdout.of(s, m, held_back(rng, year, audience=audience, share=s, leak=m)) for s, m in cases)
    return LaunchTotals(
        len(year.early),
        Average.of(year.launched.sum(axis=1)),
        Total.of(year.summed, truth),
        rate(year.summed_covers),
        Total.of(year.corrected, truth),
        Total.of(year.tested, truth),
        Total.of(year.lasting, truth),
        Average.of(truth),
        holdouts,
        holdouts[SHARES.index(1.0)],
    )


def compared(programme: Programme) -> LaunchTotals:
    """Years of the programme's size: each feature is tested on as many units as any other experiment; all of them are the audience."""
    asked = programme.beyond
    rng = stream(programme.data.seed, "holdout")
    early, late = (asked.uplift * np.array(effects) for effects in zip(*FEATURES, strict=True))
    year = tried(rng, asked.rate, early, late, OVERLAP, runs=asked.runs, units=asked.units)
    return measured(rng, year, audience=asked.units * len(FEATURES), share=asked.holdout, leak=asked.leak)
