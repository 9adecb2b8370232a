"""Texts in SQL that a person reads and runs: a printed condition compares them as the project reads them.

They have no blanks around them there, and a text of nothing is null, which no ``not in`` and no ``<>`` may drop.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def of(table: "SourceTable", column: str) -> str:
    """SQL of the text of a column: its name alone where no text of it is empty or has blanks around it."""
    return _read(table, column)[0]


def is_one_of(table: "SourceTable", column: str, levels: Sequence[str]) -> str:
    """SQL of whether a column holds one of some texts; null where it holds nothing."""
    return f"{of(table, column)} {_listed(levels)}"


def is_none_of(table: "SourceTable", column: str, levels: Sequence[str]) -> str:
    """SQL of whether a column holds none of some texts; true where it holds nothing."""
    text, gaps = _read(table, column)
    if len(levels) == 1:
        return f"{text} {'is distinct from' if gaps else '<>'} {literal(levels[0])}"
    listed = f"{text} not in ({', '.join(map(literal, levels))})"
    return f"coalesce({listed}, true)" if gaps else listed


def _listed(levels: Sequence[str]) -> str:
    return f"= {literal(levels[0])}" if len(levels) == 1 else f"in ({', '.join(map(literal, levels))})"


def _read(table: "SourceTable", column: str) -> tuple[str, bool]:
    """SQL of the text of a column, and whether some of its rows have none."""
    field, spaced = quoted(column), column in table.spaced
    trimmed = f"nullif(trim({field}::varchar), '')"
    read = f"case when {trimmed} is not null then {field} end" if spaced else trimmed
    unlike, gaps = table.con.execute(
        f"select count(*) filter ({field}::varchar is distinct from {read}::varchar), count(*) filter ({read} is null)"
        f" from {table.whole or table.parts.relation}"
    ).fetchall()[0]
    brought = table.place.kind not in ("csv", "parquet")  # an empty text is nothing already where these rows stand
    return (read if unlike or (gaps and brought) else field), bool(gaps)
