"""Bring a study's own data into its raw folder, whole or not at all."""

import json
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import defaults
from helpers.config import Aggregates, Log, Study, Tables, Units
from helpers.errors import ReportError, several
from helpers.ingest import (
    alias,
    condition,
    csv,
    currency_columns,
    database,
    json_lines,
    panel,
    parquet,
    queries,
    sqlite,
    tables,
    units,
    workbook,
)
from helpers.ingest.counts import landing
from helpers.ingest.locations import files_of
from helpers.ingest.parts import REJECTS, Parts
from helpers.ingest.reading import Reading, decide
from helpers.ingest.sql import cell, literal, quoted
from helpers.ingest.telling import Telling
from helpers.paths import StudyPaths
from helpers.pipeline.files import discard, private, scratch

if TYPE_CHECKING:
    import duckdb

STEPS = "steps.parquet"
"""Where it is kept in which lines of their files the rows stand, in the raw folder."""

FRAME = "frame.parquet"
"""Where a notebook's frame is kept, in the study's data folder."""


@dataclass(frozen=True)
class Landed:
    """The raw log, ready to be read: a Parquet glob, its columns, and the rows that were refused, by kind.

    ``table_rows`` are the rows of a unit table, refused ones included; None of a log; ``table_arms`` those of them that
    could be read, by the variant they were assigned; ``telling`` are its columns that tell the variant. ``ground_truth`` is the file in
    which a simulated world says what it planted; empty without one. ``reading`` is how its columns are read.

    ``names`` are the files that the rows come from, in whose lines or rows (``counted``) they stand as the file ``steps``
    says, ``apart`` are their rows that the study does not take, ``merged`` those that became one with another row of
    their unit; ``malformed`` is the place of the first line that is no row, and why it is none.
    """

    location: str
    types: dict[str, str]
    refused: dict[str, int] = field(default_factory=dict)
    table_rows: int | None = None
    table_arms: dict[str, int] = field(default_factory=dict)
    telling: tuple[Telling, ...] = ()
    ground_truth: str = ""
    reading: Reading = field(default_factory=Reading)
    names: tuple[str, ...] = ()
    counted: str = "row"
    steps: str = ""
    malformed: str = ""
    malformed_reason: str = ""
    matches: tuple[tables.Match, ...] = ()
    apart: int = 0
    merged: int = 0

    @property
    def malformed_lines(self) -> int:
        return self.refused.get("malformed_line", 0)


def land(study: Study, out: Path, unread: list[ReportError] | None = None, *, home: Path | None = None) -> Parts:
    """Bring the log or the unit table of a study into ``out`` as Parquet files of event rows, ``out/events``.

    Text stays the text it was; Parquet logs are used where they stand. What is refused is counted in
    ``landed.json`` and stands in ``rejects.csv`` with row, column, reason and file, never with its value. Raises
    :class:`~helpers.errors.ReportError` for everything that cannot be read, and for more wrong rows of a unit table
    than the study tolerates. What leaves columns of a log unread is added to ``unread`` where that is given, so that
    its rows can still be looked at. A notebook's frame stands in ``home``, the study's data folder; around ``out`` where
    that is not given.

    Returns the table as it was read.
    """
    import duckdb

    place = study.data
    assert isinstance(place, Log | Units)
    (out / "events").mkdir(parents=True)
    with duckdb.connect() as con, scratch(out, "table") as aside:
        con.execute(f"set threads = {defaults.THREADS}; set preserve_insertion_order = true; set TimeZone = 'UTC'")
        con.execute(REJECTS)
        into = out / "events"
        if isinstance(place, Units):
            into = aside
            aside.mkdir()
        parts = read(con, study, home or out.parent, into)
        with parquet.unspoilt(parts.names, out):
            reading, faults = decide(con, study, parts)
            faults += currency_columns.faults(con, study, parts, reading)
            if faults and isinstance(place, Units):
                faults += units.level_faults(con, study, parts, reading)
            if faults and (unread is None or isinstance(place, Units)):
                raise several(faults)
            if unread is not None:
                unread += faults
            if isinstance(place, Tables):
                reading = replace(reading, notes=parts.notes)  # their columns were read before they were joined
            told: dict[str, object] = {"reading": reading.told()}
            if isinstance(place, Tables):
                told["matches"] = tables.matches(con)
            if isinstance(place, Aggregates):
                told["reading"] = landing.land(con, study, parts, reading, out).told()
                told["table_rows"] = con.execute(f"select count(*) from {parts.relation}").fetchall()[0][0]
            elif isinstance(place, Units):
                told["table_rows"] = units.land(con, study, parts, reading, out / "events" / "part-0000.parquet")
                told["table_arms"] = units.arms(con)
                told["merged"] = panel.merged(con, place)
                told["telling"] = [vars(each) for each in units.telling(con, study, parts)]
        shown = ", ".join(f"{cell(quoted(name))} as {quoted(name)}" for name in ("column", "reason", "file"))
        con.execute(
            f"""copy (select "row", {shown} from rejects order by rejects.file, "row")
            to {literal(out / "rejects.csv")} (header)"""
        )
        kinds = con.execute(
            f"""select coalesce(kind, 'malformed_line'), count(*) from
            (select case when reason in ({", ".join(map(literal, units.KINDS))}) then reason end as kind from rejects)
            group by 1 order by 1"""
        ).fetchall()
        con.execute(f"copy (select * from steps) to {literal(out / STEPS)} (format parquet)")
        first = con.execute(
            'select file || \', line \' || "row", reason from rejects where "column" is null order by file, "row" limit 1'
        ).fetchone()
        place, reason = first or ("", "")
        told |= {
            "apart": parts.apart,
            "names": parts.names,
            "counted": parts.counted,
            "malformed": place,
            "malformed_reason": reason,
        }
        told["refused"] = {kind: rows for kind, rows in kinds if kind not in units.FLAWS}
        (out / "landed.json").write_text(json.dumps(told, sort_keys=True) + "\n", encoding="utf-8")
    return parts


def land_whole(study: Study, where: StudyPaths) -> Path:
    """:func:`land` into the study's raw folder, which is replaced when all is there."""
    with scratch(where.data, "raw") as aside:
        private(aside)
        land(study, aside, home=where.data)
        finish(aside, where.raw)
    return where.raw


def finish(aside: Path, raw: Path) -> None:
    """Mark a whole raw folder as done and put it in its place."""
    (aside / "done").write_text("the log is whole\n")
    discard(raw)
    aside.replace(raw)


def read(con: "duckdb.DuckDBPyConnection", study: Study, home: Path, into: Path) -> Parts:
    """The rows that a study takes as Parquet files in ``into``; a notebook's frame is in ``home``, the study's data folder."""
    assert isinstance(study.data, Log | Units)
    parts, named = _table(con, study, home, into), alias.columns(study.data)
    reading = alias.met(con, parts, *named) if named else None  # rows that are left out may tell it
    parts = condition.kept(con, study.data.where, parts)
    return alias.resolved(con, parts, *named, reading) if named and reading else parts


def _table(con: "duckdb.DuckDBPyConnection", study: Study, home: Path, into: Path) -> Parts:
    place = study.data
    assert isinstance(place, Log | Units)
    if isinstance(place, Tables):
        return tables.read(con, study, into, lambda alone, folder: read(con, alone, home, folder))
    if place.kind == "frame":
        frame = home / FRAME
        if not frame.is_file():
            raise ReportError(
                f"studies/{study.name}.yml: the frame of the study is not landed yet",
                expected="a frame from a notebook, because of data.format: frame",
                remedy=f"in the notebook: helpers.ingest.from_frame('studies/{study.name}.yml', frame)",
            )
        return parquet.read(con, place, [frame], into)
    if place.kind == "postgres":
        return database.read_postgres(con, place, study.name, into)
    kind, files = files_of(place, study.name)
    if kind == "duckdb":
        return database.read_duckdb(con, place, files[0], into)
    if kind == "sqlite":
        return sqlite.read(con, place, files[0], into)
    if kind == "sql":
        return queries.read(con, place, study.name, files[0], into)
    if kind == "csv":
        return csv.read(con, place, files, into)
    if kind == "workbook":
        return workbook.read(con, place, files, into)
    if kind == "json":
        return json_lines.read(con, place, files, into)
    return parquet.read(con, place, files, into)


def landed(raw: Path, con: "duckdb.DuckDBPyConnection | None" = None) -> Landed:
    """What :func:`land` or a simulator left in ``raw``, asked of a connection that is open; else of the one that a
    process has for all such questions, for a database takes as long to open as ten of them."""
    import duckdb

    location = str(raw / "events" / "*.parquet")
    with nullcontext(con) if con else duckdb.cursor() as asked:
        described = asked.execute(f"describe select * from read_parquet({literal(location)})").fetchall()
    types = {row[0]: row[1] for row in described}
    truth, file = raw / "ground_truth.json", raw / "landed.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return Landed(
        location,
        types,
        told.get("refused", {}),
        told.get("table_rows"),
        told.get("table_arms", {}),
        tuple(Telling(**each) for each in told.get("telling", ())),
        str(truth) if truth.is_file() else "",
        Reading.of(told.get("reading", {})),
        tuple(told.get("names", ())),
        told.get("counted", "row"),
        str(raw / STEPS),
        told.get("malformed", ""),
        told.get("malformed_reason", ""),
        tuple(tables.Match(**each) for each in told.get("matches", ())),
        told.get("apart", 0),
        told.get("merged", 0),
    )
