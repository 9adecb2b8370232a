"""Columns in which lists or objects stand, alone or beside numbers and ids: told as that, with the query that takes out what is meant."""

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable
    from helpers.ingest.new_study.table_view import TableView

TEXT = ("not used: text with many different values", "unique in every row: an identifier, not an attribute")
SOME = 0.01
"""Share of the values that are lists or objects, from which on these are no slip."""
APART = 0.99
"""Share of the rows with one of two columns that have just one of them, where one id stands now here, now there."""


def told(proposal: StudyProposal, seen: "TableView") -> StudyProposal:
    """The proposal with the true reason of such columns."""
    known = {c.name for c in seen.columns}
    return replace(
        proposal,
        suspicious=tuple(
            (name, _reason(seen.table, name) or why if why in TEXT and name in known else why)
            for name, why in proposal.suspicious
        ),
    )


def _reason(table: "SourceTable", name: str) -> str:
    text = table.text(name)
    filled, lists, objects, numbers, summed, keyed = (
        int(n)  # type: ignore[call-overload]
        for n in table.rows(
            f"select count({text}), count(*) filter (starts_with({text}, '[')), count(*) filter (starts_with({text}, '{{')),"
            f" count(try_cast({text} as double)), count(try_cast({text} as double[])) filter (starts_with({text}, '[')),"
            rf" count(*) filter (regexp_matches({text}, '^\[\s*\{{')) from {{table}}"
        )[0]
    )
    if lists + objects < max(1, SOME * filled):
        return ""
    what = " and ".join([f"lists in {lists:,} rows"] * bool(lists) + [f"objects in {objects:,} rows"] * bool(objects))
    field = quoted(name)
    if lists + objects + numbers == filled and numbers:
        return (
            f"not used: it holds {what}, beside numbers in {numbers:,}; if these stand where there is no number, a query in a file beside it, in place of the table"
            f" takes the numbers: select * replace (try_cast({field}::varchar as double) as {field}) from {table.selected}"
        )
    if lists and not (keyed or summed == lists):
        return f"not used: it holds {what}, and no number"
    of_list = f"list_transform({field}, lambda each: each.KEY)" if keyed else f"{field}::double[]"
    made = f"list_sum({of_list})" if lists else f"{field}['KEY']"
    return f"not used: it holds {what}, and {'no number' if keyed or not lists else 'no single number'}; a query in a file beside it, in place of the table makes one, such as select *, {made} as one_number from {table.selected}"


def refuse(seen: "TableView", unit: Column | None) -> None:
    """Raise where the id of a unit is now an object with the id in it, now the id itself, so that rows seem to have none."""
    if unit is None or unit.filled == unit.rows or "unit" in seen.said or "." not in unit.name:
        return
    outer, _, key = unit.name.rpartition(".")
    other = next((c for c in seen.columns if c.name == outer), None)
    if other is None or seen.table.parts.counted != "line":
        return
    one, two = seen.table.text(unit.name), seen.table.text(outer)
    either, both = (
        int(n)  # type: ignore[call-overload]
        for n in seen.table.rows(
            f"select count(coalesce({one}, {two})), count(*) filter ({one} is not null and {two} is not null) from {{table}}"
        )[0]
    )
    if either <= unit.filled or both > (1 - APART) * either:
        return
    field, name = quoted(outer), vocabulary.printable(outer)
    raise ReportError(
        f"{seen.table.called}: '{name}' is now an object with the id in it, now the id itself",
        got=f"an id in '{vocabulary.printable(unit.name)}' in {unit.filled:,} of {unit.rows:,} rows, and in '{name}' itself in {other.filled:,} others",
        expected="the id of a unit in one column",
        cause="two versions of what wrote the events",
        remedy=f"put them together by a query in a file beside it, in place of the table, and say --unit unit_id: select *, coalesce({field}->>{literal(f'$.{key}')}, {field}->>'$')"
        f" as unit_id from {seen.table.selected}",
    )
