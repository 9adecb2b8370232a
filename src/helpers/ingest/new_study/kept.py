"""What a condition on the rows leaves of a log or a table: its units, and the event that they begin with."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary, ways
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.source import SourceTable
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 0.5
"""Share of the units that begin with an event where it is that of their exposure."""


def told(table: SourceTable, columns: "Sequence[Column]", proposal: StudyProposal) -> tuple[list[str], list[str]]:
    """What is said of the units that are left, and what is asked where the event that most of them begin with is gone."""
    if not table.whole or "user_id" not in proposal.columns:
        return [], []
    named = {c.name: c for c in columns}
    unit, time, event = (named.get(proposal.columns[role][0]) if role in proposal.columns else None
                         for role in ("user_id", "event_time", "event_name"))  # fmt: skip
    if unit is None:
        return [], []
    who = table.text(unit.name)
    of = int(table.number(f"select count(distinct {who}) from {table.whole}"))
    left = int(table.number(f"select count(distinct {who}) from {{table}}"))
    notes = [f"units: {left:,} of {of:,} are left by --where"]
    gone = _gone(table, unit, time, event, of) if time and event else ""
    if not gone:
        return notes, []
    return notes, [
        f"{gone}, and --where leaves none of its rows: the units without another event are gone, {of - left:,} of {of:,}, so that"
        " shares are of those alone who did something. Is that meant? Let the condition hold for these rows too."
    ]


def _gone(table: SourceTable, unit: Column, time: Column, event: Column, units: int) -> str:
    """The event that most units begin with, of which no row is left; empty where one is."""
    who, what = table.text(unit.name), table.text(event.name)
    begun = table.rows(
        f"select e, count(*) from (select arg_min({what}, {ways.moment_of(table, time)}) as e from {table.whole}"
        f" where {who} is not null and {what} is not null group by {who}) group by 1 order by 2 desc, 1 limit 1"
    )
    if not begun or int(begun[0][1]) < MOST * units:  # type: ignore[call-overload]
        return ""
    first, n = str(begun[0][0]), int(begun[0][1])  # type: ignore[call-overload]
    if table.number(f"select count(*) from {{table}} where {what} = {literal(first)}"):
        return ""
    return f"{n:,} of {units:,} units begin with '{vocabulary.printable(first)}'"
