"""The price of every rule when nothing is wrong: points between false alarms, exact and simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.defaults import CUSUM_LIMIT
from helpers.experiment.monitoring.charts import cusum, ewma
from helpers.experiment.monitoring.plan import Plan
from helpers.experiment.monitoring.rules import NELSON, WESTERN_ELECTRIC, any_signal
from helpers.experiment.monitoring.run_length import (
    PUBLISHED,
    QUOTED,
    RunLength,
    cusum_chain,
    ewma_chain,
    rules_chain,
    run_chain,
    simulated,
)
from helpers.stats.validation import BoolArray, FloatArray

CENTURY = 36_525
"""Days beyond which nobody would wait for an alarm."""

RUNS = 4_000
"""Series behind each simulated interval between false alarms."""


@dataclass(frozen=True)
class FalseAlarms:
    """Points between false alarms of one rule, or of rules together, on both sides of known limits.

    Attributes:
        name: short, for the record.
        rule: in words.
        stated: exact; None where no exact value is known.
        seen: simulated.
    """

    name: str
    rule: str
    stated: float | None
    seen: RunLength


def false_alarms(plan: Plan) -> tuple[FalseAlarms, ...]:
    """Every rule without any change, as stated and as simulated.

    CUSUM is simulated from a series' start in blocks that each begin at zero, so its blocks are long.
    """
    rng = plan.rng(0)
    both = (WESTERN_ELECTRIC[0], WESTERN_ELECTRIC[3])
    rules = [
        ("rule_1", "one point beyond three sigma (Western Electric 1, Nelson 1)", WESTERN_ELECTRIC[:1]),
        ("rule_1_and_8", "three sigma, or eight in a row on one side (Western Electric 1 and 4)", both),
        ("western_electric", "all four rules of Western Electric", WESTERN_ELECTRIC),
    ]
    found = [
        FalseAlarms(
            name,
            text,
            rules_chain(which).mean,
            simulated(rng, lambda z, w=which: any_signal(w, z), RUNS),  # type: ignore[misc]
        )
        for name, text, which in rules
    ]
    nelson = simulated(rng, lambda z: any_signal(NELSON, z), RUNS)
    found.append(FalseAlarms("nelson", "all eight rules of Nelson", None, nelson))
    drift = (
        ("cusum", "CUSUM, both sides", cusum_chain().mean / 2, _cusum_alarms),
        ("ewma", "EWMA, limits for late days", ewma_chain().mean, _ewma_alarms),
    )
    found += [
        FalseAlarms(n, text, exact, simulated(rng, alarms, RUNS // 4, block=6_000)) for n, text, exact, alarms in drift
    ]
    return tuple(found)


def rules_rows(found: tuple[FalseAlarms, ...]) -> list[dict[str, Any]]:
    """One line a rule: stated, simulated, and the interval of the simulation."""
    return [
        {
            "Rule": f.rule,
            "Stated": "no exact value" if f.stated is None else f"{f.stated:.1f}",
            "Simulated": f"{f.seen.mean:.1f}",
            "95 % interval": f"{f.seen.low:.1f} to {f.seen.high:.1f}",
        }
        for f in found
    ]


def rules_text(plan: Plan, found: tuple[FalseAlarms, ...]) -> str:
    """What the rules cost, and where a quoted figure is off."""
    named = {f.name: f for f in found}
    run = named["rule_1_and_8"]
    trigger = run_chain(plan.quiet, plan.triggers.days).mean
    return (
        f"**The more rules, the more false alarms:** one in {named['rule_1'].stated:.0f} points for three sigma alone, one in "
        f"{named['western_electric'].stated:.0f} for the four of Western Electric, one in {named['nelson'].seen.mean:.0f} for the "
        "eight of Nelson. So run rules warn and pause; they do not roll back.\n\n"
        f"Three sigma with a run of eight gives one in {run.stated:.1f}, as published ({PUBLISHED['WE 1, 4']:g}, Champ and Woodall "
        f"1987), and {run.seen.mean:.1f} by simulation; the figure of {QUOTED:g} that is sometimes quoted "
        f"{'lies inside that simulation’s noise but' if run.seen.holds(QUOTED) else 'lies outside that simulation’s noise, and'} "
        "is not the exact one.\n\n"
        f"The trigger on {plan.label.lower()} fires by chance {_seldom(trigger)} when the baseline is known exactly; "
        "a baseline of four weeks is not, so its false alarms are simulated below."
    )


def _seldom(days: float) -> str:
    return f"about once in {days:,.0f} days" if days < CENTURY else "less than once in a century"


def _cusum_alarms(z: FloatArray) -> BoolArray:
    low, high = cusum(z)
    return np.asarray(np.maximum(low, high) > CUSUM_LIMIT)


def _ewma_alarms(z: FloatArray) -> BoolArray:
    return ewma(z, exact=False).outside
