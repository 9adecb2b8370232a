"""The rows of a query in a file, as Parquet: asked of files beside it, or of a DuckDB, SQLite or PostgreSQL database.

A query only reads: it is one SELECT, and every database is opened to be read alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest import database, endless, query_text, sqlite
from helpers.ingest.columns import check_columns
from helpers.ingest.locations import files_of
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

NAME = "the_query"
"""What the query is called while it is asked."""
_ASKED = "explain "
_MOMENTS = {1082: "timestamp", 1114: "timestamp", 1184: "timestamp", 16: "boolean"}
"""Types of PostgreSQL, by their numbers, that stay types: days, moments, moments with a zone, truth values."""
_ZONED = 1184


def read(con: "duckdb.DuckDBPyConnection", place: "Place", study: str, file: Path, into: Path) -> Parts:
    """The rows of the query in ``file`` as Parquet in ``into``.

    Raises :class:`~helpers.errors.ReportError` for a query that is none or does not run, with what the database says of it,
    a missing column, and as the readers of a database do.
    """
    text = query_text.read(file)
    part = into / "part-0000.parquet"
    if place.asks_a_server:
        database.connected(study, at(place), lambda connection: _of_postgres(con, place, connection, file, text, part))
    else:
        kind, beside = _database(place, study)
        if kind == "sqlite":
            assert beside is not None
            _of_sqlite(place, beside, file, text, part)
        else:
            _of_duckdb(place, beside, file, text, part)
    return database.filled(con, place, part, file.name)


def at(place: "Place") -> "Place":
    """The database that a query is asked of, as a place of its own."""
    return place.model_copy(update={"path": place.database, "format": None})


def read_by(place: "Place", study: str, file: Path) -> list[Path]:
    """The files whose change may change the rows of a query: its own, its database, and those that it names.

    What a view in a database reads elsewhere, and what the query reads from the network, is not seen.
    """
    import duckdb

    text = query_text.read(file)
    kind, beside = _database(place, study)
    found = [file, *([beside] if beside else [])]
    if beside and kind == "sqlite" and (waiting := sqlite.waiting(beside)):
        found.append(waiting)
    if beside and (log := beside.with_name(f"{beside.name}.wal")).is_file():
        found.append(log)
    if kind != "sqlite":
        with duckdb.cursor() as con:
            tree = con.execute("select json_serialize_sql(?)", [text]).fetchall()[0][0]
        found += query_text.files(query_text.named(tree), file.parent)
    return found


def _database(place: "Place", study: str) -> tuple[str, Path | None]:
    """Kind and file of the database that a query is asked of; none where it reads the files beside it."""
    if not place.database:
        return "duckdb", None
    kind, found = files_of(at(place), study)
    if kind not in ("duckdb", "sqlite"):
        raise ReportError(
            f"studies/{study}.yml: data.database is no database", got=place.database, expected="a DuckDB or a SQLite file, or ${VARIABLE} for PostgreSQL",
            remedy="leave it out where the query names files, such as from 'orders.csv'",
        )  # fmt: skip
    return kind, found[0]


def _of_duckdb(place: "Place", beside: Path | None, file: Path, text: str, part: Path) -> None:
    import duckdb

    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as con, _told(file):
        con.execute(f"set TimeZone = 'UTC'; set file_search_path = {literal(file.parent)}")
        if [statement.type for statement in duckdb.extract_statements(text)] != [duckdb.StatementType.SELECT]:
            raise query_text.refused(file.name, "another statement, or PIVOT, which is several")
        text = query_text.beside(con, text, file.parent)
        if beside is None:
            _copied(con, place, file, text, part)
            return
        with database.opened(con, beside):
            _copied(con, place, file, text, part)


def _copied(con: "duckdb.DuckDBPyConnection", place: "Place", file: Path, text: str, part: Path) -> None:
    endless.refuse(con, file.name, text, file.parent)
    con.execute(f"{_ASKED}{text}")  # what is wrong with it is told with its line
    con.execute(f"create temp view {NAME} as {text}")
    types = {row[0]: row[1] for row in con.execute(f"describe {NAME}").fetchall()}
    database.to_parquet(con, place, NAME, types, file.name, part)


def _of_sqlite(place: "Place", beside: Path, file: Path, text: str, part: Path) -> None:
    import sqlite3

    with sqlite.opened(beside) as con, _told(file, sqlite3.Error):
        con.execute(f"create temp view {NAME} as {text}")  # a view is of a SELECT alone
        columns = [each[0] for each in con.execute(f"select * from {NAME} limit 0").description]
        check_columns(place, list(map(stored, columns)), file.name)
        sqlite.write(con, NAME, columns, part)


def _of_postgres(
    con: "duckdb.DuckDBPyConnection", place: "Place", connection: Any, file: Path, text: str, part: Path
) -> None:
    import psycopg

    export = part.with_name("export.csv")
    with _told(file, psycopg.Error), connection.connection.cursor() as cursor:
        cursor.execute("set transaction read only")
        cursor.execute("set local datestyle = 'ISO'")
        cursor.execute(f"select * from ({text}\n) as {NAME} limit 0")
        types = {each.name: each.type_code for each in cursor.description}
        check_columns(place, list(map(stored, types)), file.name)
        asked = ", ".join(
            f"{quoted(c)} at time zone 'UTC' as {quoted(c)}" if kind == _ZONED else quoted(c)
            for c, kind in types.items()
        )
        rows = f"copy (select {asked} from ({text}\n) as {NAME}) to stdout (format csv, header, force_quote *)"
        with export.open("wb") as stream, cursor.copy(rows) as blocks:
            for block in blocks:
                stream.write(block)
    database.of_export(con, export, {stored(c): _MOMENTS.get(kind, "varchar") for c, kind in types.items()}, part)


@contextmanager
def _told(file: Path, *errors: type[Exception]) -> Iterator[None]:
    """What a database says of a query, as one message, with the place of it in the file."""
    import duckdb

    known: tuple[type[Exception], ...] = (duckdb.Error, *errors)
    try:
        yield
    except known as error:
        said = [line for line in str(error).replace(_ASKED, "").splitlines() if line.strip(" ^")]
        raise ReportError(
            f"{file.name} cannot be run",
            got="; ".join(" ".join(line.split()) for line in said[:3])[:300] or type(error).__name__,
            expected="a query that runs in the database as it stands in the file",
            remedy="try it there, then correct the file; files that it reads are named from the folder in which it lies",
        ) from None
