"""What a report says about its own rule: how often it errs at the size that it asks for."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.experiment.whatif.engine import Outlook, outlook, planned_size
from helpers.experiment.whatif.plan import INPUTS, Plan
from helpers.experiment.whatif.presets import conversion, plan_of
from helpers.record import Unit, formatted

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.results import Results
    from helpers.report.notebook import Notebook

NAMES: dict[str, tuple[Unit, str]] = {
    "harmful": ("relative", "Harmful change that the rule is tried on"),
    "good": ("relative", "Change worth shipping that the rule is tried on"),
    "go_when_null": ("share", "Chance that the rule says GO to a change without effect"),
    "go_when_harmful": ("share", "Chance that it says GO to the harmful change"),
    "go_when_good": ("share", "Chance that it says GO to the good change"),
    "kill_when_null": ("share", "Chance that it says KILL to a change without effect"),
    "kill_when_harmful": ("share", "Chance that it says KILL to the harmful change"),
    "kill_when_good": ("share", "Chance that it says KILL to the good change"),
}
"""Fields of :class:`~helpers.experiment.whatif.operating.Operating` that a report records under ``rule.NAME``."""

LONGEST = next(asked.high for asked in INPUTS if asked.name == "days")


@dataclass(frozen=True)
class Tried:
    """A study's rule tried on changes whose truth is known; ``outlook`` is None where ``reason`` says why."""

    label: str
    outlook: Outlook | None
    reason: str


def tried(study: "Study", results: "Results") -> Tried:
    """The study's rule at the study's size, or at the planned one where fewer units were exposed."""
    metric = conversion(study)
    label = metric.label if metric is not None else ""
    if metric is not study.primary:
        label += " (the primary metric is no share, this is the first success metric that is one)"
    plan, reason = plan_of(study, results)
    if plan is None:
        return Tried(label, None, reason)
    reached = long_enough(plan)
    if reached is None:
        return Tried(label, None, "the planned number of units is out of reach")
    return Tried(label, outlook(reached, study.economics.currency), "")


def long_enough(plan: Plan) -> Plan | None:
    """The plan, run for the whole weeks that its planned size takes where it is shorter, on all traffic where that
    would take more than two years; None where even that would.

    >>> long_enough(Plan(traffic=2000, baseline=0.10, uplift=0.08, arpu=500, days=7)).days
    63
    """
    planned = planned_size(plan)
    if planned is None:
        return None
    if sum(plan.arms) >= planned:
        return plan
    for longer in plan, replace(plan, in_experiment=1.0):
        days = 7 * math.ceil(planned / longer.daily / 7 - 1e-9)
        if days <= LONGEST:
            return replace(longer, days=days)
    return None


def record(nb: "Notebook", found: Tried) -> None:
    """``rule.*``: the size, the changes and the chances; none, with the reason, where the rule cannot be tried."""
    why = f": {found.reason}" if found.outlook is None else ""
    nb.record(
        "rule.units", found.outlook.units if found.outlook else None, "count", f"Units at which the rule is tried{why}"
    )
    for name, (unit, description) in NAMES.items():
        value = None if found.outlook is None else getattr(found.outlook.rule, name)
        nb.record(f"rule.{name}", value, unit, f"{description}{why}")


def rows(found: Outlook) -> list[dict[str, Any]]:
    """Chances of each verdict by the truth."""
    rule = found.rule
    lines = (
        ("does nothing", rule.go_when_null, rule.kill_when_null),
        (f"harms ({formatted(rule.harmful, 'relative')})", rule.go_when_harmful, rule.kill_when_harmful),
        (f"is good ({formatted(rule.good, 'relative')})", rule.go_when_good, rule.kill_when_good),
    )
    return [
        {
            "If the change truly": truth,
            "GO": formatted(go, "share"),
            "ITERATE": formatted(max(1 - go - kill, 0.0), "share"),
            "KILL": formatted(kill, "share"),
        }
        for truth, go, kill in lines
    ]


def note(found: Tried) -> str:
    """What the table rests on."""
    assert found.outlook is not None
    return (
        f"{found.label} with {formatted(found.outlook.units, 'count')} units, by the normal approximation; trust checks and"
        " guardrails taken as passed"
    )
