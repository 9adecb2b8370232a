"""Tables of databases: a DuckDB file, and PostgreSQL by its own bulk export."""

import difflib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from helpers.config import VARIABLE
from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest import endless
from helpers.ingest.address import Address, NoAddress
from helpers.ingest.columns import check_columns, compared, mapped, needed
from helpers.ingest.currency_columns import FIRST, PADDED, certain
from helpers.ingest.parquet import fields
from helpers.ingest.parts import Parts, rows
from helpers.ingest.sql import kept, literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

T = TypeVar("T")

HUGE = ("HUGEINT", "UHUGEINT")


def read_duckdb(con: "duckdb.DuckDBPyConnection", place: "Place", file: Path, into: Path) -> Parts:
    """A table or a view of a DuckDB file as Parquet in ``into``; raises as :func:`attached`, and for a missing column."""
    part = into / "part-0000.parquet"
    called = f"{file.name}, table {place.table}"
    with attached(con, place, file) as (relation, types):
        to_parquet(con, place, relation, types, called, part)
    return filled(con, place, part, called)


def to_parquet(
    con: "duckdb.DuckDBPyConnection", place: "Place", relation: str, types: dict[str, str], called: str, part: Path
) -> None:
    """The rows of a relation of DuckDB as Parquet; raises for a missing column."""
    inner = fields(con, relation, types)
    check_columns(place, [*map(stored, types), *inner], called)
    # Parquet has no whole numbers of 128 bits, and the engine would write them as floats
    exact = ", ".join(f"{quoted(c)}::varchar as {quoted(c)}" for c, kind in types.items() if kind in HUGE)
    taken = f"(select * replace ({exact}) from {relation})" if exact else relation
    added = "".join(f", {sql} as {quoted(c)}" for c, sql in inner.items() if c in mapped(place))
    con.execute(f"copy (select {kept(types)}{added} from {taken}) to {literal(part)} (format parquet)")


@contextmanager
def attached(con: "duckdb.DuckDBPyConnection", place: "Place", file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The study's table of a DuckDB file for the from clause of a query, and the types of its columns.

    Raises for a locked or foreign file, a missing table, and a view whose own query does not run.
    """
    import duckdb

    with opened(con, file) as found:
        relation = ".".join(map(quoted, named(place, found, "main", file.name)))
        endless.refuse(con, f"{file.name}, table {place.table}", f"select * from {relation}", file.parent)
        try:
            types = {row[0]: row[1] for row in con.execute(f"describe select * from {relation}").fetchall()}
            con.execute(f"select * from {relation} limit 1").fetchall()
        except duckdb.Error as error:
            raise ReportError(
                f"{file.name}, table {place.table} cannot be read",
                got=str(error).splitlines()[0].replace(str(file), file.name),
                expected="a table, or a view of tables in the same file",
                cause="a view of something that is not there: a table that was renamed, a file, another database",
                remedy="write it as a table: create table NAME as from VIEW, and name that one under data.table",
            ) from None
        yield relation, types


@contextmanager
def opened(con: "duckdb.DuckDBPyConnection", file: Path) -> Iterator[list[tuple[str, str]]]:
    """Schema and name of every table and view of a DuckDB file, which may be asked without its name; raises for a locked or foreign one.

    The file is attached under the name that it has where it is opened alone, because its views may call tables by it.
    """
    import duckdb

    within = con.execute("select current_database()").fetchall()[0][0]
    other = " as source" if file.name.split(".")[0].lower() in (within, "temp", "system") else ""
    try:
        con.execute(f"attach {literal(file)}{other} (read_only)")
    except duckdb.Error as error:
        locked = "lock" in str(error).lower()
        raise ReportError(
            f"{file.name} cannot be opened" + (": another program is writing to it" if locked else " as DuckDB"),
            got=str(error).splitlines()[0].replace(str(file), file.name),
            expected="a DuckDB file that nobody writes to",
            remedy="close the program that holds it, then try again" if locked else "correct data.path or data.format",
        ) from None
    name = con.execute(
        "select database_name from duckdb_databases() where not internal and path is not null"
    ).fetchall()[0][0]
    con.execute(f"use {quoted(name)}")
    try:
        yield con.execute(
            f"""select schema_name, table_name from duckdb_tables() where database_name = {literal(name)} union all
            select schema_name, view_name from duckdb_views() where database_name = {literal(name)} and not internal"""
        ).fetchall()
    finally:
        con.execute(f"use {quoted(within)}")
        con.execute(f"detach {quoted(name)}")


def read_postgres(con: "duckdb.DuckDBPyConnection", place: "Place", study: str, into: Path) -> Parts:
    """A table of a PostgreSQL database as Parquet in ``into``, by COPY in one transaction; moments become UTC.

    SQLAlchemy knows the tables and their columns, the server writes the rows as CSV, DuckDB reads them. Raises as
    :func:`connected`, and for a missing table.
    """
    return connected(study, place, lambda connection: _copied(con, place, connection, into))


def connected(study: str, place: "Place", ask: Callable[[Any], T]) -> T:
    """What ``ask`` finds over a connection to the PostgreSQL database of a study.

    Raises for a variable that is not set or holds no address, a missing driver, and a database that does not answer;
    no message holds the password.
    """
    variable = VARIABLE.fullmatch(place.path)
    assert variable
    text = os.environ.get(variable[1])
    if not text:
        raise ReportError(
            f"studies/{study}.yml: data.{'database' if place.database else 'path'} names an environment variable that is not set",
            got=place.path,
            expected="a connection string, such as postgresql://user@host/database",
            remedy=f"set {variable[1]} in the environment; it stands in no file",
        )
    try:
        import psycopg
        import sqlalchemy
    except ImportError as error:
        raise ReportError(
            "PostgreSQL cannot be read: a package is missing",
            got=str(error),
            remedy="install the extra: pip install 'experiment-report[postgres]'",
        ) from None
    try:
        address = Address.of(text)
    except NoAddress:
        raise ReportError(
            f"studies/{study}.yml: {variable[1]} holds no address of a database",
            expected="postgresql://user:password@host/database, or host=... dbname=... user=... password=...",
            cause="signs such as @, / and % in a user or a password, which a URL wants as %40, %2F and %25",
        ) from None
    try:
        with address.engine().connect() as connection:
            return ask(connection)
    except (sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
        raise ReportError(
            f"studies/{study}.yml: the PostgreSQL database does not answer",
            got=address.veiled(_said(error)),
            expected=f"a connection string in {variable[1]}, such as postgresql://user@host/database",
            remedy="try it with psql, then correct the variable",
        ) from None


def described(place: "Place", connection: Any) -> tuple[str, str, dict[str, Any]]:
    """Schema and name of a study's table, and the types of its columns; raises where it is not there."""
    import sqlalchemy

    inspector = sqlalchemy.inspect(connection)
    schemas = [s for s in inspector.get_schema_names() if s not in ("information_schema", "pg_catalog")]
    found = [(s, t) for s in schemas for t in (*inspector.get_table_names(s), *inspector.get_view_names(s))]
    schema, table = named(place, found, inspector.default_schema_name or "public", "the database")
    return schema, table, {c["name"]: c["type"] for c in inspector.get_columns(table, schema)}


def taken(place: "Place", connection: Any, schema: str, table: str, types: dict[str, Any]) -> list[str]:
    """Columns of a table that are read: those that are needed, and those whose first values are nothing but currencies."""
    import sqlalchemy

    named = set(needed(place, types))
    others = [
        c for c, kind in types.items() if c not in named and isinstance(kind, sqlalchemy.String | sqlalchemy.Enum)
    ]
    if named and others:
        columns = ", ".join(f"left({quoted(c)}::text, {PADDED + 1}) as {quoted(c)}" for c in others)
        each = ", ".join(f"(select array_agg(distinct {quoted(c)}) from first_rows)" for c in others)
        query = f"with first_rows as materialized (select {columns} from {quoted(schema)}.{quoted(table)} limit {FIRST}) select {each}"
        row = connection.exec_driver_sql(query.replace("%", "%%")).fetchone()
        found = {
            c: [text.strip() for text in texts or () if text and text.strip()]
            for c, texts in zip(others, row, strict=True)
        }
        named |= {c for c, texts in found.items() if texts and certain(c, texts)}
    return [c for c in types if c in named]


def _copied(con: "duckdb.DuckDBPyConnection", place: "Place", connection: Any, into: Path) -> Parts:
    import sqlalchemy

    schema, table, types = described(place, connection)
    name = f"table {schema}.{table}"
    check_columns(place, list(map(stored, types)), name)
    wanted = taken(place, connection, schema, table, types)
    moments = {c for c in wanted if isinstance(types[c], sqlalchemy.DateTime | sqlalchemy.Date)}
    zoned = {c for c in moments if getattr(types[c], "timezone", False)}
    truths = {c for c in wanted if isinstance(types[c], sqlalchemy.Boolean)}
    asked = ", ".join(f"{quoted(c)} at time zone 'UTC' as {quoted(c)}" if c in zoned else quoted(c) for c in wanted)
    export = into / "export.csv"
    with connection.connection.cursor() as cursor, export.open("wb") as stream:
        cursor.execute("set datestyle = 'ISO'")
        copy = (
            f"copy (select {asked} from {quoted(schema)}.{quoted(table)}) to stdout (format csv, header, force_quote *)"
        )
        with cursor.copy(copy) as blocks:
            for block in blocks:
                stream.write(block)
    part = into / "part-0000.parquet"
    kinds = {stored(c): "timestamp" if c in moments else "boolean" if c in truths else "varchar" for c in wanted}
    of_export(con, export, kinds, part)
    return filled(con, place, part, name)


def of_export(con: "duckdb.DuckDBPyConnection", export: Path, types: dict[str, str], part: Path) -> None:
    """What a server wrote as CSV, as Parquet with the types of its columns; the CSV is removed."""
    columns = ", ".join(f"{literal(c)}: '{kind}'" for c, kind in types.items())
    con.execute(
        f"""copy (select * from read_csv({literal(export)}, header = true, auto_detect = false, delim = ',', quote = '"',
        escape = '"', columns = {{{columns}}})) to {literal(part)} (format parquet)"""
    )
    export.unlink()


def named(place: "Place", found: list[tuple[str, str]], default: str, where: str) -> tuple[str, str]:
    """Schema and table that a study names, if they are there."""
    assert place.table is not None
    schema, _, table = place.table.rpartition(".")
    if (schema or default, table) in found:
        return schema or default, table
    known = sorted(t if s == default else f"{s}.{t}" for s, t in found)
    near = difflib.get_close_matches(place.table, known, n=1, cutoff=0.4)
    raise ReportError(
        f"there is no table '{place.table}' in {where}",
        got=place.table,
        expected=f"one of {', '.join(known[:20])}" if known else "a table, and there is none",
        remedy=f"did you mean '{near[0]}'? Correct data.table" if near else "correct data.table",
    )


def filled(con: "duckdb.DuckDBPyConnection", place: "Place", part: Path, name: str) -> Parts:
    """What was written to ``part``, checked as every table is; raises where it holds no row."""
    if not rows(con, part):
        raise ReportError(f"{name} holds no events", got="no row")
    return Parts.of(con, [part], [name], compared(place))


def _said(error: Exception) -> str:
    """The first line of a driver's error."""
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]
