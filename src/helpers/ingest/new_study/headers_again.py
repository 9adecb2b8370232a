"""Headers that stand among the rows, as where exports were put one behind the other: rows of names, which are no units."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study.nobody import LeftOut
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpers.ingest.new_study.profile import Column
    from helpers.ingest.new_study.source import SourceTable

NAMED = 4
"""Columns that the condition names, at most; all of them are looked at."""


def of(table: "SourceTable", rows: int, columns: "Sequence[Column]") -> LeftOut | None:
    """The rows in which every column holds its own name; None without one."""
    if len(columns) < 2 or any(c.kind != "VARCHAR" for c in columns):
        return None  # a column that holds its name is one of text
    found = int(table.number(f"select count(*) from {{table}} where {_names(columns)}"))
    if not found:
        return None
    said = f"{found:,} of {rows:,} rows are left out, which repeat the names of the columns"
    asked = f"Were several exports put one behind the other? {said} (data.where): is each of them here once?"
    return LeftOut(f"not coalesce({_names(columns[:NAMED])}, false)", said, asked)


def _names(columns: "Sequence[Column]") -> str:
    return " and ".join(f"trim({quoted(c.name)}) = {literal(c.name)}" for c in columns)
