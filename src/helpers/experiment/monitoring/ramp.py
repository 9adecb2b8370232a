"""During a ramp a control arm is still there: a sequential interval for the change, guardrails beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.defaults import ALPHA
from helpers.experiment.monitoring.plan import MonitoringPlan
from helpers.experiment.monitoring.replay import DailyVerdict
from helpers.experiment.monitoring.stream import DailyWorld
from helpers.formatting import shift
from helpers.stats.sequential.confidence_sequences import confidence_path
from helpers.stats.summaries.proportion import Proportion

if TYPE_CHECKING:
    from helpers.config import Study


FEWEST = 20
"""Units with the outcome, and units without it, that each arm has had before its interval is read."""


@dataclass(frozen=True)
class RampDay:
    """What the two arms say on the evening of one day of the ramp.

    Attributes:
        day: 1 for the first day.
        share: of the units that get the change in the stage whose rates are known; before any are, in the one that runs.
        stage: 1 for the first stage.
        absolute, low, high: difference of the rates in this stage as far as it is known, with an interval that holds on
            all its days; NaN while it is awaited.
        tickets, tickets_low: the same for units with a ticket, where more is worse; the lower bound. They are known at
            once, and stay when the ramp is over.
        verdict, reason: as in the replay.
    """

    day: int
    share: float
    stage: int
    absolute: float
    low: float
    high: float
    tickets: float
    tickets_low: float
    verdict: DailyVerdict
    reason: str


def ramp(
    rng: np.random.Generator,
    world: DailyWorld,
    stages: Sequence[tuple[float, int]],
    *,
    alpha: float = ALPHA,
    wait: int = 0,
) -> tuple[RampDay, ...]:
    r"""Watch a ramp day by day; ``stages`` are (share treated, days), stages without a control arm are left out.

    Each stage compares its own units only: when the share changes on a busy weekday, units pooled over stages would
    differ by day and not by arm. Within a stage the interval is an asymptotic confidence sequence, valid at every
    evening once both arms have :data:`FEWEST` units with the outcome and without it (before, its false alarms are two to
    four times as many as it says, for rates of 5 to 15 %); alpha is split evenly over the stages, so all intervals of the ramp hold together with
    :math:`1-\alpha`. The guardrail (units with a ticket) keeps an alpha of its own, split in the same way. The rate of a
    day is known ``wait`` days later, if need be after its stage or the ramp.

    The change rolls back when the interval of the rate lies below zero or that of the guardrail above it.

    Assumes independent units; the tickets of ``world`` are spread as one at most a unit.

    Example:
        >>> days = ramp(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, shift=-0.05), [(0.5, 7)])
        >>> days[-1].verdict
        'ROLL BACK'
    """
    kept = [(share, days) for share, days in stages if 0 < share < 1]
    rates: dict[int, tuple[int, float, float, float, float]] = {}
    guards: dict[int, tuple[int, float, float, float]] = {}
    day = 0
    for stage, (share, days) in enumerate(kept, 1):
        looks = []
        totals = np.zeros((2, 3), dtype=int)
        for _ in range(days):
            totals = totals + _arms(rng, world, share, day % 7)
            day += 1
            looks.append(totals.tolist())
        usable = [look for look in looks if min(arm[0] for arm in look) > 0]
        if not usable:
            continue
        confidence, planned = 1 - alpha / len(kept), float(max(sum(arm[0] for arm in looks[-1]), 1))
        moved, harmed = (
            confidence_path(
                [(Proportion(c[0], c[k]), Proportion(t[0], t[k])) for c, t in usable],
                confidence=confidence,
                tuned_for=planned,
            )
            for k in (1, 2)
        )
        begins = day - days + len(looks) - len(usable)
        for n, (look, effect, guard) in enumerate(zip(usable, moved.effects, harmed.effects, strict=True)):
            ends = (moved.low[n], moved.high[n]) if _enough(look, 1) else (math.nan, math.nan)
            rates[begins + n + 1 + wait] = stage, share, effect.absolute, *ends
            guards[begins + n + 1] = stage, share, guard.absolute, harmed.low[n] if _enough(look, 2) else math.nan
    return _evenings(rates, guards)


def _enough(look: list[list[int]], kind: int) -> bool:
    """Whether both arms have had so many units with the outcome, and so many without, that the sequence can be read."""
    return min(min(arm[kind], arm[0] - arm[kind]) for arm in look) >= FEWEST


def _evenings(
    rates: dict[int, tuple[int, float, float, float, float]], guards: dict[int, tuple[int, float, float, float]]
) -> tuple[RampDay, ...]:
    """A decision on every evening on which something new is known."""
    found: list[RampDay] = []
    for evening in sorted({*rates, *guards}):
        stage, share, tickets, tickets_low = guards[max(day for day in guards if day <= evening)]
        absolute = low = high = math.nan
        if evening in rates:
            stage, share, absolute, low, high = rates[evening]
        verdict, reason = _verdict(high, tickets_low, found)
        found.append(RampDay(evening, share, stage, absolute, low, high, tickets, tickets_low, verdict, reason))
    return tuple(found)


def _arms(
    rng: np.random.Generator, world: DailyWorld, share: float, weekday: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Units, completions and units with a ticket of one day, control first."""
    at = np.array([weekday])
    units = rng.poisson(world.units * world.volume[weekday])
    treated = rng.binomial(units, share)
    rows = []
    for n, launched in ((units - treated, False), (treated, True)):
        rate = float(world.expected(at, launched=launched)[0])
        ticket = min(world.tickets / world.units * (world.surge if launched else 1.0), 1.0)
        rows.append([n, rng.binomial(n, rate), rng.binomial(n, ticket)])
    return np.array(rows)


def _verdict(high: float, tickets_low: float, before: list[RampDay]) -> tuple[DailyVerdict, str]:
    stopped = next((d for d in before if d.verdict == "ROLL BACK"), None)
    if stopped:
        return "ROLL BACK", f"Rolled back on day {stopped.day}."
    if high < 0:
        return "ROLL BACK", f"The interval of the rate lies below zero: at best {shift(high)}."
    if tickets_low > 0:
        return "ROLL BACK", f"Guardrail: more units with a ticket, at least {shift(tickets_low)}."
    if math.isnan(high):
        return "CONTINUE", "Nothing can be said of the rate yet, and the guardrail is not shown to be harmed."
    return "CONTINUE", "Neither the rate nor the guardrail is shown to be harmed."


def ramps(plan: MonitoringPlan, study: Study) -> dict[str, tuple[RampDay, ...]]:
    """The study's ramp under each planted change, watched against the control arm that is still there."""
    stages = [(stage.share, stage.days) for stage in study.rollout]
    return {name: ramp(plan.rng(3), world, stages, wait=plan.wait) for name, world in plan.worlds().items()}
