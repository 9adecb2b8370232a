"""A sum that others name beside the report's own money, and why the two differ."""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

from helpers.config import Quoted, Study
from helpers.experiment.decision.quoted import Part, QuotedMoney, Replacement
from helpers.experiment.decision.value import DecisionValue
from helpers.formatting import CHANGE, finite, formatted
from helpers.report.tables import Row
from helpers.warehouse.amounts import HUNDREDTHS

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook

STEPS: dict[Part, str] = {
    "parts": "As its own parts make it",
    "units": "Units a month",
    "months": "Months",
    "margin": "Share of revenue that is left",
    "change": "Change of the primary metric",
    "per_change": "What one more of it brings",
    "belief": "Measured, shrunk to what is believed",
}


SAID: dict[Part, str] = {
    "units": "{ours} units a month, not {quoted}",
    "months": "{ours} months, not {quoted}",
    "margin": "{ours} of revenue is left, not {quoted}",
    "change": "the measured change is {ours}, not {quoted}",
    "per_change": "one more brings {ours}, not {quoted}",
    "belief": "the {quoted} a unit that was measured is shrunk to {ours}",
}
"""What a step replaces, in a clause."""


def table_range(found: QuotedMoney, value: DecisionValue, study: Study) -> list[Row]:
    """The quoted range, as its parts make it, beside the measured one."""
    quoted = _quoted(study)
    ends = (
        ("Lower end", quoted.change_low, found.low, value.low.gain),
        ("Point", quoted.change, found.point, value.point.gain),
        ("Upper end", quoted.change_high, found.high, value.high.gain),
    )
    return [
        {
            "Range": name,
            "Quoted change": _change(change, study),
            "Quoted, by its parts": _money(theirs, study),
            "Measured here": _money(ours, study),
        }
        for name, change, theirs, ours in ends
        if change is not None
    ]


def table(found: QuotedMoney, study: Study) -> list[Row]:
    """From the quoted sum to the report's, one assumption replaced a row; the factors multiply out."""
    first = {"Step": "Quoted", "Quoted": "", "Ours": "", "Factor": "", "Money": _money(found.amount, study)}
    last = {"Step": "Less its cost", "Quoted": "", "Ours": _money(found.cost, study), "Factor": ""}
    return [
        first,
        *(
            {
                "Step": STEPS[step.part],
                "Quoted": _part(step, step.quoted, study),
                "Ours": _part(step, step.ours, study),
                "Factor": _factor(step.factor),
                "Money": _money(step.after, study),
            }
            for step in found.steps
            if step.part != "parts" or _unexplained(found)
        ),
        last | {"Money": _money(found.net, study)},
    ]


def text(found: QuotedMoney, study: Study, arm: str = "") -> str:
    """What is quoted, what the report expects, and the steps that make the difference, the largest first.

    ``arm`` is the treatment where there are several.
    """
    quoted = _quoted(study)
    months = f"{quoted.horizon_months:g} months"
    said = (
        f"{_sentence(quoted.source)}: {_money(found.amount, study)} over {months} at {_change(quoted.change, study)}."
    )
    parts = ""
    if _unexplained(found):
        parts = f" Its parts make {_money(found.point, study)}, which leaves a factor of {_factor(found.amount / found.point)} unexplained."
    moved = [s for s in found.steps if s.part != "parts" and isfinite(s.factor) and abs(s.factor - 1) > SAME]
    moved.sort(key=lambda s: -abs(s.after - s.before))
    values = [(s.part, _part(s, s.ours, study), _part(s, s.quoted, study)) for s in moved]
    why = [SAID[part].format(ours=ours, quoted=theirs) for part, ours, theirs in values if ours != theirs]
    why += [f"{_money(found.cost, study)} of cost are taken off"] if found.cost else []
    ours = (
        f" This report expects {_money(found.net, study)}{f' of {arm}' if arm else ''} over {study.economics.horizon}"
    )
    return f"{said}{parts}{ours}{': ' if why else ''}{'; '.join(why)}."


def absent(study: Study) -> str:
    """What is quoted, where the report has no value to hold against it."""
    quoted = _quoted(study)
    named = formatted(None if quoted.amount is None else 100 * quoted.amount, "money", study.economics.currency)
    told = f": {named}" if quoted.amount is not None else ""
    return f"{_sentence(quoted.source)}{told}. This report has no value over the horizon to hold against it."


def caption(arm: str) -> str:
    """What the steps lead to."""
    return f"From the quoted sum to the one expected here{f': {arm}' if arm else ''}"


def caption_range(arm: str) -> str:
    """What the two ranges are about."""
    return f"The range that is quoted, and the range measured{f': {arm}' if arm else ''}"


def note() -> str:
    """How to read the steps."""
    return "each row replaces one thing that the sum above it was reckoned from; the factors, multiplied, lead from the quoted sum to what is expected before costs"


def record(nb: Notebook, found: QuotedMoney | None, arm: str = "") -> None:
    """``quoted.*`` of a study that quotes a sum."""
    if nb.study.economics.quoted is None:
        return
    reason = "this report has no value over the horizon to hold against it"
    for name, meaning in (
        ("amount", "Net value that others name"),
        ("low", "What their parts make at the lower end of their range"),
        ("point", "What their parts make"),
        ("high", "The same at the upper end of their range"),
    ):
        nb.record(f"quoted.{name}", finite(getattr(found, name)) if found else None, "money", meaning, reason=reason)
    for part in STEPS:
        step = next(s for s in found.steps if s.part == part) if found else None
        factor = finite(step.factor) if step else None
        nb.record(f"quoted.factors.{part}", factor, "number", f"Factor of the step: {STEPS[part]}", reason=reason)
    nb.record(
        "quoted.sentence", text(found, nb.study, arm) if found else None, "text", "Why they differ", reason=reason
    )


SAME = 5e-3
"""A factor this near to one changes nothing that a reader sees."""


def _unexplained(found: QuotedMoney) -> bool:
    return abs(found.amount - found.point) > SAME * abs(found.point)


def _quoted(study: Study) -> Quoted:
    assert study.economics.quoted is not None
    return study.economics.quoted


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _money(cents: float, study: Study) -> str:
    return formatted(finite(cents), "money", study.economics.currency)


def _change(change: float | None, study: Study) -> str:
    scale = HUNDREDTHS if study.primary.unit == "money" else 1
    return formatted(nan if change is None else scale * change, CHANGE[study.primary.unit], study.economics.currency)


def _factor(factor: float) -> str:
    """Three digits behind the point; of a very small or large one the first three that it has."""
    if not isfinite(factor):
        return "not available"
    return f"{factor:.3f}" if not factor or 0.01 <= abs(factor) < 1000 else f"{factor:.3g}"


def _part(step: Replacement, value: float, study: Study) -> str:
    currency = study.economics.currency
    match step.part:
        case "parts":
            return _money(value, study)
        case "units":
            return formatted(value, "count")
        case "months":
            return f"{value:g}"
        case "margin":
            return formatted(value, "share")
        case "change":
            return formatted(finite(value), CHANGE[study.primary.unit], currency)
        case "per_change":
            scale = HUNDREDTHS if study.primary.unit == "money" else 1  # of money, what one more of the currency brings
            return formatted(finite(scale * value), "price", currency)
        case _:
            return formatted(finite(value), "price", currency)
