"""Words in the place of an id, such as null, 0 and the UUID of zeros: rows of many units, or of none, which are no unit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.levels import NOTHING
from helpers.ingest.new_study import roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.ids import OFTEN, PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpers.ingest.new_study.source import SourceTable

ALL_ZEROS = next(each for each in PLACEHOLDERS if each.startswith("0000"))


@dataclass(frozen=True)
class LeftOut:
    """The condition that leaves some rows out, what is told of it, and what is asked."""

    where: str
    told: str
    asked: str


def of(table: "SourceTable", rows: int, columns: "Sequence[Column]", unit: Column | None) -> LeftOut | None:
    """The rows whose id is a word for none; a number is one only where it stands in far more rows than other ids do."""
    if unit is None or unit.distinct <= roles.MOST_ARMS:
        return None
    text = f"lower({table.text(unit.name)})"
    asked = f"select {text}, count(*) from {{table}} where {text} in ({_listed(PLACEHOLDERS)}) group by 1 order by 2 desc, 1"
    often = OFTEN * unit.filled / unit.distinct
    found = {str(word): int(n) for word, n in table.rows(asked)}  # type: ignore[call-overload]
    nothing = sum(n for word, n in found.items() if word in NOTHING) + (len({*found} & NOTHING) > 1)
    words = {
        word: n
        for word, n in found.items()
        if (max(n, nothing) > 1 if word in NOTHING else n > (1 if word == ALL_ZEROS else often))
    }
    if not words:
        return None
    name, field = vocabulary.printable(unit.name), quoted(unit.name)
    stands, n = " or ".join(map(repr, words)), sum(words.values())
    kept = f"coalesce(lower(trim({field}::varchar)), '') not in ({_listed(words)})"
    others = [c for c in columns if c is not unit and _names_another(c)]
    beside = ""
    if others:
        query = f"select * replace (case when {kept} then {field} end as {field}) from {table.selected}"
        beside = f" If {' or '.join(repr(vocabulary.printable(c.name)) for c in others)} tells whose they are, give a query in a file in its place: {query}"
    return LeftOut(
        kept,
        f"{n:,} of {rows:,} rows are left out, whose '{name}' is {stands}",
        f"Are the {n:,} of {rows:,} rows whose '{name}' is {stands} those of no unit, or of many? They are left out (data.where).{beside}",
    )


def _listed(words: "Sequence[str] | dict[str, int]") -> str:
    return ", ".join(map(literal, words))


def _names_another(column: Column) -> bool:
    named = vocabulary.names_a_unit(column.name) > 1 or vocabulary.touches(column.name, vocabulary.DEVICE)
    return named and column.distinct > roles.MOST_ARMS and not (column.has_time or column.decimal)
