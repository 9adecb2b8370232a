"""What is asked of rows that may be a summary, and how they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from helpers.config.columns import logged
from helpers.ingest.levels import quoted as shown
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

SOUND = "(problem is null or problem.kind = 'missing_id')"
"""SQL of the rows of the table ``units`` that may be a summary."""

Measures: TypeAlias = Mapping[str, tuple[str, str]]
"""The column of each measure, and the SQL of its value as a whole number."""


@dataclass(frozen=True)
class Peers:
    """The rows of an arm, or of all arms: SQL that asks for them, and how they are told."""

    asked: str
    told: str


def groups(con: "duckdb.DuckDBPyConnection") -> list[Peers]:
    """Each arm, and all of them."""
    arms = con.execute("select distinct variant from units where problem is null and variant is not null order by 1")
    each = [Peers(f"variant = {literal(arm)}", f" of {arm}") for (arm,) in arms.fetchall()]
    return [*each, Peers("true", "")]


def place(con: "duckdb.DuckDBPyConnection", parts: Parts, row_id: str) -> str:
    """Where a row stands, with its id where that says what it is."""
    file, row, user, named = con.execute(
        f"""select file_index, file_row_number, user_id, word or named from units left join suspects using (row_id)
        where row_id = {literal(row_id)}"""
    ).fetchall()[0]
    at = f"{parts.names[file]}, " * (len(parts.names) > 1) + parts.place(con, file, row)
    return f"{at} ({shown(user)})" if named else at


def columns_told(columns: Sequence[str]) -> str:
    """Columns as a sentence lists them.

    >>> columns_told(["bought", "spend", "rounds"]), columns_told(["spend"])
    ("'bought', 'spend' and 'rounds'", "'spend'")
    """
    return " and ".join(filter(None, [", ".join(f"'{logged(c)}'" for c in columns[:-1]), f"'{logged(columns[-1])}'"]))


def listed(told: Mapping[str, str]) -> str:
    """The first of some rows, in their order, and how many more there are."""
    more = f"; and {len(told) - 3:,} more" if len(told) > 3 else ""
    return "; ".join([told[key] for key in sorted(told)][:3]) + more
