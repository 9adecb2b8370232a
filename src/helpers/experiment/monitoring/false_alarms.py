"""The price of every rule when nothing is wrong: points between false alarms, exact and simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.defaults import CUSUM_LIMIT
from helpers.experiment.monitoring.charts import cusum, ewma
from helpers.experiment.monitoring.plan import MonitoringPlan
from helpers.experiment.monitoring.rules import NELSON, WESTERN_ELECTRIC, any_signal
from helpers.experiment.monitoring.run_length import (
    RunLength,
    cusum_chain,
    ewma_chain,
    rules_chain,
    simulated,
)
from helpers.formatting import counted
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


def false_alarms(plan: MonitoringPlan) -> tuple[FalseAlarms, ...]:
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


def _seldom(days: float) -> str:
    return f"about once in {counted(days, 'day')}" if days < CENTURY else "less than once in a century"


def _cusum_alarms(z: FloatArray) -> BoolArray:
    low, high = cusum(z)
    return np.asarray(np.maximum(low, high) > CUSUM_LIMIT)


def _ewma_alarms(z: FloatArray) -> BoolArray:
    return ewma(z, exact=False).outside
