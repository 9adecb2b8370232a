"""Codes in a column of events, such as 1 for a view and 3 for a cart: kept as they are, with the key that names them."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal

FEWEST, MOST = 2, 20
"""Codes that a column of events has."""
NAMES = vocabulary.EVENT | {
    "behavior",
    "behaviour",
    "behaviortype",
    "op",
    "operation",
    "interaction",
    "actiontype",
    "typ",
}
"""Words for what somebody did."""


def event_of(columns: Sequence[Column]) -> Column | None:
    """The column whose few whole numbers are codes of events, by its name; None where none is called so."""
    fit = [c for c in columns if are_codes(c)]
    return next((c for c in fit if NAMES & set(vocabulary.tokens(c.name)) or vocabulary.touches(c.name, NAMES)), None)


def are_codes(column: Column) -> bool:
    """Whether a column holds a few whole numbers, none below zero and not just 0 and 1, in most rows."""
    return (
        column.numeric and bool(column.levels) and FEWEST <= column.distinct <= MOST
        and not (column.binary or column.decimal or column.negative or column.has_time) and column.filled > 0.5 * column.rows
    )  # fmt: skip


def told(proposal: StudyProposal, event: Column) -> StudyProposal:
    """A proposal of a log whose events are codes, with the question what they mean and the key that says it."""
    if not are_codes(event):
        return proposal
    example = ", ".join(
        f"{code}: {name}" for code, name in zip(proposal.events, ("view", "cart", "purchase"), strict=False)
    )
    column = vocabulary.printable(event.name)
    asked = (
        f"What do the codes {', '.join(sorted(proposal.events))} of '{column}' mean? Name them in data.event_map, such as"
        f" {{{example}}}, and by these names in the funnel, the metrics and the tracking plan; by themselves they are put in"
        " the order of how many units have them."
    )
    line = f"events: '{column}' holds codes, kept as they are ({', '.join(f'{code} as {name}' for code, name in proposal.events.items())})"
    by_units = [
        each.replace("ordered by the meaning of the names", "ordered by how many units have them")
        for each in proposal.assumed
    ]
    return replace(proposal, first=(asked, *proposal.first), assumed=(*by_units, line), codes=f"{{{example}}}")
