r"""Several treatments against one control, on the traffic of one A/B test: false alarms with and without a correction, the power that each
leaves, and what becomes of the estimate of the arm that looked best.

**Assumes** independent units, arms of equal size and a number of looks that was fixed before. **It lies** when tests are not corrected
(k treatments are k chances to be fooled), when arms are added or dropped along the way and the family is counted afterwards, and when the
estimate of the best-looking arm is told as if that arm had been named beforehand: it was chosen for its luck too, and its estimate is too
high. The way out is fresh units: screen on a part of the traffic, then test the arm that was chosen, alone, on the rest.

Reference: Dunnett (1955), JASA 50, 1096-1121; Bauer, Koenig, Brannath and Posch (2010), Statistics in Medicine 29, 1-13 (selection).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.errors import ReportError
from helpers.programme.designs.cells import Cells
from helpers.programme.designs.repeated import Average, rate, spread, stream
from helpers.stats.binomial import BinomialInterval
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import EffectArrays, lower_tail
from helpers.stats.multiplicity.corrections import adjusted_p_values
from helpers.stats.validation import BoolArray, FloatArray

if TYPE_CHECKING:
    from helpers.config.programme import Programme

IntArray = NDArray[np.intp]

NONE, HOLM, DUNNETT, BH, FRESH = "no correction", "Holm", "Dunnett", "Benjamini-Hochberg", "screen, then fresh units"
NAIVE, WIDER = "all units", "all units, interval for all arms"


def dunnett(statistic: FloatArray) -> FloatArray:
    r"""Adjusted p-values of treatments against one control, all arms of equal size: one family a row, two-sided, single step.

    The statistics share the control, hence correlate by a half, and :math:`p_i=1-P(\max_j|Z_j|<|z_i|)` with

    .. math:: P(\max_j|Z_j|<c)=\int\big[\Phi(\sqrt2c+y)-\Phi(-\sqrt2c+y)\big]^k\varphi(y)\,dy,

    by Gauss-Hermite quadrature. Normal reference, hence for large arms; it knows the dependence that Holm must allow any of.

    Reference: Dunnett (1955), JASA 50, 1096-1121.

    Example:
        >>> dunnett(np.array([[2.0, 1.0, 0.0]])).round(4)
        array([[0.1149, 0.6243, 1.    ]])
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    edge = np.sqrt(2) * np.abs(statistic)[..., None]
    inside = (lower_tail(edge + nodes) - lower_tail(nodes - edge)) ** statistic.shape[-1]
    return np.asarray(np.clip(1 - inside @ weights / np.sqrt(2 * np.pi), 0.0, 1.0))


def against_control(cells: Cells, confidence: float = CONFIDENCE) -> EffectArrays:
    """Every treatment against the control, which is the first cell: score tests and their intervals, (runs, treatments)."""
    won = cells.successes
    return score_intervals(won[:, :1], cells.units, won[:, 1:], cells.units, confidence)


@dataclass(frozen=True, eq=False)
class Family:
    """One world, seen in two ways on the same units.

    Attributes:
        rates: true rates, control first.
        all_units: every unit, dealt into all arms.
        chosen: index of the treatment that looked best on all units, one a run.
        screened: the same on the first half of the units.
        fresh: the other half of the units, dealt into the control and the treatment that was screened.
    """

    rates: FloatArray
    all_units: Cells
    chosen: IntArray
    screened: IntArray
    fresh: Cells

    @classmethod
    def of(cls, rng: np.random.Generator, luck: FloatArray, rates: FloatArray) -> Family:
        """Both ways on the same luck, (runs, units); ties between best-looking arms are broken by lot."""
        half = luck.shape[1] // 2
        everyone, first = Cells.dealt(luck, rates), Cells.dealt(luck[:, :half], rates)
        chosen, screened = (_best_looking(rng, cells) for cells in (everyone, first))
        pair = np.stack((np.full(len(luck), rates[0]), rates[1 + screened]), axis=1)
        return cls(everyone.rates, everyone, chosen, screened, Cells.dealt(luck[:, half:], pair))

    @cached_property
    def effects(self) -> EffectArrays:
        """Every treatment against the control, on all units."""
        return against_control(self.all_units)

    @cached_property
    def confirmed(self) -> EffectArrays:
        """The screened treatment against the control, on fresh units."""
        return against_control(self.fresh)

    def calls(self) -> dict[str, BoolArray]:
        """Which treatments are called different, (runs, treatments), by the way of testing."""
        p = self.effects.p_value
        screened = np.arange(p.shape[1]) == self.screened[:, None]
        return {
            NONE: p < ALPHA,
            HOLM: adjusted_p_values(p, "holm") < ALPHA,
            DUNNETT: dunnett(self.effects.statistic) < ALPHA,
            BH: adjusted_p_values(p, "bh") < ALPHA,
            FRESH: screened & (self.confirmed.p_value < ALPHA),
        }

    def told(self) -> dict[str, ToldArms]:
        """The estimate of the arm that looked best, by the units and the level it is told with."""
        k = self.all_units.successes.shape[1] - 1
        wider = against_control(self.all_units, 1 - ALPHA / k)
        return {
            NAIVE: self._told(self.effects, self.chosen, self.chosen),
            WIDER: self._told(wider, self.chosen, self.chosen),
            FRESH: self._told(self.confirmed, np.zeros_like(self.screened), self.screened),
        }

    def _told(self, effects: EffectArrays, column: IntArray, arm: IntArray) -> ToldArms:
        value, low, high = (
            np.take_along_axis(found, column[:, None], axis=1)[:, 0]
            for found in (effects.absolute, effects.absolute_low, effects.absolute_high)
        )
        truth = self.rates[1 + arm] - self.rates[0]
        return ToldArms(arm, value - truth, np.asarray((low <= truth) & (truth <= high)))


@dataclass(frozen=True, eq=False)
class ToldArms:
    """One value a run: the treatment that was told of, by how much its estimated effect was wrong, whether its interval held the true one."""

    arm: IntArray
    wrong_by: FloatArray
    held: BoolArray


@dataclass(frozen=True)
class Correction:
    """What one way of testing calls, as shares of runs.

    Attributes:
        name: of the way.
        false_alarms: runs in which any treatment is called, when none differs from the control.
        found: runs in which the better arm is called, when there is one.
        also_called: runs in which an arm that is no better is called beside or in place of it.
    """

    name: str
    false_alarms: BinomialInterval
    found: BinomialInterval
    also_called: BinomialInterval


@dataclass(frozen=True)
class Winner:
    """What is told of the arm that looked best; pairs stand for no arm better, one arm better.

    Attributes:
        name: the units and the level it is told with.
        bias: average of estimated minus true effect of the arm that was chosen.
        held: runs whose interval holds the true effect of that arm.
        error: root mean squared error where one arm is better.
        right: runs that choose the better arm.
    """

    name: str
    bias: tuple[Average, Average]
    held: tuple[BinomialInterval, BinomialInterval]
    error: float
    right: BinomialInterval


@dataclass(frozen=True)
class ManyArms:
    """The comparison for a programme.

    Attributes:
        treatments: beside the control.
        corrections: the ways of testing.
        winners: the ways of telling of the arm that looked best.
    """

    treatments: int
    corrections: tuple[Correction, ...]
    winners: tuple[Winner, ...]

    @classmethod
    def of(cls, equal: Family, different: Family) -> ManyArms:
        """From a world without any difference and one whose last treatment is better."""
        nothing, something = equal.calls(), different.calls()
        before, after = equal.told(), different.told()
        best = len(different.rates) - 2
        return cls(
            best + 1,
            tuple(
                Correction(
                    name,
                    rate(nothing[name].any(axis=1)),
                    rate(calls[:, best]),
                    rate(calls[:, :best].any(axis=1)),
                )
                for name, calls in something.items()
            ),
            tuple(
                Winner(
                    name,
                    (Average.of(before[name].wrong_by), Average.of(told.wrong_by)),
                    (rate(before[name].held), rate(told.held)),
                    spread(told.wrong_by),
                    rate(told.arm == best),
                )
                for name, told in after.items()
            ),
        )


def worlds(rng: np.random.Generator, arms: int, base: float, uplift: float, runs: int, units: int) -> ManyArms:
    """All arms equal, and the last one better by ``uplift`` (relative), on the same units.

    Raises:
        ReportError: for fewer than three arms, or fewer than two units an arm in each half.
    """
    if arms < 3 or units < 4 * arms:
        raise ReportError(
            "This is no family of several treatments",
            got=f"{arms} arms of {units} units in all",
            expected="a control, two treatments or more, and four units an arm or more",
            remedy="add arms or units, or run an A/B test",
        )
    luck = rng.random((runs, units))
    same = np.full(arms, base)
    better = np.append(same[:-1], base * (1 + uplift))
    return ManyArms.of(*(Family.of(rng, luck, rates) for rates in (same, better)))


def compared(programme: Programme) -> ManyArms:
    """The comparison on a programme's traffic."""
    asked = programme.beyond
    rng = stream(programme.data.seed, "many_arms")
    return worlds(rng, asked.arms, asked.rate, asked.uplift, asked.runs, asked.units)


def _best_looking(rng: np.random.Generator, cells: Cells) -> IntArray:
    """Index of the treatment with the most successes; less than one success is added by lot, which decides ties and nothing else."""
    won = cells.successes[:, 1:]
    return np.asarray((won + rng.random(won.shape)).argmax(axis=1))
