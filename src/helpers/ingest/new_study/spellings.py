"""Ids that are written in several ways, such as e-mail addresses in different capitals: one unit would be two."""

from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from helpers.ingest.values import ids_alike

if TYPE_CHECKING:
    from helpers.ingest.new_study.profile import Column
    from helpers.ingest.new_study.source import SourceTable

MANY = 0.05
"""Share of the ids that look like another one above which it is asked before anything is proposed."""


def asked(table: "SourceTable", unit: "Column", *, stated: bool) -> list[str]:
    """What is asked of ids that look alike. Raises where many do, unless somebody named the column of the unit."""
    if unit.kind != "VARCHAR":
        return []
    name = table.text(unit.name)
    maybe, uuids = table.rows(
        f"select coalesce(bool_or({ids_alike.maybe(name)}), false), {ids_alike.uuids(name)} from {{table}}"
    )[0]
    found = ids_alike.of(table.con, unit.name, table.relation) if maybe or uuids else None
    if found is None:
        return []
    called, query = vocabulary.printable(unit.name), found.query(table.called)
    if found.ids > MANY * unit.distinct and not stated:
        raise ReportError(
            f"{table.called}: many ids of '{called}' look alike, and may be one unit in several spellings",
            got=f"{found.said()}; {unit.distinct:,} ids in all",
            expected="one id for one unit",
            cause="one unit is written in several ways, so that its rows are parted",
            remedy=f'write them in one way by a query in a file in place of the table: {query}; if they are units of their own, say so: --unit "{called}"',
        )
    return [
        f"Are ids of '{called}' that look alike one unit? {found.said()}, and are kept apart; this query in a file, in place of the table, makes them one: {query}"
    ]
