"""One type for a column that several files write with types of their own, where it is one kind of value in all of them.

A column without a value in a file, such as one of the type null, says nothing against any type. Times of other fractions
of a second are one kind, and so are whole numbers of other sizes, and these beside floats that hold each of them exactly.
A column that no study maps tells repeats alone, so text is as good as any type.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.sql import quoted
from helpers.ingest.values.ids import FLOATS
from helpers.ingest.values.times_sql import whole_microseconds

if TYPE_CHECKING:
    import duckdb

MOMENTS = {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS"}
WHOLE = {f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")}
NUMBER = "DOUBLE"
EMPTY = '"NULL"'
"""The type null, which the engine describes as another one and reads as itself."""


def of(
    con: "duckdb.DuckDBPyConnection", tables: Sequence[str], found: Sequence[Mapping[str, str]], mapped: set[str]
) -> dict[str, str]:
    """The type of each column that is of several types in the tables; none of one that is several kinds of value."""
    several = {c for kinds in found for c, kind in kinds.items() if found[0].get(c, kind) != kind}
    made = {column: _shared(con, tables, found, column) for column in sorted(several)}
    return {c: kind or "VARCHAR" for c, kind in made.items() if kind or c not in mapped}


def cast(column: str, kind: str, into: str) -> str:
    """SQL of a column in another type; digits past the microsecond are cut, not rounded."""
    if into == kind:
        return column
    return whole_microseconds(column) if kind == "TIMESTAMP_NS" and into == "TIMESTAMP" else f"{column}::{into}"


def _shared(
    con: "duckdb.DuckDBPyConnection", tables: Sequence[str], found: Sequence[Mapping[str, str]], column: str
) -> str | None:
    def any_has(condition: str, kinds: set[str]) -> bool:
        asked = f"select count(*) filter ({condition.format(quoted(column))}) from "
        having = [table for table, each in zip(tables, found, strict=True) if each.get(column) in kinds]
        return any(con.execute(asked + table).fetchall()[0][0] for table in having)

    kinds = {each[column] for each in found if column in each}
    filled = {kind for kind in kinds if any_has("{} is not null", {kind})}
    if len(filled) < 2:
        return next(iter(filled), min(kinds - {EMPTY}, default=None))
    if filled <= MOMENTS:  # text keeps digits past the microsecond, so that they are told
        return "VARCHAR" if any_has("epoch_ns({}) % 1000 <> 0", filled & {"TIMESTAMP_NS"}) else "TIMESTAMP"
    if filled <= WHOLE:
        return "VARCHAR" if "UBIGINT" in filled else "BIGINT"
    if filled <= WHOLE | {NUMBER} and not any_has(f"abs({{}}::hugeint) > {FLOATS[NUMBER]}", filled & WHOLE):
        return NUMBER
    return None
