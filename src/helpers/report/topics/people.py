"""What people decided beside the rule, above all against it: the same words in notebook 06, on the front page and in texts."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.config.assumed import no_pace, told_by
from helpers.experiment.decision.log import NOT_STATED, TEXTS
from helpers.experiment.decision.people import TOUCHED, PersonalDecision
from helpers.experiment.monitoring.watched import WatchedMetric
from helpers.formatting import counted, formatted, listed
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook

SHOWN = ("reason", "rationale", "dissent", "monitoring", "rollback_trigger")
"""Paragraphs of an override that a table shows, besides what was decided."""


def text(found: PersonalDecision) -> str:
    """What was decided, when, by which role and in its words, how that stands to the rule, and whether on these results."""
    facts = found.facts
    how = "Against" if found.override else "With"
    rule = f", where the rule said {facts['recommended']}" if found.override else ""
    head = f"{how} the rule, {facts['by']} decided {facts['decision']} on {facts['date']}{rule}."
    action = found.entry.said["action"]
    done = "" if action == NOT_STATED else f"In the words of {facts['by']}: “{action}”"
    return " ".join(filter(None, [head, done, text_results(found)]))


def text_results(found: PersonalDecision) -> str:
    """Whether the decision was taken on the results at hand."""
    if found.on_these_results:
        return "It was taken on these results."
    then, now = found.digests
    return f"It was taken on other results ({then}; these are {now}): look at what changed, then decide anew."


def absent(reason: str) -> str:
    """What stands where nobody decided, or where the log shows nothing."""
    if reason == TOUCHED:
        return f"{reason[0].upper()}{reason[1:]}."
    return f"{reason[0].upper()}{reason[1:]} on this study: the verdict is the rule's."


def table(found: PersonalDecision) -> list[Row]:
    """The paragraphs of an override as they were logged; of a decision with the rule those that say something."""
    said = found.entry.said
    shown = [(field, said[field]) for field in ("action", *SHOWN)]
    return [
        {"Part": TEXTS[field], "As logged": words} for field, words in shown if found.override or words != NOT_STATED
    ]


def caption(found: PersonalDecision) -> str:
    """Which entry of the log it is."""
    facts = found.facts
    return f"Entry {facts['entry']} of the decision log: {facts['decision']} by {facts['by']}, {facts['date']}"


def note(found: PersonalDecision, study: Study) -> str:
    """Who may decide against the rule, and which results the entry is bound to."""
    then, _ = found.digests
    may = f"who may decide against the rule: {listed(study.decision.may_override)}"
    if "may_override" not in study.decision.model_fields_set:
        may = f"{may} (assumed: decision.may_override is not stated)"
    return f"{may}; the entry is sealed and bound to the results {then}"


def table_watched(watched: Sequence[WatchedMetric], study: Study) -> list[Row]:
    """What is watched, with the control's level and the bounds of a day."""
    currency = study.economics.currency
    return [
        {
            "Watched": each.label,
            "Control": each.reason or formatted(each.level, each.unit, currency),
            "The units of a day are looked at outside": _bounds(each, currency),
        }
        for each in watched
    ]


def text_plan(watched: Sequence[WatchedMetric], study: Study) -> str:
    """The same in a sentence, as an override keeps it."""
    currency = study.economics.currency
    told = [
        f"{each.label} ({each.reason})"
        if each.reason
        else f"{each.label} ({formatted(each.level, each.unit, currency)} in the control{_looked_at(each, currency)})"
        for each in watched
    ]
    return f"Watched: {'; '.join(told)}."


def note_watched(units: int | None, study: Study) -> str:
    """What the bounds rest on, or why there are none."""
    if units is None:
        return f"values of the control are as they are, none pulled in; no bounds of a day: {no_pace(study)}, so units a day are not known; state economics.{told_by(study)}"
    clustered = ""
    if study.cluster is not None:
        clustered = (
            f"; those of a mean or a ratio hold what one {study.cluster} is like beside another as well, which no day changes, so a day "
            "may be out of the ordinary inside of them"
        )
    return (
        f"bounds for a day on which {counted(units, 'unit')} may come in, each watched for as long as those of the "
        "experiment: what they do on that day alone is less. Three standard errors to either side of the control, whose "
        f"values are as they are, none pulled in; without a season of weekdays{clustered}. What rolls back is the trigger, not a bound"
    )


def _looked_at(each: WatchedMetric, currency: str) -> str:
    return "" if isnan(each.low) else f"; a day outside {_bounds(each, currency)} is looked at"


def _bounds(each: WatchedMetric, currency: str) -> str:
    if isnan(each.low):
        return "no bound"
    low, high = (formatted(end, each.unit, currency) for end in (each.low, each.high))
    cut_low, cut_high = each.cut
    return f"{low}{', which no day passes,' if cut_low else ''} to {high}{', which no day passes' if cut_high else ''}"


def record(nb: Notebook, found: PersonalDecision | None, reason: str) -> None:
    """``people.*``: what people decided last, None where nobody did."""
    facts = found.facts if found else {}
    for name, meaning in {
        "decision": "GO, ITERATE, KILL or INVALID as a person decided",
        "by": "The role that decided",
        "date": "The day of the decision",
        "recommended": "What the rule said then",
        "results": "Digest of the results that it was taken on",
    }.items():
        nb.record(f"people.{name}", facts.get(name), "text", meaning, reason=reason)
    for name, told, meaning in (
        ("override", found.override if found else None, "Whether it was taken against the rule"),
        (
            "on_these_results",
            found.on_these_results if found else None,
            "Whether it was taken on the results of this report",
        ),
    ):
        nb.record(f"people.{name}", told, "flag", meaning, reason=reason)
    said = text(found) if found else absent(reason) if reason == TOUCHED else None
    nb.record("people.sentence", said, "text", "The decision in a sentence", reason=reason)


def record_plan(nb: Notebook, watched: Sequence[WatchedMetric]) -> None:
    """``watched.plan``: what an override watches, for its entry in the log."""
    labels = [each.label for each in watched]
    nb.record("watched.plan", text_plan(watched, nb.study), "text", "What is watched, with bounds", names=labels)
