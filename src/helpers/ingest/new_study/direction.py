"""Whether more of a metric is better: what names and values tell, what somebody said, and what is asked."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.ingest.new_study import measures, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, StudyProposal
from helpers.ingest.new_study.said import Said

LOWER = "lower"
SAYS_LITTLE = {"minutes", "seconds", "duration", "amount", "sum", "count", "outcome", "target", "left"}
"""Words of outcomes that may be of anything."""
BEST, WORST = 0.7, 6.0
"""Between these lie grades of which 1 is the best."""


def told(proposal: StudyProposal, columns: Sequence[Column], said: Said) -> StudyProposal:
    """The proposal with the direction of each metric; a question where nothing tells that of the primary one."""
    named = {c.name: c for c in columns}
    made, asked, notes = [], [], []
    for metric in proposal.metrics:
        column = named.get(proposal.outcomes.get(metric.event, ("", ""))[0])
        why = why_lower(metric, column)
        better = metric.better or (LOWER if why else "")
        if metric.role == "primary" and said.better:
            better, why = (LOWER if said.better == LOWER else ""), said.how("better")
        elif metric.role == "primary" and not better and _unclear(metric, column):
            asked.append(
                f"Is a higher {metric.label} better? ASSUMED so; better: lower at the metric (--better lower) turns it."
            )
        if better and better != metric.better:
            notes.append(
                f"direction: less of {metric.name} is better, {why}"
                + "; else --better higher" * (not said.better and metric.role == "primary")
            )
        made.append(replace(metric, better=better))
    return replace(proposal, metrics=tuple(made), first=(*asked, *proposal.first), assumed=(*proposal.assumed, *notes))


def why_lower(metric: Measure, column: Column | None) -> str:
    """What tells that less of a metric is better; empty where nothing does."""
    name = column.name if column else f"{metric.event} {metric.name}"
    if column is not None and measures.harms(column):
        return "by its name"
    if column is not None and _is_grade(column):
        return "as grades are of which 1 is the best"
    called = set(vocabulary.tokens(metric.event)) & vocabulary.UNDONE if column is None else set()
    if called or vocabulary.touches(name, vocabulary.HARM | vocabulary.SLOW) or _takes_time(name):
        return "by its name"
    return ""


def _is_grade(column: Column) -> bool:
    """Whether a column is called as grades, and its values lie where 1 is the best of them."""
    graded = any(vocabulary.is_said(token, vocabulary.GRADES) for token in vocabulary.tokens(column.name))
    return graded and column.numeric and column.low >= BEST and column.high <= WORST


def _takes_time(name: str) -> bool:
    """Whether a name is that of the time until something is reached, as ``days_to_activate``, or that something takes."""
    found = vocabulary.tokens(name)
    lengths = vocabulary.SECONDS | vocabulary.LENGTHS | vocabulary.OTHER_TIMES | {"days", "tage", "jours", "dias"}
    at = [i for i, token in enumerate(found) if vocabulary.is_said(token, lengths)]
    until = any(i + 1 < len(found) and found[i + 1] in vocabulary.UNTIL for i in at)
    return until or (bool(at) and any(token in vocabulary.TAKES for token in found))


def _unclear(metric: Measure, column: Column | None) -> bool:
    """Whether a mean is of something that a business may want less of: neither money nor called as what it wants."""
    if metric.type != "mean" or metric.unit == "money":
        return False
    wanted = vocabulary.GOAL.union(*vocabulary.OUTCOME) - SAYS_LITTLE
    return not vocabulary.touches(column.name if column else metric.event, wanted)
