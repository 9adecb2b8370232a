"""What a study's own data are, so that a build notices a change: the files it names, and of a table a fingerprint.

A fingerprint is the number of rows, the highest time, and a checksum by bucket: each row is hashed over the columns
that are read (their names and types are told beside), falls into one of :data:`BUCKETS` by its hash, and the hashes of a bucket are summed. An update that
leaves rows and times as they were changes a sum, and so does a row that stands there twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config import ColumnOf, Log, Study, Tables, Units
from helpers.ingest import database, queries, query_text, sqlite
from helpers.ingest.columns import needed
from helpers.ingest.land import FRAME
from helpers.ingest.locations import files_of
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.paths import StudyPaths

BUCKETS = 16


@dataclass(frozen=True)
class Raw:
    """A study's own data: ``files`` are read by their content; ``tables`` are asked for their fingerprint, by name.

    ``database`` is the file that the table stands in, where it is one; ``asked`` tells apart what several studies ask of
    one table.
    """

    files: tuple[Path, ...] = ()
    tables: tuple[tuple[str, Callable[[], str]], ...] = ()
    database: Path | None = None
    asked: str = ""


def of(study: Study, where: "StudyPaths") -> Raw:
    """The data that a study names; nothing of a simulated one.

    Raises :class:`~helpers.errors.ReportError` where they are not there, as bringing them in would.
    """
    place = study.data
    if not isinstance(place, Log | Units):
        return Raw()
    if isinstance(place, Tables):
        return _of_all([of(study.model_copy(update={"data": log}), where) for log in place.logs.values()])
    if place.kind == "frame":
        return Raw((where.data / FRAME,))
    name = f"database table {place.table}"
    asked = place.model_dump_json()
    if place.kind == "postgres":
        return Raw(tables=((name, partial(_of_postgres, place, study.name)),), asked=asked)
    kind, files = files_of(place, study.name)
    if kind == "duckdb":
        return Raw(tables=((name, partial(of_duckdb, place, files[0])),), database=files[0], asked=asked)
    if kind == "sql" and place.asks_a_server:
        told = ((f"rows of {files[0].name}", partial(_of_query, place, study.name, files[0])),)
        return Raw((files[0].absolute(),), told, asked=asked)
    if kind == "sql":
        return Raw(tuple(each.absolute() for each in queries.read_by(place, study.name, files[0])))
    if kind == "sqlite" and (beside := sqlite.waiting(files[0])):
        files.append(beside)
    return Raw(tuple(file.absolute() for file in files))  # a link keeps its name, by which it is read


def _of_all(found: list[Raw]) -> Raw:
    """What several tables are together; those of one database file are asked for together where all stand in it."""
    databases = {each.database for each in found}
    return Raw(
        tuple(dict.fromkeys(file for each in found for file in each.files)),
        tuple((f"{name} ({number})", ask) for number, each in enumerate(found, 1) for name, ask in each.tables),
        databases.pop() if len(databases) == 1 else None,
        "\n".join(each.asked for each in found),
    )


def of_duckdb(place: Log | Units, file: Path) -> str:
    """The fingerprint of a table in a DuckDB file, in one line.

    That of a view begins with ``view``: it may read other files, so the database file does not tell whether it changed.
    """
    import duckdb

    assert place.table
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        with database.attached(con, place, file) as (relation, types):
            columns = needed(place, types)
            if not columns:
                return "no column that the study maps"  # bringing it in says so
            hashed = f"hash({', '.join(map(quoted, columns))})"
            rows = con.execute(_query(relation, hashed, _time(place, columns), f"h % {BUCKETS}", "varchar")).fetchall()
            name = literal(place.table.rpartition(".")[2])
            view = con.execute(f"select 1 from duckdb_views() where view_name = {name} and not internal").fetchall()
    return ("view " if view else "") + _line(rows, {column: types[column] for column in columns})


def _of_postgres(place: Log | Units, study: str) -> str:
    return database.connected(study, place, partial(_asked, place))


def _of_query(place: Log | Units, study: str, file: Path) -> str:
    """The rows of a query, which the server hashes."""

    def ask(connection: Any) -> str:
        text = query_text.read(file)
        for setting in (
            "transaction read only",
            "local time zone 'UTC'",
            "local datestyle = 'ISO'",
            "local extra_float_digits = 3",
        ):
            connection.exec_driver_sql(f"set {setting}")
        hashed = f"('x' || substr(md5({queries.NAME}::text), 1, 15))::bit(60)::bigint"
        query = _query(f"({text}\n) as {queries.NAME}", hashed, None, f"h % {BUCKETS}", "text")
        return _line([tuple(row) for row in connection.exec_driver_sql(query.replace("%", "%%"))], {})

    return database.connected(study, queries.at(place), ask)


def _asked(place: Log | Units, connection: Any) -> str:
    import sqlalchemy

    schema, table, columns = database.described(place, connection)
    taken = database.taken(place, connection, schema, table, columns)
    if not taken:
        return "no column that the study maps"
    for setting in ("time zone 'UTC'", "datestyle = 'ISO'", "extra_float_digits = 3"):
        connection.execute(sqlalchemy.text(f"set local {setting}"))
    whole = f"row({', '.join(map(quoted, taken))})::text"
    hashed = f"('x' || substr(md5({whole}), 1, 15))::bit(60)::bigint"
    query = _query(f"{quoted(schema)}.{quoted(table)}", hashed, _time(place, taken), f"h % {BUCKETS}", "text")
    rows = [tuple(row) for row in connection.exec_driver_sql(query.replace("%", "%%"))]
    return _line(rows, {column: str(columns[column]) for column in taken})


def _query(relation: str, hashed: str, time: str | None, bucket: str, text: str) -> str:
    moment = f"max({quoted(time)})::{text}" if time else "''"
    columns = f"{hashed} as h" + (f", {quoted(time)}" if time else "")
    return f"select {bucket} as b, count(*), sum(h), {moment} from (select {columns} from {relation}) as t group by 1 order by 1"


def _time(place: Log | Units, columns: list[str]) -> str | None:
    """The column that holds the time of a row, where the study maps one."""
    source = place.columns.get("event_time")
    name = source.column if isinstance(source, ColumnOf) else source
    return name if isinstance(name, str) and name in columns else None


def _line(rows: list[tuple[Any, ...]], types: Mapping[str, str]) -> str:
    """Buckets as (bucket, rows, sum, highest time) in one line, with the columns that were hashed and their types.

    A hash may not tell 999 from 9.99 of another type, nor one column from another of its values.

    >>> _line([(0, 2, 30, "2026-07-01"), (3, 1, 7, "2026-07-02")], {"spend": "BIGINT"})
    '3 rows to 2026-07-02 of spend BIGINT: 0=30 3=7'
    """
    hashed = ", ".join(f"{column} {kind}" for column, kind in types.items())
    highest = max((str(moment) for *_, moment in rows if moment), default="")
    sums = " ".join(f"{bucket}={total}" for bucket, _, total, _ in rows)
    return f"{sum(count for _, count, _, _ in rows):,} rows{f' to {highest}' if highest else ''} of {hashed}: {sums}"
