"""What a report says about its own rule: how often it errs at the size that it asks for."""

from typing import TYPE_CHECKING, Any

from helpers.experiment.whatif.engine import Outlook
from helpers.experiment.whatif.tried import Tried
from helpers.formatting import Unit, formatted

if TYPE_CHECKING:
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


def record(nb: "Notebook", found: Tried) -> None:
    """``rule.*``: the size, the changes and the chances; none, with the reason, where the rule cannot be tried."""
    units = found.outlook.units if found.outlook else None
    nb.record("rule.units", units, "count", "Units at which the rule is tried", reason=found.reason)
    for name, (unit, description) in NAMES.items():
        value = None if found.outlook is None else getattr(found.outlook.rule, name)
        nb.record(f"rule.{name}", value, unit, description, reason=found.reason)


def table(found: Outlook) -> list[dict[str, Any]]:
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


MONEY = "revenue taken to rise and fall with it, while the money above is of the revenue as it was measured"
"""What money the trial counts: the rule asks it of a change that was never measured."""


def note(found: Tried) -> str:
    """What the table rests on."""
    assert found.outlook is not None
    early = found.look and (
        f"; read at {formatted(found.look.share, 'share')} of the time, so GO needs p < {found.look.level:.2g} and nothing is too "
        "small to matter yet"
    )
    return (
        f"{found.label} with {formatted(found.outlook.units, 'count')} units, by the normal approximation; trust checks and"
        f" guardrails taken as passed; {MONEY}{early or ''}"
    )
