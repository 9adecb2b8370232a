"""The comparison of switchbacks by the length of their blocks, on the same markets, with the planted effect and without any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.programme.designs.evaluated import EvaluatedAnalysis
from helpers.programme.designs.repeated import stream
from helpers.programme.designs.switchback import HOURS, Market, Schedule, carried, expected_bias
from helpers.stats.validation import BoolArray

if TYPE_CHECKING:
    from helpers.config.programme import Programme

BLOCKS = (1, 2, 4, 8, 24, 48)
"""Lengths of a block, in hours."""
ALL, BY_ORDER, SWITCHED, EVERY = "all hours", "all hours, by order", "switched blocks cut", "every block cut"


@dataclass(frozen=True)
class Switchback:
    """What blocks of one length showed.

    Attributes:
        block, blocks: hours of one, and how many.
        expected: bias of all hours in closed form.
        all_hours, by_order: every hour, tested over blocks and over orders.
        switched_cut: without the burn-in of switched blocks, tested over blocks.
        every_cut: without that of every block; None where a block is no longer than its burn-in.
    """

    block: int
    blocks: int
    expected: float
    all_hours: EvaluatedAnalysis
    by_order: EvaluatedAnalysis
    switched_cut: EvaluatedAnalysis
    every_cut: EvaluatedAnalysis | None

    @property
    def length(self) -> str:
        """Of a block, in words."""
        return "1 hour" if self.block == 1 else f"{self.block} hours"


def compared(programme: Programme) -> tuple[Switchback, ...]:
    """Blocks of several lengths; those of less than half the carry-over would leave next to nothing after a burn-in."""
    asked = programme.beyond
    rng = stream(programme.data.seed, "switchback")
    market = Market.of(
        rng,
        asked.rate,
        asked.rate * asked.uplift,
        runs=asked.runs,
        days=asked.days,
        visitors=asked.units // HOURS,
        weights=carried(asked.carry_over, asked.carry_hours),
    )
    lengths = (block for block in BLOCKS if 2 * block >= asked.carry_hours)
    return tuple(
        evaluated(rng, market, Schedule.of(rng, asked.runs, asked.days, block), asked.carry_hours) for block in lengths
    )


def evaluated(rng: np.random.Generator, market: Market, plan: Schedule, burn_in: int) -> Switchback:
    """One schedule with the planted effect and, for the false positives, on the same market without any."""
    found = market.lived(rng, plan.treated)

    def by(name: str, kept: BoolArray, *, orders: bool = False) -> EvaluatedAnalysis:
        analysis = plan.by_order if orders else plan.by_block
        with_effect, without = (analysis(world, market.visitors, kept) for world in (found, market.orders))
        return EvaluatedAnalysis.of(name, with_effect, market.effect, without)

    every = plan.every_cut(0)
    blocks = plan.treated.shape[1] // plan.block
    return Switchback(
        plan.block,
        blocks,
        expected_bias(market.effect, market.weights, plan.block, blocks),
        by(ALL, every),
        by(BY_ORDER, every, orders=True),
        by(SWITCHED, plan.switched_cut(burn_in)),
        by(EVERY, plan.every_cut(burn_in)) if plan.block > burn_in else None,
    )
