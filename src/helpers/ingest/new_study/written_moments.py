"""Moments in SQL that a person reads and runs: a printed query compares them as moments, however they are written.

DuckDB takes some columns of a file for times by itself, and leaves the others texts, which the alphabet orders. What is
printed was tried on every row of the table: it is the moment that the project itself reads, or it is not printed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from helpers.ingest.locations import files_of
from helpers.ingest.new_study import ways
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import times_shapes as shapes
from helpers.ingest.values import times_sql
from helpers.ingest.values.times import Times

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.new_study.source import SourceTable

LOOKED_AT = 500
"""Different texts of a column, from which its formats are taken."""
MOST = 6
"""Formats of one column that a person still reads."""
SINCE_1970 = (
    "{whole} * 1000000",
    "{whole} * 1000",
    "{whole}",
    "{whole} // 1000",
    "({part} * 1000000)::bigint",
    "({part} * 1000)::bigint",
)
"""Numbers since 1970 as microseconds: seconds, milliseconds, microseconds, nanoseconds, and those with a fraction."""
_CODE = {"d": "%d", "h": "%H", "i": "%M", "s": "%S", "f": "%f"}


def in_query(table: "SourceTable", column: Column) -> str:
    """SQL of a moment in a query of the file; '' where none reads every row of the column as the project does."""
    kind = _kind_there(table, column)
    field = quoted(column.name)
    if _is_moment(kind):
        return field if _same_there(table, column) else ""
    if made := _tried(table, column, kind):
        return made
    text = field if kind == "VARCHAR" else f"{field}::varchar"
    return _by_shapes(table, column, text)


def in_condition(table: "SourceTable", column: Column) -> str:
    """SQL of a moment in a condition on the raw rows, as --where has it; '' where none reads every row."""
    kind = table.parts.types[column.name]
    return quoted(column.name) if _is_moment(kind) else _tried(table, column, kind)


def texts(table: "SourceTable", column: Column) -> dict[str, datetime]:
    """Each text of a column, with its moment."""
    found = table.rows(
        f"select distinct {quoted(column.name)}::varchar as t, {ways.moment_of(table, column)} as m from {{table}} where m is not null"
    )
    return dict(found)  # type: ignore[arg-type]


def _is_moment(kind: str) -> bool:
    return kind.startswith("TIMESTAMP") or kind == "DATE"


def _kind_there(table: "SourceTable", column: Column) -> str:
    """The type that a column has in a query of the file, as DuckDB sees it."""
    import duckdb

    ours = table.parts.types[column.name]
    if table.query or ours != "VARCHAR":
        return ours
    try:
        with duckdb.connect() as con:
            _beside(con, table)
            found = con.execute(f"describe select {quoted(column.name)} from {table.selected}").fetchall()
    except duckdb.Error:  # a workbook, or a file that DuckDB does not read by itself
        return ours
    return str(found[0][1])


def _beside(con: "duckdb.DuckDBPyConnection", table: "SourceTable") -> None:
    folder = files_of(table.place, "NEW")[1][0].parent
    con.execute(f"set TimeZone = 'UTC'; set file_search_path = {literal(folder)}")


def _same_there(table: "SourceTable", column: Column) -> bool:
    """Whether DuckDB takes the texts of a file for the same times: it guesses the order of days and months by itself."""
    import duckdb

    if table.query or table.parts.types[column.name] != "VARCHAR" or not (column.times.order or column.times.format):
        return True
    moment, field = ways.moment_of(table, column), quoted(column.name)
    ours = {
        m for (m,) in table.rows(f"select distinct {moment} as m from {{table}} where m is not null limit {LOOKED_AT}")
    }
    try:
        with duckdb.connect() as con:
            _beside(con, table)
            theirs = {m for (m,) in con.execute(f"select distinct {field}::timestamp from {table.selected}").fetchall()}
    except duckdb.Error:
        return False
    return ours <= theirs


def _tried(table: "SourceTable", column: Column, kind: str) -> str:
    """The first SQL that makes the moment of each row, as the project reads it."""
    import duckdb

    moment, field = ways.moment_of(table, column), quoted(column.name)
    raw = table.parts.types[column.name]
    here = field if raw == kind else f"try_cast({field} as {kind})"
    table.rows(
        f"create or replace temp table read_moments as select distinct {here} as {field}, {moment} as m from {{table}}"
        f" where nullif(trim({field}::varchar), '') is not null and {moment} is not null"
    )
    for each in _candidates(field, kind, _formats(table, column)):
        with suppress(duckdb.Error):  # a number that is too large for a time
            if table.number(
                f"select coalesce(bool_and({each} is not distinct from m), false)::integer from read_moments"
            ):
                return each
    return ""


def _candidates(field: str, kind: str, formats: list[str]) -> Iterator[str]:
    text = field if kind == "VARCHAR" else f"{field}::varchar"
    if kind == "VARCHAR":
        yield f"try_cast({text} as timestamp)"
        yield f"try_cast({text} as timestamptz) at time zone 'UTC'"
    whole, part = (field if kind != "VARCHAR" else f"try_cast({field} as {each})" for each in ("bigint", "double"))
    for number in SINCE_1970:
        yield f"make_timestamp({number.format(whole=whole, part=part)})"
    if formats:
        listed = literal(formats[0]) if len(formats) == 1 else f"[{', '.join(map(literal, formats))}]"
        read = f"try_strptime({text}, {listed})"
        yield read
        yield f"try_strptime(trim({text}), {listed})"
        yield f"coalesce({read}, try_cast({text} as timestamp))"


def _formats(table: "SourceTable", column: Column) -> list[str]:
    """The formats of the texts of a column, in the codes of ``strptime``, the most frequent first."""
    field = quoted(column.name)
    texts = table.rows(
        f"select distinct trim({field}::varchar) from {{table}} where {field} is not null order by hash(1) limit {LOOKED_AT}"
    )
    found = Counter(filter(None, (format_of(str(text), column.times) for (text,) in texts)))
    return [each for each, _ in found.most_common(MOST)]


def format_of(text: str, times: Times) -> str:
    """The format of a text in the codes of ``strptime``; '' where they do not tell it.

    >>> format_of("Mon, 2 Mar 2026 1:05:00 PM", Times()), format_of("02/03/26", Times(order="day_first"))
    ('%a, %d %b %Y %I:%M:%S %p', '%d/%m/%y')
    """
    small = text.lower()
    found = next(filter(None, (re.fullmatch(pattern, small) for pattern in times.patterns)), None)
    if not found or len(small) != len(text) or re.search(shapes.BLANKS, text.replace(" ", "")) or "  " in text:
        return ""
    part = {
        name: found.span(name)
        for name, told in found.groupdict().items()
        if told and name not in ("z", "oh", "om", "w")
    }
    if "o" in part:
        part["o"] = (part["o"][0], max(found.end("oh"), found.end("om")))
    made, at = "", 0
    for name, (start, end) in sorted(part.items(), key=lambda each: each[1]):
        made += _literal(text[at:start]) + _code(name, small[start:end], twelve="p" in part)
        at = end + (name == "p" and small[end : end + 1] == "m")
    return made + _literal(text[at:])


def _code(name: str, text: str, *, twelve: bool) -> str:
    if name == "y":
        return "%Y" if len(text) == 4 else "%y"
    if name == "m":
        return "%m" if text.isdecimal() else "%b" if len(text) == 3 else "%B"
    if name == "h" and twelve:
        return "%I"
    return {"o": "%z", "p": "%p"}.get(name) or _CODE[name]


def _literal(text: str) -> str:
    written = text.replace("%", "%%")
    return re.sub(
        rf"\b{shapes.WEEKDAY}\b", lambda day: "%a" if len(day[0]) == 3 else "%A", written, flags=re.IGNORECASE
    )


def _by_shapes(table: "SourceTable", column: Column, text: str) -> str:
    """The project's own SQL of a moment, of the shapes alone that the column has; '' for what is no shape of the calendar."""
    small = times_sql.normal(quoted(column.name) + "::varchar")
    texts = [
        str(each)
        for (each,) in table.rows(f"select distinct {small} from {{table}} where {quoted(column.name)} is not null")
    ]
    used = [p for p in column.times.patterns if any(re.fullmatch(p, each) for each in texts)]
    counted = not column.times.format and any(re.fullmatch(shapes.EPOCH, each) for each in texts)
    return times_sql.of_shapes(text, used, column.times, counted=counted) if used or counted else ""


def by_day(moments: Iterable[str]) -> list[str]:
    """The days of moments, to be compared with days."""
    return [f"({each})::date" for each in moments]
