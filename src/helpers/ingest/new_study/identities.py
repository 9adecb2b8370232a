"""Two ids of one unit, the one before and the other after a login, told by the rows in which both stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest import alias
from helpers.ingest.new_study import roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.table_view import TableView

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

ALONE = 0.01
"""Share of the rows that at least name no user, where ids change,"""
MET = 0.01
"""that at least have both ids,"""
ONE = 0.9
"""and of the ids of before that meet a user those that meet one alone."""


@dataclass(frozen=True)
class Identities:
    """The column of the user, that of the id of before, and what is told of them."""

    user: str
    alias: str
    told: tuple[str, ...] = ()

    def noted(self, proposal: StudyProposal) -> StudyProposal:
        called = vocabulary.printable(self.alias)
        first = (
            f"Is '{called}' the id of a unit before '{vocabulary.printable(self.user)}' names it? data.alias makes both one;"
            " leave it out where they are other units."
        )
        return replace(
            proposal, alias=(self.alias, "rows without a user are those of the one whom this id meets in other rows"),
            assumed=(*proposal.assumed, *self.told), first=(*proposal.first, first),
            suspicious=tuple(each for each in proposal.suspicious if each[0] != self.alias),
        )  # fmt: skip


def joined(seen: TableView) -> tuple[TableView, Identities | None]:
    """The table with the two ids made one, where it holds two of a unit, or somebody said so."""
    said = seen.said
    found = _said(seen) if said.alias else _found(seen.table, seen.columns, said.unit)
    if found is None:
        return seen, None
    table, before = seen.table, seen.table.parts.notes
    reading = alias.met(table.con, table.parts, found.user, found.alias)
    parts = alias.resolved(table.con, table.parts, found.user, found.alias, reading)
    told = parts.notes[len(before) :]
    made = TableView.at(
        replace(table, parts=replace(parts, notes=before)),
        replace(said, unit=found.user, known=(*said.known, ("unit", "with its ids of before")))
        if not said.unit
        else said,
    )
    return made, replace(found, told=told)


def _said(seen: TableView) -> Identities:
    unit = seen.said.unit or next((c.name for c in _named(seen.columns) if c.name != seen.said.alias), None)
    if unit is None or unit == seen.said.alias:
        raise ReportError(
            f"{seen.table.called}: --alias names the id before a user is known, and no column is found that names the user",
            got=f"--alias {vocabulary.printable(str(seen.said.alias))}", expected="another column beside it", remedy="name it: --unit COLUMN",
        )  # fmt: skip
    return Identities(unit, str(seen.said.alias))


def _named(columns: Sequence[Column]) -> list[Column]:
    """Columns that are called as those of a user, some rows of which name none."""
    return [
        c for c in columns
        if vocabulary.names_a_unit(c.name) > 1 and not vocabulary.touches(c.name, vocabulary.DEVICE)
        and c.distinct > roles.MOST_ARMS and MET * c.rows <= c.filled <= (1 - ALONE) * c.rows and not c.has_time
    ]  # fmt: skip


def _found(table: "SourceTable", columns: Sequence[Column], unit: str | None) -> Identities | None:
    users = [c for c in _named(columns) if unit in (None, c.name)]
    if len(users) != 1:
        return None
    user = users[0]
    before = [
        c for c in columns
        if c is not user and c.distinct > roles.MOST_ARMS and not (c.has_time or c.decimal)
        and (vocabulary.names_a_unit(c.name) > 1 or vocabulary.touches(c.name, vocabulary.DEVICE))
    ]  # fmt: skip
    fit = [c for c in before if _meet(table, user, c)]
    return Identities(user.name, fit[0].name) if len(fit) == 1 else None


def _meet(table: "SourceTable", user: Column, before: Column) -> bool:
    """Whether ids of before meet one user each, and rows without a user are theirs."""
    who, was = table.text(user.name), table.text(before.name)
    rows, both, alone, met, one = (
        int(n or 0)  # type: ignore[call-overload]
        for n in table.rows(
            f"""select sum(n), sum(named), sum(n - named) filter (users = 1), count(*) filter (users > 0), count(*) filter (users = 1)
            from (select count(*) as n, count({who}) as named, count(distinct {who}) as users from {{table}}
                where {was} is not null group by {was})"""
        )[0]
    )
    return bool(both >= MET * rows and alone >= ALONE * rows and one >= ONE * met > 0)
