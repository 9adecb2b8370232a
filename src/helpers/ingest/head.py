"""The first rows of a study's data, looked at without landing them."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from helpers.config import Log, Place, Study, Units
from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest import csv, database, json_lines, parquet, text
from helpers.ingest.columns import check_columns, expression
from helpers.ingest.levels import event_of
from helpers.ingest.locations import files_of
from helpers.ingest.parts import REJECTS
from helpers.ingest.reading import Reading
from helpers.ingest.sql import kept

if TYPE_CHECKING:
    import duckdb

HEAD = 1 << 26
"""Bytes at the head of a file of text that are looked at."""


@dataclass(frozen=True)
class Head:
    """Name, size in bytes and columns of a place, and the values that some columns have in its first rows.

    ``values`` are by the project's name of a column; a column that the study does not map is not there.
    """

    name: str
    size: int
    columns: tuple[str, ...]
    values: dict[str, set[str]]


def head(study: Study, asked: tuple[str, ...], rows: int) -> Head | None:
    """The head of the first file or table; None for what only a run reads (PostgreSQL, a frame).

    Raises :class:`~helpers.errors.ReportError` for what is not there, cannot be read, or lacks a mapped column.
    """
    import duckdb

    place = study.data
    assert isinstance(place, Log | Units)
    if place.kind in ("postgres", "frame"):
        return None
    kind, files = files_of(place, study.name)
    with duckdb.connect() as con, TemporaryDirectory() as aside:
        relation, types = _relation(con, place, kind, files[0], Path(aside))
        check_columns(place, list(types), files[0].name)
        found = {}
        for name in asked:
            if name not in place.columns:
                continue
            made = expression(name, place.columns[name], types, Reading())
            if name == "event_name" and isinstance(place, Log) and place.events:
                made = event_of(made, place.events)
            try:
                seen = con.execute(
                    f"select distinct coalesce(({made})::varchar, '') from (from {relation} limit {rows})"
                ).fetchall()
            except duckdb.Error as error:
                raise ReportError(f"{files[0].name} cannot be read", got=str(error).splitlines()[0]) from None
            found[name] = {row[0] for row in seen}
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return Head(files[0].name + more, sum(file.stat().st_size for file in files), tuple(types), found)


def _relation(
    con: "duckdb.DuckDBPyConnection", place: Place, kind: str, file: Path, aside: Path
) -> tuple[str, dict[str, str]]:
    """The rows of a file for the from clause of a query, and the types of its columns."""
    if kind == "csv":
        table = csv.opened(file, place, aside / "head.csv", most=HEAD)
        return csv.scan(table, "ignore_errors = true"), dict.fromkeys(table.names, "VARCHAR")
    if kind == "json":
        part = aside / file.with_suffix("").name
        whole = b"".join(text.blocks(file, HEAD))
        part.write_bytes(whole[: whole.rfind(b"\n") + 1] or whole)
        con.execute(REJECTS)
        parts = json_lines.read(con, place, [part], aside)
        return parts.relation, parts.types
    relation = database.attached(con, place, file)[0] if kind == "duckdb" else parquet.relation(file)
    described = con.execute(f"describe select * from {relation}").fetchall() if kind == "duckdb" else None
    found = {row[0]: row[1] for row in described} if described is not None else parquet.types(con, file)
    return f"(select {kept(found)} from {relation})", {stored(name): type_ for name, type_ in found.items()}
