r"""Two changes at once: a two-by-two factorial against two A/B tests one after the other, on the same traffic, with and without an interaction.

Every unit of the factorial meets one of four pages: neither change, A, B, both. With :math:`p` the rates of the cells,

- main effect of A: :math:`\tfrac12[(p_A-p_0)+(p_{AB}-p_B)]`, the average of what A does without B and with it;
- interaction: :math:`(p_{AB}-p_B)-(p_A-p_0)`, by how much B changes what A does, in points.

Without an interaction both main effects are had from all units. **It lies** when there is one and a main effect is told as what the change does
when it is shipped alone: that is off by half of the interaction. Two separate A/B tests tell each change alone rightly, and their sum as the
effect of both is off by the whole interaction, of which they can know nothing (a second test on top of the first change, once that is
shipped, would add up). The two main effects of a factorial added up are always :math:`p_{AB}-p_0`, the effect of both. The interaction is
dear: its variance is four times that of a main effect, so one as large needs four times the units, and one half as large sixteen times.
Additive means additive in points here; on a relative or a logit scale the same rates may interact.

**Assumes** independent units and two changes that can stand on one page.

Reference: Box, Hunter and Hunter (2005), Statistics for Experimenters, 2nd edition, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.defaults import ALPHA
from helpers.programme.designs.cells import Cells, Contrast
from helpers.programme.designs.repeated import Average, rate, spread, stream
from helpers.stats.binomial import BinomialInterval
from helpers.stats.inference import critical, lower_tail
from helpers.stats.validation import FloatArray

if TYPE_CHECKING:
    from helpers.config.programme import Programme

MAIN_A, INTERACTION, ALONE, BOTH = (-0.5, 0.5, -0.5, 0.5), (1, -1, -1, 1), (-1, 1, 0, 0), (-1, 0, 0, 1)
"""Contrasts of the cells neither, A, B, both. The two main effects add up to the last one."""
SINGLE = (-1, 1)
"""Treatment minus control."""

MAIN, CELLS, TEST = "A alone: main effect", "A alone: two cells", "A alone: A/B test"
TOGETHER, ADDED, DIFFERS = "both: factorial", "both: two A/B tests added", "interaction: factorial"
SEPARATE, SHARED, CROSSED = "A/B test", "main effect", "interaction"
TIMES = (0.5, 1.0, 2.0, 4.0)
"""Sizes, in the programme's traffic, for which power is told."""


def rates_of(base: float, effect: float, interaction: float) -> FloatArray:
    """Rates of neither, A, B and both, when either change alone adds ``effect`` and both together ``interaction`` on top of the two, all in points.

    Example:
        >>> rates_of(0.1, 0.02, -0.02)
        array([0.1 , 0.12, 0.12, 0.12])
    """
    return np.array([base, base + effect, base + effect, base + 2 * effect + interaction])


def expected_error(rates: FloatArray, units: float, weights: tuple[float, ...]) -> float:
    r"""Standard error of a contrast at the true rates, :math:`\sqrt{\sum_iw_i^2p_i(1-p_i)/n}` with ``n`` units a cell.

    Example:
        >>> expected_error(np.full(4, 0.5), 100, INTERACTION) / expected_error(np.full(4, 0.5), 100, MAIN_A)
        2.0
    """
    return float(np.sqrt((np.square(weights) * rates * (1 - rates)).sum() / units))


def power(effect: float, error: float) -> float:
    """Of a two-sided normal test, both tails.

    Example:
        >>> round(power(0.0, 1.0), 4), round(power(2.801585, 1.0), 3)
        (0.05, 0.8)
    """
    edge, shift = float(critical(ALPHA)), effect / error
    return float(lower_tail(shift - edge) + lower_tail(-shift - edge))


@dataclass(frozen=True, eq=False)
class Run:
    """Both designs on the same units of one world.

    Attributes:
        crossed: the factorial, all units in four cells.
        first: half of the units, neither against A.
        second: the other half, neither against B.
    """

    crossed: Cells
    first: Cells
    second: Cells

    @classmethod
    def of(cls, luck: FloatArray, rates: FloatArray) -> Run:
        """From the luck of the units, (runs, units)."""
        half = luck.shape[1] // 2
        tests = (Cells.dealt(part, rates[[0, cell]]) for part, cell in ((luck[:, :half], 1), (luck[:, half:], 2)))
        return cls(Cells.dealt(luck, rates), *tests)

    def readings(self) -> dict[str, Contrast]:
        """What each design says of A alone, of both and of the interaction, against what is true of just that."""
        alone, both = (self.crossed.contrast(w) for w in (ALONE, BOTH))
        main, a, b = self.crossed.contrast(MAIN_A), self.first.contrast(SINGLE), self.second.contrast(SINGLE)
        return {
            MAIN: Contrast(alone.truth, main.value, main.error),
            CELLS: alone,
            TEST: a,
            TOGETHER: both,
            ADDED: Contrast(both.truth, a.value + b.value, np.hypot(a.error, b.error)),
            DIFFERS: self.crossed.contrast(INTERACTION),
        }


@dataclass(frozen=True)
class FactorialAnswer:
    """One answer; pairs stand for no interaction, the planted one.

    Attributes:
        name: the question and the design.
        truth: what is asked for.
        bias: average of estimated minus true.
        held: runs whose interval holds the truth.
        error: root mean squared error.
    """

    name: str
    truth: tuple[float, float]
    bias: tuple[Average, Average]
    held: tuple[BinomialInterval, BinomialInterval]
    error: tuple[float, float]

    @classmethod
    def of(cls, name: str, without: Contrast, planted: Contrast) -> FactorialAnswer:
        """From both worlds."""
        return cls(
            name,
            (without.truth, planted.truth),
            (Average.of(without.bias), Average.of(planted.bias)),
            (rate(without.covers), rate(planted.covers)),
            (spread(without.bias), spread(planted.bias)),
        )


@dataclass(frozen=True)
class Curve:
    """Power by the units of the whole experiment: in theory, and as counted in simulated experiments."""

    name: str
    units: tuple[int, ...]
    expected: tuple[float, ...]
    found: tuple[BinomialInterval, ...]


@dataclass(frozen=True)
class Factorial:
    """The comparison for a programme.

    Attributes:
        interaction: planted, in points.
        readings: what each design says.
        worth: units that two A/B tests need for the precision of the main effects, over those of the factorial; without an interaction.
        dearer: units that the interaction needs for the precision of a main effect, over those that this needs; at the planted rates.
        curves: power of an A/B test and of a main effect without an interaction, and of the planted interaction.
    """

    interaction: float
    readings: tuple[FactorialAnswer, ...]
    worth: float
    dearer: float
    curves: tuple[Curve, ...]


def worlds(
    rng: np.random.Generator, base: float, effect: float, interaction: float, runs: int, units: int
) -> Factorial:
    """Without and with an interaction, on the same units; ``effect`` and ``interaction`` in points.

    Raises:
        ReportError: where the rate of a cell would not lie between 0 and 1.
    """
    luck = rng.random((runs, units))
    additive, planted = (rates_of(base, effect, more) for more in (0.0, interaction))
    without, crossed = (Run.of(luck, rates).readings() for rates in (additive, planted))
    single = additive[:2]
    cell = units / 4  # in either design: an A/B test has two cells and half of the traffic
    worth = (expected_error(single, cell, SINGLE) / expected_error(additive, cell, MAIN_A)) ** 2
    dearer = (expected_error(planted, cell, INTERACTION) / expected_error(planted, cell, MAIN_A)) ** 2
    return Factorial(
        interaction,
        tuple(FactorialAnswer.of(name, without[name], crossed[name]) for name in without),
        worth,
        dearer,
        (
            _curve(rng, SHARED, additive, MAIN_A, runs, units),
            _curve(rng, SEPARATE, single, SINGLE, runs, units),
            _curve(rng, CROSSED, planted, INTERACTION, runs, units),
        ),
    )


def compared(programme: Programme) -> Factorial:
    """The comparison on a programme's traffic."""
    asked = programme.beyond
    rng, effect = stream(programme.data.seed, "factorial"), asked.rate * asked.uplift
    return worlds(rng, asked.rate, effect, asked.interaction * effect, asked.runs, asked.units)


def _curve(
    rng: np.random.Generator, name: str, rates: FloatArray, weights: tuple[float, ...], runs: int, units: int
) -> Curve:
    """By a quarter of all units in each cell, which is what both designs put there."""
    sizes = [round(units * times / 4) for times in TIMES]
    effect = float((rates * weights).sum())
    return Curve(
        name,
        tuple(4 * n for n in sizes),
        tuple(power(effect, expected_error(rates, n, weights)) for n in sizes),
        tuple(rate(Cells.drawn(rng, rates, runs, n).contrast(weights).significant) for n in sizes),
    )
