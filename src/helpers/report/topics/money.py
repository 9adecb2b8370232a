"""What the change is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.config.assumed import has_sign, not_stated, unstated
from helpers.experiment.decision.claims import TwoMeans
from helpers.experiment.decision.value import DecisionValue
from helpers.formatting import Unit, finite, formatted, inside
from helpers.report.tables import Row
from helpers.report.topics import assumed

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table(value: DecisionValue, currency: str) -> list[Row]:
    return [
        {
            "Scenario": s.name,
            "Per exposed unit": formatted(s.per_unit, "price", currency),
            "Contribution": formatted(s.gain, "money", currency),
            "Cost": formatted(s.cost, "money", currency),
            "Net": formatted(s.net, "money", currency),
        }
        for s in value.scenarios
    ]


def note(agreements: Sequence[TwoMeans], study: Study) -> str:
    """What the money rests on that nobody stated, and on which mean it stands, where the test pulls extreme values in."""
    rests = assumed.note(study, assumed.EXPECTED)
    revenue, currency = study.revenue, study.economics.currency
    found = next((a for a in agreements if revenue is not None and a.metric == inside(revenue.label)), None)
    if found is None:
        return rests.capitalize()
    bare, tested = (formatted(finite(e.absolute), "price", currency) for e in (found.bare, found.tested))
    stands = (
        f"Money stands on {found.metric} as it is, which changed by {bare} a unit; with its extreme values pulled in, as it "
        f"is tested, it changed by {tested}"
    )
    return "; ".join(filter(None, [stands, rests]))


def absent(study: Study, reason: str, *, unread: bool = False) -> str:
    """What stands in the place of the table where there is no value over the horizon."""
    if unread or not unstated(study):
        return f"Money is not available: {reason}."
    asked = "GO asks that revenue is not expected to fall, for no cost is to be paid"
    if not has_sign(study):
        asked = "GO does not ask for money"
    return f"Revenue: {reason}. No value is reckoned from what nobody stated, and {asked}."


def absent_losses(study: Study) -> str:
    """What stands in the place of losses where none can be told in money."""
    if study.revenue is None:
        return "The study names no revenue, so what being wrong costs is not told in money."
    return "No money is reckoned, so what being wrong costs is not told in it."


def caption(arm: str) -> str:
    """What the table of money is about."""
    return f"Money over the horizon: {arm}" if arm else "Money over the horizon"


MONEY: Mapping[str, tuple[Unit, str]] = {
    "money.expected": ("money", "Net value over the horizon as expected, the estimate as shrunk by the prior"),
    "money.horizon_point": ("money", "Net value over the horizon as measured"),
    "money.horizon_low": ("money", "The same at the lower bound of the interval"),
    "money.horizon_high": ("money", "The same at the upper bound of the interval"),
    "money.cost": ("money", "Cost over the horizon"),
    "money.per_unit": ("price", "Change of revenue per exposed unit"),
    "money.units": ("count", "Exposed units over the horizon"),
    "money.break_even_uplift": ("relative", "Relative change of revenue per exposed unit that pays the cost"),
    "risk.no_gain": ("share", "Chance that revenue per exposed unit does not rise"),
    "risk.chance_of_profit": ("share", "Chance that shipping pays"),
    "risk.loss_of_shipping": ("money", "Expected loss of shipping, over the horizon"),
    "risk.loss_of_waiting": ("money", "Expected net gain forgone by not shipping, over the horizon"),
    "risk.waiting_per_month": ("money", "Contribution that a month of waiting forgoes in expectation"),
}
"""Money and risk; None with a reason when the log is too short to be scaled up."""


def record(
    nb: Notebook, value: DecisionValue | None, reason: str, per_unit: float | None = None, arm: str = ""
) -> None:
    """``money.*`` and ``risk.*``, of an ``arm`` where there are several; what a unit brings more is told although its value over the horizon cannot be."""
    said = {name: (unit, f"{arm}: {meaning}" if arm else meaning) for name, (unit, meaning) in MONEY.items()}
    if value is None:
        lacks = not_stated(nb.study)
        for name, (unit, meaning) in said.items():
            why = reason if name == "money.expected" or per_unit is None else lacks or reason
            nb.record(name, per_unit if name == "money.per_unit" else None, unit, meaning, reason=why)
        return
    found = {
        "money.expected": value.expected.net,
        "money.horizon_point": value.point.net,
        "money.horizon_low": value.low.net,
        "money.horizon_high": value.high.net,
        "money.cost": value.point.cost,
        "money.per_unit": value.point.per_unit,
        "money.units": value.units,
        "money.break_even_uplift": value.break_even,
        "risk.no_gain": value.belief.risk,
        "risk.chance_of_profit": value.chance_of_profit,
        "risk.loss_of_shipping": value.loss_of_shipping,
        "risk.loss_of_waiting": value.loss_of_waiting,
        "risk.waiting_per_month": value.gain_per_month,
    }
    for name, (unit, meaning) in said.items():
        nb.record(name, finite(found[name]), unit, meaning, reason="the control has no revenue")


def text(found: DecisionValue, study: Study, arm: str = "") -> str:
    """What being wrong costs, in a sentence or two; ``arm`` is the treatment where there are several."""
    currency, of = study.economics.currency, f" {arm}" if arm else ""
    pays = f"Revenue per exposed unit must rise by {formatted(found.break_even, 'relative')} to pay the cost."
    if not found.point.cost:
        pays = "Shipping has no cost of its own here, so any rise of revenue per exposed unit pays."
    elif isnan(found.break_even):
        pays = "By which share revenue must rise to pay the cost cannot be told: the control has none."
    month, nothing = (formatted(cents, "money", currency) for cents in (abs(found.gain_per_month), 0))
    does = "forgoes" if found.gain_per_month > 0 else "saves"
    moves = "neither forgoes nor saves any contribution" if month == nothing else f"{does} {month} of contribution"
    waiting = f"a month of waiting {moves} in expectation"
    return (
        f"Shipping{of} risks a loss of {formatted(found.loss_of_shipping, 'money', currency)} on average, waiting one of "
        f"{formatted(found.loss_of_waiting, 'money', currency)}; {waiting}. {pays}"
    )
