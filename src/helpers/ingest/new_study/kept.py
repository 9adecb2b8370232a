"""What a condition on the rows leaves of a log or a table: its units, and the event that they begin with."""

from typing import TYPE_CHECKING, Any

from helpers.ingest import condition
from helpers.ingest.new_study import vocabulary, ways
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.source import SourceTable
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 0.5
"""Share of the units that begin with an event where it is that of their exposure."""


def told(
    table: SourceTable, columns: "Sequence[Column]", proposal: StudyProposal, where: str
) -> tuple[list[str], list[str]]:
    """What is said of the units that are left, and what is asked: whether what the condition asks was known before, and where
    the event that most units begin with is gone.
    """
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
    asked = _known_before(table, columns, proposal, where)
    gone = _gone(table, unit, time, event, of) if time and event else ""
    if not gone:
        return notes, asked
    return notes, [
        *asked,
        f"{gone}, and --where leaves none of its rows: the units without another event are gone, {of - left:,} of {of:,}, so that"
        " shares are of those alone who did something. Is that meant? Let the condition hold for these rows too.",
    ]


def _known_before(table: SourceTable, columns: "Sequence[Column]", proposal: StudyProposal, where: str) -> list[str]:
    """What is asked of a condition on other columns than those of arms, events and moments: whether these were known before."""
    named = {c.name: c for c in columns}
    roles_of = {
        role: proposal.columns[role][0] for role in ("variant", "event_name", "event_time") if role in proposal.columns
    }
    others = {*condition.columns_of(where, "--where")} - {*roles_of.values()}
    variant = named.get(roles_of.get("variant", ""))
    if variant is None or not others:
        return []
    arm = table.text(variant.name)
    rows = f"select {arm}, count(*) from {{table}} where {arm} is not null group by 1 order by 1"
    before: list[Any] = table.rows(rows.replace("{table}", table.whole))
    left: dict[Any, Any] = dict(table.rows(rows))  # type: ignore[arg-type]
    out = ", ".join(f"{n - left.get(level, 0):,} of {n:,} of {vocabulary.printable(level)}" for level, n in before)
    asked = " and ".join(f"'{vocabulary.printable(name)}'" for name in sorted(others))
    return [
        f"Was {asked} known before anybody was assigned? --where leaves rows out by it: {out}. If it says what units did, as the"
        " status of an order does, take --where out: the effect would be that of units chosen by what became of them."
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
