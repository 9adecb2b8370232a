"""How many units a day a trigger needs before its false alarms are rare enough to roll back on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.defaults import ALPHA
from helpers.experiment.monitoring.detection import Detection, detect, watched
from helpers.experiment.monitoring.plan import MonitoringPlan
from helpers.experiment.monitoring.replay import TRIGGERS

FACTORS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
LEAST = 30
"""Units that a baseline must be expected to hold: none of millions of launches is then without one."""
TRIED = 400
"""Launches tried at one size in the search for the smallest one; the sizes of the table get all of them."""


@dataclass(frozen=True)
class Size:
    """The triggers at one number of units a day, tickets in proportion.

    Attributes:
        units, tickets: mean a day.
        quiet: both triggers by name without a change; shares are false alarms.
        moved: the rate's trigger under the largest planted fall.
    """

    units: int
    tickets: float
    quiet: dict[str, Detection]
    moved: Detection


def sizes(plan: MonitoringPlan) -> tuple[Size, ...]:
    """False alarms and finds of the plan's triggers at an eighth to four times its units, each launch with its baseline.

    The launches are those of :func:`~helpers.experiment.monitoring.detection.detections`, so the plan's own size has
    their shares; the units that a day must have to be judged are in proportion.

    Example:
        >>> from helpers.config import load
        >>> from helpers.record import Numbers
        >>> small, *_, large = sizes(MonitoringPlan.of(load("studies/checkout_redesign.yml"), Numbers({})))
        >>> small.quiet["rate trigger"].share > large.quiet["rate trigger"].share
        True
    """
    found = []
    for factor in (one for one in FACTORS if not _empty(plan, one)):
        world = replace(plan.world, units=plan.world.units * factor, tickets=plan.world.tickets * factor)
        triggers = replace(plan.triggers, minimum=max(round(plan.triggers.minimum * factor), 1))
        quiet = detect(plan.rng(1), world, triggers, **watched(plan))
        moved = detect(plan.rng(1), replace(world, shift=min(plan.section.shifts)), triggers, **watched(plan))
        found.append(Size(round(world.units), world.tickets, quiet, moved["rate trigger"]))
    return tuple(found)


def _empty(plan: MonitoringPlan, factor: float) -> bool:
    """Whether so few units come that a whole baseline may be without one."""
    return plan.world.units * factor * plan.section.baseline_days < LEAST


def smallest(plan: MonitoringPlan, name: str, tolerated: float = ALPHA) -> float | None:
    """Units a day from which the trigger ``name`` errs on at most ``tolerated`` of the launches, to about a tenth.

    Bisection on the logarithm of the size, with the same random numbers at every size; a size whose baseline may hold no
    unit errs. None where even a thousand times the plan's units are too few.

    Example:
        >>> from helpers.config import load
        >>> from helpers.record import Numbers
        >>> plan = MonitoringPlan.of(load("studies/checkout_redesign.yml"), Numbers({}))
        >>> 2_500 < smallest(plan, "rate trigger") < 4_500
        True
    """
    triggers = replace(plan.triggers, minimum=1)

    def errs(log_factor: float) -> bool:
        factor = 10**log_factor
        if _empty(plan, factor):
            return True
        world = replace(plan.world, units=plan.world.units * factor, tickets=plan.world.tickets * factor)
        return detect(plan.rng(5), world, triggers, runs=TRIED, **watched(plan))[name].share > tolerated

    low, high = -3.0, 3.0
    if errs(high):
        return None
    while high - low > np.log10(1.1):
        middle = (low + high) / 2
        low, high = (middle, high) if errs(middle) else (low, middle)
    return float(plan.world.units * 10**high)


def needed(plan: MonitoringPlan) -> dict[str, int | None]:
    """:func:`smallest` of each trigger to two digits; None where none is enough."""
    found = {name: smallest(plan, name) for name in TRIGGERS}
    return {name: None if units is None else int(float(f"{units:.2g}")) for name, units in found.items()}
