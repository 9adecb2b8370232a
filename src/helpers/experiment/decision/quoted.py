"""Why the money of a report is another than a sum that others name: one assumption replaced after the other.

The quoted sum is brought to the report's own in steps. Each replaces one thing that the sum was reckoned from by what the
report takes for it, so the factors of the steps, multiplied, lead from the one to the other; what it costs is taken off
at the end. Money in cents.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from helpers.config import Study
from helpers.config.launch import Quoted
from helpers.experiment.decision.value import DecisionValue
from helpers.experiment.results import Results
from helpers.warehouse.amounts import HUNDREDTHS

Part = Literal["parts", "units", "months", "margin", "change", "per_change", "belief"]
"""What a step replaces: a sum by what its own parts make of it, then each of these parts, then the measured by the believed."""


@dataclass(frozen=True)
class Replacement:
    """One step: what was quoted, what the report takes instead, and the money before and after."""

    part: Part
    quoted: float
    ours: float
    before: float
    after: float

    @property
    def factor(self) -> float:
        """What the step multiplies the money by; NaN where there was none to multiply."""
        return self.after / self.before if self.before else math.nan


@dataclass(frozen=True)
class QuotedMoney:
    """A quoted sum, the range that its parts make, and the way from it to the report's own.

    ``low``, ``point`` and ``high`` are the parts multiplied, at the ends and the point of the quoted change; without a
    quoted range its ends are NaN. ``net`` is the report's expected value, ``cost`` what is taken off before it.
    """

    amount: float
    low: float
    point: float
    high: float
    steps: tuple[Replacement, ...]
    cost: float
    net: float


def compared(quoted: Quoted, value: DecisionValue, change: float, scale: float = 1.0) -> QuotedMoney:
    """The steps from a quoted sum to the report's.

    ``change`` is the measured change of the primary metric, in the report's unit, of which a quoted one is ``scale``
    times as many: 100 where it is money, which the report counts in cents.
    """
    units, months, margin = quoted.units_per_month, quoted.horizon_months, quoted.contribution_margin
    per_change, told = HUNDREDTHS * quoted.per_change / scale, scale * quoted.change

    def parts(change: float | None) -> float:
        return math.nan if change is None else units * months * margin * scale * change * per_change

    point = parts(quoted.change)
    amount = point if quoted.amount is None else HUNDREDTHS * quoted.amount
    ours_units, ours_margin, measured = value.units / value.months, value.per_cent / value.units, value.point.per_unit
    a_unit = measured / change if change else math.nan
    replaced: tuple[tuple[Part, float, float, float], ...] = (
        ("parts", amount, point, point),
        ("units", units, ours_units, ours_units * months * margin * told * per_change),
        ("months", months, value.months, value.units * margin * told * per_change),
        ("margin", margin, ours_margin, value.per_cent * told * per_change),
        ("change", told, change, value.per_cent * change * per_change),
        ("per_change", per_change, a_unit, value.point.gain),
        ("belief", measured, value.belief.mean, value.expected.gain),
    )
    before = (amount, *(after for *_, after in replaced[:-1]))
    steps = tuple(
        Replacement(part, theirs, ours, was, now)
        for was, (part, theirs, ours, now) in zip(before, replaced, strict=True)
    )
    ends = parts(quoted.change_low), point, parts(quoted.change_high)
    return QuotedMoney(amount, *ends, steps, value.expected.cost, value.expected.net)


def quoted_money(study: Study, results: Results, variant: str, value: DecisionValue | None) -> QuotedMoney | None:
    """The comparison for a treatment; None where nothing is quoted, or there is no value to hold against it."""
    found = results.effect(study.primary, variant=variant)
    if study.economics.quoted is None or value is None or found is None:
        return None
    scale = HUNDREDTHS if study.primary.unit == "money" else 1
    return compared(study.economics.quoted, value, found.effect.absolute, scale)
