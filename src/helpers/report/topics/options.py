"""The options weighed and the talk track, told."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from helpers import defaults
from helpers.experiment.decision import options
from helpers.experiment.decision.proposal import KEYS, Proposal, TalkTrack, described
from helpers.experiment.decision.value import DAYS_PER_WEEK
from helpers.formatting import Unit, formatted
from helpers.report.topics import assumed

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.report.notebook import Notebook


def table(compared: options.WeighedOptions, currency: str) -> list[dict[str, Any]]:
    """The options as a table."""
    from helpers.report.tables import badge

    def worth(found: options.Appraisal) -> str:
        return formatted(found.expected_value, "money", currency)

    def verdict(found: options.Appraisal) -> Any:
        if found is compared.recommended:
            return badge("good", "worth most")
        if found.chance_of_harm > compared.max_chance_of_harm:
            return badge("bad", "too likely to fall")
        return badge("neutral", "worth as much" if worth(found) == worth(compared.recommended) else "worth less")

    return [
        {
            "Option": described(a.option).capitalize(),
            "Verdict": verdict(a),
            "Expected value": worth(a),
            "Chance that revenue falls": formatted(a.chance_of_harm, "share"),
            "Lost to a fall": formatted(a.expected_harm, "money", currency),
            "Cost of waiting": formatted(a.cost_of_waiting, "money", currency),
            "Kept": formatted(a.chance_of_keeping, "share"),
        }
        for a in compared.appraisals
    ]


def caption(found: Proposal) -> str:
    """What the options are about."""
    return f"Options weighed: {found.arm}" if found.arm else "Options weighed"


def note(study: Study, found: Proposal) -> str:
    """What the table rests on, as its footnote."""
    rests = assumed.note(study, assumed.EXPECTED)
    compared, launch = found.compared, found.compared.of(options.LAUNCH)
    watched, alone = (
        formatted(cents, "money", study.economics.currency) for cents in (launch.expected_value, found.unwatched)
    )
    return (
        f"Over {study.economics.horizon}, against keeping the control. Chance that revenue falls: that everyone gets a change "
        "that truly lowers it; lost to a fall: what that costs on average while it lasts; kept: the chance that everyone has "
        "it after the look. A full launch is watched against the weeks before it, which "
        f"differ by {formatted(defaults.BASELINE_DRIFT, 'share')} without any change; with that look, which may roll it back, "
        f"it is expected to be worth {watched}, without any look {alone}. Worth most: of the options with at most "
        f"{formatted(compared.max_chance_of_harm, 'share')} chance that revenue falls, the one of the highest expected value; what to do follows from the rule."
        + _staged(study)
        + _in_clusters(study)
        + (f" {rests.capitalize()}." if rests else "")
    )


def _staged(study: Study) -> str:
    """That the staged rollout which is weighed is one of its own, where the plan has other stages."""
    planned, option = study.rollout[0], options.STAGED
    if (planned.share, planned.days) == (option.share, option.weeks * DAYS_PER_WEEK):
        return ""
    return (
        f" The staged rollout is weighed with a look after {formatted(option.weeks, 'weeks')} at {formatted(option.share, 'share')}, the "
        "same for every study; the plan below has stages of its own."
    )


def _in_clusters(study: Study) -> str:
    """Whose units a look is taken to compare where whole clusters were randomised."""
    if study.cluster is None:
        return ""
    return (
        f" A look is reckoned with units of clusters that are new to the test, each a {study.cluster}, at the pace of the "
        "experiment: more units in the same ones tell far less."
    )


def table_talk(talk: TalkTrack) -> list[dict[str, Any]]:
    """The talk track as a table, a list a row."""
    return [{"Say": heading, "In a sentence or two": " ".join(sentences)} for _, heading, sentences in talk.parts]


FIELDS: dict[str, tuple[Unit, str]] = {
    "expected_value": ("money", "Expected value over the horizon against keeping the control"),
    "chance_of_harm": ("share", "Chance that everyone gets a change that truly lowers revenue"),
    "expected_harm": ("money", "What a fall of revenue costs on average while it lasts"),
    "cost_of_waiting": ("money", "Contribution forgone in expectation until the look"),
    "chance_of_keeping": ("share", "Chance that everyone has the change after the look"),
    "keep_above": ("price", "The change stays when the look shows more than this a unit"),
}


def record(nb: Notebook, found: Proposal | None, reason: str) -> None:
    """``options.*``: each option's figures, the recommendation, the month and the talk track."""
    for key, option in KEYS.items():
        for field, (unit, meaning) in FIELDS.items():
            value = getattr(found.compared.of(option), field) if found else None
            ends = value is None or isfinite(value)
            why = reason if ends else "nothing is looked at"
            nb.record(f"options.{key}.{field}", value if ends else None, unit, f"{option.name}. {meaning}", reason=why)
    for end, name in (("low", "lower bound"), ("point", "point"), ("high", "upper bound")):
        value = getattr(found.month, end) if found else None
        meaning = f"Contribution a month at the {name} of the interval"
        nb.record(f"options.month_{end}", value, "money", meaning, reason=reason)
    best = described(found.compared.recommended.option).capitalize() if found else None
    nb.record(
        "options.recommended", best, "text", "The option of highest value within the bound on a fall", reason=reason
    )
    nb.record(
        "options.beside", found.beside if found else None, "text", "How the option stands to the rule", reason=reason
    )
    talk = {key: " ".join(sentences) for key, _, sentences in found.talk.parts} if found else {}
    for key in ("know", "unknown", "propose", "change"):
        nb.record(f"options.talk_{key}", talk.get(key), "text", f"Talk track for an executive, {key}", reason=reason)
