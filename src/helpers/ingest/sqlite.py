"""A table or a view of a SQLite file, by Python's own driver: opened to be read alone, its rows streamed.

SQLite keeps a type with each value and not with each column. A column of whole numbers alone is one of whole numbers, a
column of numbers one of floats; any other is text, in which text stays as it is and a number is written as a program
writes it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest.columns import check_columns
from helpers.ingest.database import filled, named
from helpers.ingest.parts import Parts
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

ROWS = 50_000
"""Rows that are in memory at a time."""
COLUMNS = 200
"""Columns that are asked for their types in one pass over a table."""
PATIENCE = 2.0
"""Seconds that a program may take to finish what it writes."""
EXACT = 2**53
"""Whole numbers up to which a float holds all."""
WAL = 2
"""What the 19th byte of a file says that keeps new rows in a file beside it first."""


def read(con: "duckdb.DuckDBPyConnection", place: "Place", file: Path, into: Path) -> Parts:
    """A table or a view of a SQLite file as Parquet in ``into``; raises as :func:`opened`, and for a missing table or column."""
    part = into / "part-0000.parquet"
    called = f"{file.name}, table {place.table}"
    with opened(file) as database:
        found = tables(database)
        table = (
            place.table if place.table in found else named(place, [("main", t) for t in found], "main", file.name)[1]
        )
        assert table
        with _told(file, called):
            columns = [each[0] for each in database.execute(f"select * from {quoted(table)} limit 0").description]
            check_columns(place, list(map(stored, columns)), called)
            write(database, table, columns, part)
    return filled(con, place, part, called)


def tables(database: sqlite3.Connection) -> list[str]:
    """Tables and views of a file, those of SQLite itself left out."""
    query = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite~_%' escape '~'"
    return [name for (name,) in database.execute(f"{query} order by name")]


def waiting(file: Path) -> Path | None:
    """The file beside a SQLite file in which rows stand that are not in it yet; None where there is none."""
    beside = file.with_name(f"{file.name}-wal")
    return beside if beside.is_file() and beside.stat().st_size else None


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """A SQLite file as it stands at one moment. Nothing is written to it or beside it.

    Raises :class:`~helpers.errors.ReportError` for a locked, a foreign and a damaged one.
    """
    with file.open("rb") as stream:
        head = stream.read(20)
    # where nobody writes, SQLite would still put files beside it to say so
    at_rest = head[18:19] == bytes([WAL]) and waiting(file) is None
    address = f"file:{quote(str(file.resolve()))}?{'immutable=1' if at_rest else 'mode=ro'}"
    with _told(file, file.name), closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as database:
        database.execute("begin")
        database.execute("select count(*) from sqlite_master").fetchone()
        yield database


@contextmanager
def _told(file: Path, called: str) -> Iterator[None]:
    """What SQLite says as one message."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error).replace(str(file), file.name)
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY"):
            raise ReportError(
                f"{file.name} cannot be opened: another program is writing to it",
                got=said,
                expected="a SQLite file that nobody writes to",
                remedy="close the program that holds it, then try again",
            ) from None
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PROTOCOL")):
            raise ReportError(
                f"{file.name} cannot be opened: a change of it is not finished",
                got=said,
                expected="a SQLite file that is whole without those beside it",
                cause="a program that writes to it, or that died while it did; its files -wal or -journal stand beside it",
                remedy='close that program; or write a whole copy, sqlite3 FILE ".backup COPY.sqlite", and name that one',
            ) from None
        if "decode" in said.lower():
            raise ReportError(
                f"{called} holds text that is not UTF-8",
                got=said.partition(" with text")[0],
                expected="text in UTF-8",
                cause="bytes of another encoding that a program wrote as they were",
                remedy="export it, sqlite3 -header -csv FILE 'select * from TABLE' > FILE.csv, and state data.encoding",
            ) from None
        if name == "SQLITE_ERROR":
            raise ReportError(
                f"{called} cannot be read",
                got=said,
                expected="a table, or a view of tables in the same file",
                cause="a view of something that is not there, such as a table that was renamed, or a module of SQLite that is missing",
                remedy="write it as a table: create table NAME as select * from VIEW, and name that one under data.table",
            ) from None
        raise ReportError(
            f"{file.name} cannot be read as SQLite",
            got=said,
            expected="a whole SQLite file",
            cause="a file that was cut or changed on its way, an encrypted one, or another file that only bears the name",
            remedy="copy it anew while nobody writes to it; or correct data.path or data.format",
        ) from None


def write(database: sqlite3.Connection, table: str, columns: list[str], part: Path) -> None:
    """The rows of a table as Parquet, a batch at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = _kinds(database, table, columns)
    arrow = {"whole": pa.int64(), "number": pa.float64(), "text": pa.string(), "mixed": pa.string()}
    schema = pa.schema([(stored(name), arrow[kind]) for name, kind in zip(columns, kinds, strict=True)])
    rows = database.execute(f"select {', '.join(map(quoted, columns))} from {quoted(table)}")
    with pq.ParquetWriter(part, schema) as out:
        while batch := rows.fetchmany(ROWS):
            made = [
                pa.array(map(_text, values) if kind == "mixed" else values, arrow[kind])
                for kind, values in zip(kinds, zip(*batch, strict=True), strict=True)
            ]
            out.write_batch(pa.record_batch(made, schema=schema))


def _kinds(database: sqlite3.Connection, table: str, columns: list[str]) -> list[str]:
    """What each column holds, by all of its values: whole numbers, numbers, text, or a mixture."""
    made: list[str] = []
    for start in range(0, len(columns), COLUMNS):
        asked = ", ".join(
            f"total(typeof({c}) = 'blob'), total(typeof({c}) = 'text'), total(typeof({c}) = 'real'), total(typeof({c}) = 'integer'),"
            f" total(typeof({c}) = 'integer' and {c} not between {-EXACT} and {EXACT})"
            for c in map(quoted, columns[start : start + COLUMNS])
        )
        row = database.execute(f"select {asked} from {quoted(table)}").fetchone()
        for at in range(0, len(row), 5):
            blobs, texts, floats, whole, long = row[at : at + 5]
            if blobs or (texts and (floats or whole)) or (floats and long):
                made.append("mixed")
            else:
                made.append("number" if floats else "whole" if whole else "text")
    return made


def _text(value: Any) -> str | None:
    """A value in a column of text; bytes are written as their hexadecimal digits.

    >>> _text("007"), _text(7), _text(7.0), _text(0.5), _text(b"\\x0f\\xff"), _text(None)
    ('007', '7', '7', '0.5', '0fff', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    return str(int(value)) if value == value // 1 and abs(value) <= EXACT else repr(value)
