"""What the change is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.decision.claims import TwoMeans
from helpers.experiment.decision.value import DecisionValue
from helpers.formatting import Unit, finite, formatted
from helpers.report.tables import Row

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
    """Which mean the money stands on, where the test pulls extreme values in; empty where it does not."""
    revenue, currency = study.revenue, study.economics.currency
    found = next((a for a in agreements if revenue is not None and a.metric == revenue.label.lower()), None)
    if found is None:
        return ""
    bare, tested = (formatted(finite(e.absolute), "price", currency) for e in (found.bare, found.tested))
    return (
        f"Money stands on {found.metric} as it is, which changed by {bare} a unit; with its extreme values pulled in, as it "
        f"is tested, it changed by {tested}"
    )


def caption(arm: str) -> str:
    """What the table of money is about."""
    return f"Money over the horizon: {arm}" if arm else "Money over the horizon"


MONEY: Mapping[str, tuple[Unit, str]] = {
    "money.expected": ("money", "Net value over the horizon as expected: the estimate as shrunk by the prior"),
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


def record(nb: Notebook, value: DecisionValue | None, reason: str) -> None:
    """``money.*`` and ``risk.*``."""
    if value is None:
        for name, (unit, meaning) in MONEY.items():
            nb.record(name, None, unit, meaning, reason=reason)
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
    for name, (unit, meaning) in MONEY.items():
        nb.record(name, finite(found[name]), unit, meaning, reason="the control has no revenue")


def text(found: DecisionValue, study: Study, arm: str = "") -> str:
    """What being wrong costs, in a sentence or two; ``arm`` is the treatment where there are several."""
    currency, of = study.economics.currency, f" {arm}" if arm else ""
    pays = f"Revenue per exposed unit must rise by {formatted(found.break_even, 'relative')} to pay the cost."
    if not found.point.cost:
        pays = "Shipping has no cost of its own here, so any rise of revenue per exposed unit pays."
    month = formatted(abs(found.gain_per_month), "money", currency)
    waiting = f"a month of waiting {'forgoes' if found.gain_per_month > 0 else 'saves'} {month} of contribution in expectation"
    return (
        f"Shipping{of} risks a loss of {formatted(found.loss_of_shipping, 'money', currency)} on average, waiting one of "
        f"{formatted(found.loss_of_waiting, 'money', currency)}; {waiting}. {pays}"
    )
