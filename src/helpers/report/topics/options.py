"""The options weighed and the talk track, told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers import defaults
from helpers.experiment.decision import options
from helpers.experiment.decision.proposal import KEYS, Proposal, TalkTrack, described
from helpers.formatting import Unit, formatted
from helpers.report.topics import assumed

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.report.notebook import Notebook


def table(compared: options.WeighedOptions, currency: str) -> list[dict[str, Any]]:
    """The options as a table."""
    from helpers.report.tables import badge

    def verdict(found: options.Appraisal) -> Any:
        if found is compared.recommended:
            return badge("good", "recommended")
        if found.chance_of_harm > compared.max_chance_of_harm:
            return badge("bad", "too much harm")
        return badge("neutral", "worth less")

    return [
        {
            "Option": described(a.option).capitalize(),
            "Verdict": verdict(a),
            "Expected value": formatted(a.expected_value, "money", currency),
            "Chance of harm": formatted(a.chance_of_harm, "share"),
            "Expected harm": formatted(a.expected_harm, "money", currency),
            "Cost of waiting": formatted(a.cost_of_waiting, "money", currency),
            "Kept": formatted(a.chance_of_keeping, "share"),
        }
        for a in compared.appraisals
    ]


def note(study: Study, compared: options.WeighedOptions) -> str:
    """What the table rests on, as its footnote."""
    rests = assumed.note(study, assumed.EXPECTED)
    return (
        f"Over {study.economics.horizon}, against keeping the control. Chance of harm: that a change that does "
        f"harm reaches everyone; kept: the chance that everyone has it after the look. A full launch is watched against the weeks before it, which "
        f"differ by {formatted(defaults.BASELINE_DRIFT, 'share')} without any change. Recommended: the most valuable option "
        f"with at most {formatted(compared.max_chance_of_harm, 'share')} chance of harm."
        + (f" {rests.capitalize()}." if rests else "")
    )


def table_talk(talk: TalkTrack) -> list[dict[str, Any]]:
    """The talk track as a table, a list a row."""
    return [{"Say": heading, "In a sentence or two": " ".join(sentences)} for _, heading, sentences in talk.parts]


FIELDS: dict[str, tuple[Unit, str]] = {
    "expected_value": ("money", "Expected value over the horizon against keeping the control"),
    "chance_of_harm": ("share", "Chance that a change that does harm reaches everyone"),
    "expected_harm": ("money", "Expected loss to a true effect below zero while it is exposed"),
    "cost_of_waiting": ("money", "Contribution forgone in expectation until the look"),
    "chance_of_keeping": ("share", "Chance that everyone has the change after the look"),
}


def record(nb: Notebook, found: Proposal | None, reason: str) -> None:
    """``options.*``: each option's figures, the recommendation, the month and the talk track."""
    for key, option in KEYS.items():
        for field, (unit, meaning) in FIELDS.items():
            value = getattr(found.compared.of(option), field) if found else None
            nb.record(f"options.{key}.{field}", value, unit, f"{option.name}. {meaning}", reason=reason)
    for end, name in (("low", "lower bound"), ("point", "point"), ("high", "upper bound")):
        value = getattr(found.month, end) if found else None
        meaning = f"Contribution a month at the {name} of the interval"
        nb.record(f"options.month_{end}", value, "money", meaning, reason=reason)
    best = described(found.compared.recommended.option).capitalize() if found else None
    nb.record(
        "options.recommended", best, "text", "The option of highest value within the bound on harm", reason=reason
    )
    talk = {key: " ".join(sentences) for key, _, sentences in found.talk.parts} if found else {}
    for key in ("know", "unknown", "propose", "change"):
        nb.record(f"options.talk_{key}", talk.get(key), "text", f"Talk track for an executive, {key}", reason=reason)
