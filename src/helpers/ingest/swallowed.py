"""Rows that one field has swallowed: a quote that begins a field by mistake goes on to the next that ends one.

By the grammar of CSV that is one value of many lines, and nothing in the file is wrong. But a value that is text seldom
has as many delimiters in each of its lines as a row of the table has, and, in their places, values of the same shapes.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

SEEN = 2_000
"""Other rows whose values are looked at."""
LINES = 200
"""Lines of a value that are looked at."""
TABLE = 10
"""So many lines with as many fields as the table has are a table, whatever stands in them."""
ENDS = re.compile("\r\n|\r|\n")


def refuse(
    con: "duckdb.DuckDBPyConnection",
    part: Path,
    name: str,
    names: list[str],
    delimiter: str,
    begin: list[tuple[int, int]],
) -> None:
    """Raise :class:`~helpers.errors.ReportError` where a value of a Parquet file holds rows of its own table.

    ``names`` are the columns in the order of the text; ``begin`` says in which lines its rows begin.
    """
    others: list[set[str]] | None = None
    for row, at, value in _tables(con, part, names, delimiter):
        others = others or _shapes(con, part, names)
        tail = ", ".join(map(quoted, names[at + 1 :])) or "null"
        query = f"select {tail} from {_relation(part)} where file_row_number = {row}"
        after = [field or "" for field in con.execute(query).fetchall()[0]][: len(names) - 1 - at]
        if _is_swallowed(value, at, delimiter, others, after):
            ahead = next(ahead for first, ahead in reversed(begin) if first <= row)
            raise told(name, row + ahead, value, f"column {names[at]!r} holds ")


def told(name: str, line: int, value: str, held: str = "") -> ReportError:
    """What is said of a value that holds rows and begins in a record at ``line``."""
    closes = line + len(ENDS.split(value)) - 1
    return ReportError(
        f"{name}, line {line:,}: a quote opens that closes in line {closes:,}, and what stands between looks like rows",
        got=f"{held}{value[:80]!r}" + (" ..." if len(value) > 80 else ""),
        expected="a quote around a whole field only, and each quote inside of it written twice",
        cause="a text that begins with a quote, written as it is; a later one that ends with a quote closes it",
        remedy='write the field as """so" (in quotes, its own quote twice), or export with every field in quotes;'
        " if it is one text of several lines: data.rows_in_fields: true in the study file",
    )


def misfits(fields: list[str], lines: int, width: int, delimiter: str) -> bool:
    """Whether a record of several lines that does not fit the header has as many delimiters as so many rows."""
    delimiters = len(fields) - 1 + sum(field.count(delimiter) for field in fields)
    return lines > 1 and width > 1 and abs(delimiters / (width - 1) - lines) <= 0.1 * lines


def _tables(
    con: "duckdb.DuckDBPyConnection", part: Path, names: list[str], delimiter: str
) -> list[tuple[int, int, str]]:
    """Row, column and value of each that spans lines with about as many delimiters as so many rows have."""
    found: list[tuple[int, int, str]] = []
    whole = len(names) - 1
    for at, name in enumerate(names) if whole else ():
        value = quoted(name)
        first = f"split_part(replace({value}, chr(13), chr(10)), chr(10), 1)"
        ends = f"greatest({_count(value, 'chr(10)')}, {_count(value, 'chr(13)')})"
        delimiters = _count(value, literal(delimiter))
        query = f"""select file_row_number, {at}, {value} from {_relation(part)}
            where (contains({value}, chr(10)) or contains({value}, chr(13)))
            and {_count(first, literal(delimiter))} = {whole - at}
            and {delimiters} between {0.9 * whole} * {ends} - {whole} and {1.1 * whole} * {ends}"""
        found += con.execute(query).fetchall()
    return sorted(found)


def _relation(part: Path) -> str:
    return f"read_parquet({literal(part)}, file_row_number = true, hive_partitioning = false)"


def _count(value: str, sign: str) -> str:
    return f"(length({value}) - length(replace({value}, {sign}, '')))"


def _shapes(con: "duckdb.DuckDBPyConnection", part: Path, names: list[str]) -> list[set[str]]:
    """The shapes of each column's values in rows of one line."""
    one_line = " and ".join(f"not regexp_matches(coalesce({quoted(name)}, ''), '[\\r\\n]')" for name in names)
    listed = ", ".join(map(quoted, names))
    rows = con.execute(f"select {listed} from {_relation(part)} where {one_line} limit {SEEN}").fetchall()
    return [{_shape(row[at] or "") for row in rows} for at in range(len(names))]


def _is_swallowed(value: str, at: int, delimiter: str, shapes: list[set[str]], after: list[str]) -> bool:
    """Whether the lines of a value in column ``at`` are the rest of a row, rows, and the begin of one.

    That one goes on with the fields ``after``; where these do not fill it, it lost empty ones at its end.
    """
    width = len(shapes)
    lines = ENDS.split(value, LINES)
    rows = [line.split(delimiter) for line in lines[:LINES]]
    rows[0] = [""] * (at + 1) + rows[0][1:]  # beside a quote any value may stand
    short = False
    if len(lines) <= LINES:
        rows[-1][-1] = ""
        short = len(rows[-1]) <= at
        rows[-1] += after if short else [""] * len(after)
    rows = [rows[0], *(row for row in rows[1:-1] if row != [""]), rows[-1]]
    wide = [row for row in rows if len(row) == width]
    if len(wide) < 0.9 * len(rows) - short or len(rows[0]) != width or (len(rows[-1]) != width and not short):
        return False
    if len(wide) >= TABLE and width > 2:
        return True
    wide += rows[-1:] if short else []
    held = [(place, field) for row in wide for place, field in enumerate(row[:width]) if field]
    alike = sum(_shape(field) in shapes[place] for place, field in held)
    return alike == len(held) >= 3 if short else alike >= 2 and alike > 0.5 * len(held)


def _shape(value: str) -> str:
    """What a value looks like: every run of digits a 0, every run of letters an a.

    >>> _shape("2026-03-01 10:00"), _shape("Page viewed"), _shape('5"')
    ('0-0-0 0:0', 'a a', '0')
    """
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", value.strip('"')))
