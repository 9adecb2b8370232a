"""Numbers in SQL that a person reads and runs: a printed query reckons with those that the project itself reads.

Of a CSV every column of a query is a text, which DuckDB reads by the point alone. What is printed was tried on every row of the
table: it is the number that the project reads, or it is not printed.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

TEXT = ("VARCHAR", "JSON")
MOST = 12
"""Digits behind the point up to which numbers are exact in a query; those with more are floats."""


def in_query(table: "SourceTable", column: str) -> str:
    """SQL of a column's number in a query of the file; '' where none is that of every row."""
    import duckdb

    field, value = quoted(column), table.value(column)
    for each in _candidates(table, column):
        asked = f"select coalesce(bool_and(({each})::double is not distinct from {value}), true)::integer from (select distinct {field} from {{table}})"
        with suppress(duckdb.Error):  # a number that is too large, or a type that is no number
            if table.number(asked):
                return each
    return ""


def _candidates(table: "SourceTable", column: str) -> Iterator[str]:
    field, kind = quoted(column), table.parts.types[column]
    if kind not in TEXT:
        yield f"{field}::integer" if kind == "BOOLEAN" else field
        yield f"{field}::varchar::double"
        return
    digits = table.decimals(column)
    kinds = [f"decimal(18, {digits})"] * (digits <= MOST) + ["double"]
    for text in plain(field, table.numbers[column].point if column in table.numbers else "."):
        for each in (f"try_cast({text} as {kind})" for kind in kinds):
            yield each
            yield f"coalesce({each}, 0)"
            yield f"{each} / 100"
    yield f"try_cast({field} as boolean)::integer"


def plain(text: str, point: str) -> Iterator[str]:
    """SQL of a text as a program writes its number: as it stands, without what parts thousands, without marks of money.

    >>> [*plain("t", ",")][:2], [*plain("t", ".")][1]
    (["replace(t, ',', '.')", "replace(replace(t, '.', ''), ',', '.')"], "replace(t, ',', '')")
    """
    comma = point == ","
    if not comma:
        yield text
    for made in (
        text,
        f"replace({text}, '{',.'[comma]}', '')",
        f"regexp_replace({text}, '[^0-9{point}eE+-]', '', 'g')",
    ):
        if comma:
            yield f"replace({made}, ',', '.')"
        elif made != text:
            yield made
