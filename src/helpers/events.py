"""The log: its tracking plan, its way into the project, and what may be wrong with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ValidationError

from helpers import paths
from helpers.errors import ReportError
from helpers.scratch import discard
from helpers.study import Log, Model, Name, Study, explained, nearest, read_yaml

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

Disposition = Literal["kept", "dropped", "quarantined", "repaired", "flagged"]

PROBLEMS: Final = (
    "missing_id",
    "unparseable_time",
    "unplanned_event",
    "wrong_type",
    "missing_revenue",
    "negative_price",
    "outside_period",
)
"""Rules a row can break on its own, in the order in which they are applied; the first one counts."""

ROW_KINDS: Final[dict[str, Disposition]] = {
    "malformed_line": "quarantined",
    **dict.fromkeys(PROBLEMS, "quarantined"),
    "exact_duplicate": "dropped",
    "late_duplicate": "dropped",
    "bot": "dropped",
    "timezone_offset": "repaired",
    "epoch_milliseconds": "repaired",
    "named_month": "repaired",
    "missing_property": "flagged",
    "extra_property": "flagged",
    "impossible_order": "flagged",
    "free_purchases": "flagged",
    "kept": "kept",
}
"""What becomes of each kind of row. Quarantined and dropped rows leave; repaired and flagged ones are kept."""

EXPERIMENT_EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "experiment_impression": ("experiment_id", "variant", "user_id"),
    "experiment_conversion": ("experiment_id", "variant", "user_id", "price"),
    "experiment_session": ("experiment_id", "variant", "session_id", "duration_sec"),
}
"""Contracts of the events an experiment fires, and the properties they must carry."""

ROW_COLUMNS: Final = (
    "event_id",
    "event_time",
    "ingested_at",
    "event_name",
    "user_id",
    "session_id",
    "product_id",
    "category",
    "price",
    "order_id",
    "coupon",
    "experiment_id",
    "variant",
    "duration_sec",
)
"""The project's names for columns; a log may lack all but the event's time, name and unit."""


class Property(Model):
    """One property of an event."""

    type: Literal["string", "number"]
    required: bool = False


class Event(Model):
    """One planned event."""

    description: str
    properties: dict[Name, Property]


class TrackingPlan(Model):
    """Which events a log may hold and what each must carry."""

    events: dict[Name, Event]


@dataclass(frozen=True)
class PropertyCheck:
    """One rule of the plan, as a condition on a row of the log."""

    event: str
    property: str
    violation: Literal["missing_property", "wrong_type", "extra_property"]
    condition: str


def tracking_plan(study: Study, studies: Path = paths.STUDIES) -> TrackingPlan:
    """The plan a study names, from ``studies/tracking_plans``."""
    own = studies / "tracking_plans" / f"{study.tracking_plan}.yml"
    file = own if own.is_file() else paths.STUDIES / "tracking_plans" / own.name
    if not file.is_file():
        known = sorted(p.stem for p in (paths.STUDIES / "tracking_plans").glob("*.yml"))
        raise ReportError(
            f"studies/{study.name}.yml: key 'tracking_plan' names no plan",
            got=study.tracking_plan,
            expected=f"one of {', '.join(known)}",
            remedy=nearest(study.tracking_plan, known),
        )
    raw = read_yaml(file)
    try:
        plan = TrackingPlan.model_validate(raw)
    except ValidationError as error:
        raise explained(error, file, raw, TrackingPlan) from None
    named = {*study.funnel.steps, study.exposure, *(e for m in study.metrics for e in m.events)}
    if study.leaving:
        named.add(study.leaving.event)
    unknown = sorted(named - set(plan.events) - set(EXPERIMENT_EVENTS))
    if unknown:
        raise ReportError(
            f"studies/{study.name}.yml uses events that its tracking plan does not know",
            got=", ".join(unknown),
            expected=f"one of {', '.join(plan.events)}",
            remedy=nearest(unknown[0], plan.events) or f"plan them in {paths.shown(file)}, or correct the name",
        )
    return plan


def property_checks(plan: TrackingPlan, columns: set[str]) -> list[PropertyCheck]:
    """Rules that the columns at hand can show broken; ``columns`` are the project's names present in the log."""
    tracked = {p for event in plan.events.values() for p in event.properties}
    checks = []
    for name, event in plan.events.items():
        for prop in sorted(tracked & columns):
            planned = event.properties.get(prop)
            filled = "has_price" if prop == "price" else f"coalesce({prop}::varchar, '') <> ''"
            if planned is None:
                checks.append(PropertyCheck(name, prop, "extra_property", filled))
                continue
            if planned.required:
                checks.append(PropertyCheck(name, prop, "missing_property", f"not ({filled})"))
            if planned.type == "number" and prop == "price":
                checks.append(PropertyCheck(name, prop, "wrong_type", "true"))
    return checks


# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Landed:
    """The raw log, ready to be read: a Parquet glob, its columns, and the lines that could not be.

    ``ground_truth`` is the file in which a simulated world says what it planted; empty without one.
    """

    location: str
    types: dict[str, str]
    malformed_lines: int
    ground_truth: str = ""


def source_file(log: Log) -> Path:
    """The file a study names; ``${REAL_DATA_DIR}`` stands for the folder of downloaded logs."""
    prefix = "${REAL_DATA_DIR}/"
    if log.path.startswith(prefix):
        return paths.real_data_dir() / log.path.removeprefix(prefix)
    file = Path(log.path)
    return file if file.is_absolute() else paths.ROOT / file


def land(study: Study, out: Path) -> None:
    """Bring a log of the analyst's own into ``out`` as Parquet, every value as the text it was.

    A CSV is read with the stated delimiter and header (no guessing), lines that do not fit go to
    ``rejects.csv`` with their number and reason; a Parquet file is used where it stands. Raises
    :class:`~helpers.errors.ReportError` for a missing or empty file, a wrong delimiter, a missing column.
    """
    import duckdb

    log = study.data
    assert isinstance(log, Log)
    file = source_file(log)
    if not file.is_file():
        raise ReportError(
            f"studies/{study.name}.yml: the log is not there",
            got=log.path,
            expected="a readable file",
            cause=f"the environment variable {paths.REAL_DATA_DIR} points elsewhere"
            if paths.REAL_DATA_DIR in log.path
            else "a wrong path; relative paths start at the project's root",
            remedy=f"set {paths.REAL_DATA_DIR}=FOLDER" if paths.REAL_DATA_DIR in log.path else "correct data.path",
        )
    if file.stat().st_size == 0:
        raise ReportError(f"{file.name} is empty", got="0 bytes", expected="a header line and events")
    (out / "events").mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute("set threads = 2; set preserve_insertion_order = true; set TimeZone = 'UTC'")
        if (log.format or _format(file)) == "csv":
            _land_csv(con, log, file, out)
        else:
            _land_parquet(con, log, file, out)


def _format(file: Path) -> str:
    return "parquet" if file.suffix == ".parquet" else "csv"


def _land_csv(con: "duckdb.DuckDBPyConnection", log: Log, file: Path, out: Path) -> None:
    import duckdb

    if file.suffix == ".gz":
        _refuse_broken_gzip(file)
    header = _header(file, log.delimiter)
    _check_columns(log, header, file)
    columns = ", ".join(f"{_text(name)}: 'varchar'" for name in header)
    try:
        con.execute(
            f"""create table landed as select * from read_csv({_text(str(file))}, header = true, auto_detect = false,
            delim = {_text(log.delimiter)}, quote = '"', escape = '"', columns = {{{columns}}},
            null_padding = false, store_rejects = true, nullstr = '')"""
        )
    except duckdb.Error as error:
        raise ReportError(
            f"{file.name} cannot be read as CSV",
            got=str(error).splitlines()[0],
            expected=f"UTF-8 text with the delimiter {log.delimiter!r}",
            remedy="save the file as UTF-8 CSV, or correct data.delimiter in the study file",
        ) from None
    con.execute(f"copy landed to {_text(str(out / 'events' / 'part-0000.parquet'))} (format parquet)")
    con.execute(
        f"""copy (select line, string_agg(distinct error_type::varchar, ' ') as reason from reject_errors
        group by line order by line) to {_text(str(out / "rejects.csv"))} (header)"""
    )
    rows = con.execute("select count(*) from landed").fetchall()[0][0]
    if rows == 0:
        raise ReportError(f"{file.name} holds no events", got="no readable line below the header")


def _land_parquet(con: "duckdb.DuckDBPyConnection", log: Log, file: Path, out: Path) -> None:
    import duckdb

    try:
        described = con.execute(f"describe select * from read_parquet({_text(str(file))})").fetchall()
    except duckdb.Error as error:
        raise ReportError(
            f"{file.name} cannot be read as Parquet", got=str(error).splitlines()[0], expected="a Parquet file"
        ) from None
    _check_columns(log, [row[0] for row in described], file)
    (out / "events" / "part-0000.parquet").symlink_to(file.resolve())


def _refuse_broken_gzip(file: Path) -> None:
    """DuckDB reads a cut archive as far as it goes, without a word."""
    import gzip
    import zlib

    try:
        with gzip.open(file) as stream:
            while stream.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise ReportError(
            f"{file.name} cannot be read as gzip",
            got=str(error),
            expected="a whole gzip archive",
            cause="a download that broke off, or a file that only bears the name",
            remedy="fetch it again and compare its sha256",
        ) from None


def _header(file: Path, delimiter: str) -> list[str]:
    import csv
    import gzip

    try:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8-sig", newline="") as stream:  # type: ignore[operator]
            header = next(csv.reader(stream, delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise ReportError(
            f"{file.name} cannot be read as text", got=str(error), expected="UTF-8, plain or gzip-compressed"
        ) from None
    names = [name.lower() for name in header]  # SQL does not tell them apart by case
    repeated = [name for name in header if names.count(name.lower()) > 1]
    if repeated:
        raise ReportError(
            f"{file.name}: columns stand there twice", got=", ".join(repeated), remedy="rename one of each"
        )
    return header


def _check_columns(log: Log, found: list[str], file: Path) -> None:
    """Every mapped column must be there; a lone column points at a wrong delimiter."""
    import difflib

    wanted = {c if isinstance(c, str) else c.column for c in log.columns.values()}
    missing = sorted(wanted - set(found))
    if not missing:
        return
    if len(found) <= 1:
        other = next((d for d in ";\t|," if found and d in found[0] and d != log.delimiter), None)
        raise ReportError(
            f"{file.name}: the delimiter is wrong",
            got=f"a single column {found[0][:60]!r}" if found else "no columns",
            expected=f"columns {', '.join(sorted(wanted))} separated by {log.delimiter!r}",
            cause=f"the file is separated by {other!r}" if other else None,
            remedy=f"set data.delimiter: {other!r} in the study file" if other else "correct data.delimiter",
        )
    near = {m: difflib.get_close_matches(m, found, n=1) for m in missing}
    hints = ", ".join(f"'{n[0]}' for '{m}'" for m, n in near.items() if n)
    raise ReportError(
        f"{file.name}: missing column {', '.join(repr(m) for m in missing)}",
        got=", ".join(found[:30]),
        expected=", ".join(sorted(wanted)),
        remedy=f"did you mean {hints}? Correct data.columns" if hints else "correct data.columns in the study file",
    )


def landed(raw: Path) -> Landed:
    """What :func:`land` or a simulator left in ``raw``."""
    import duckdb

    location = str(raw / "events" / "*.parquet")
    with duckdb.connect() as con:
        described = con.execute(f"describe select * from read_parquet({_text(location)})").fetchall()
    rejects = raw / "rejects.csv"
    lines = max(0, len(rejects.read_text().splitlines()) - 1) if rejects.is_file() else 0
    truth = raw / "ground_truth.json"
    types = {row[0]: row[1] for row in described}
    return Landed(location, types, lines, str(truth) if truth.is_file() else "")


def column_expressions(study: Study, types: dict[str, str]) -> list[dict[str, str]]:
    """SQL that gives each project column from the raw ones; absent ones are typed nulls."""
    attributes = [s for s in study.segments if s not in ROW_COLUMNS]
    mapping = study.data.columns if isinstance(study.data, Log) else {name: name for name in types}
    expressions = []
    for name in (*ROW_COLUMNS, *attributes):
        if name not in mapping:
            missing = {"event_id": "'r' || lpad((file_index * 1099511627776 + file_row_number)::varchar, 15, '0')"}
            expressions.append({"name": name, "expression": missing.get(name, "null::varchar")})
            continue
        source: Any = mapping[name]
        column = source if isinstance(source, str) else source.column
        quoted = '"' + column.replace('"', '""') + '"'
        kind = types[column]
        if name == "event_time" and kind.startswith("TIMESTAMP"):
            expression = f"{quoted} at time zone 'UTC'" if "TIME ZONE" in kind else f"{quoted}::timestamp"
        elif name == "ingested_at":
            expression = f"try_cast({quoted} as timestamp)"
        else:
            expression = quoted if kind == "VARCHAR" else f"{quoted}::varchar"
        if not isinstance(source, str) and source.up_to:
            expression = f"split_part({expression}, {_text(source.up_to)}, 1)"
        if name in attributes or name in ("category", "session_id", "product_id"):
            expression = f"nullif({expression}, '')"
        expressions.append({"name": name, "expression": expression})
    return expressions


def clear(folder: Path) -> None:
    """Remove a folder at once, if it is there."""
    discard(folder)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def ledger(raw: Path) -> dict[str, int] | None:
    """Rows of each kind of dirt that a simulator planted; None for a log of the analyst's own."""
    import json

    file = raw / "ledger.json"
    if not file.is_file():
        return None
    kinds: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))["kinds"]
    return kinds


def account(flow: "pd.DataFrame", planted: dict[str, int] | None) -> str:
    """The flow of rows in a sentence."""
    rows = dict(zip(flow.kind, flow["rows"].map(int), strict=True))
    lost = int(flow.loc[flow.disposition.isin(["dropped", "quarantined"]), "rows"].sum())
    text = f"{rows['kept'] + lost:,} rows read = {rows['kept']:,} kept + {lost:,} left out, each with a named reason."
    if rows["malformed_line"]:
        text += f" {rows['malformed_line']:,} of them could not be read as a line of the file (see rejects.csv beside the raw log)."
    if planted is None:
        return text
    off = {kind: rows.get(kind, 0) - count for kind, count in planted.items() if rows.get(kind, 0) != count}
    if off:
        return (
            text + " The flow table and the ledger DIFFER: " + ", ".join(f"{k} by {d:+,}" for k, d in off.items()) + "."
        )
    return text + f" The flow table equals the ledger of planted dirt in every one of its {len(planted)} kinds."


def revenue(daily: "pd.DataFrame", study: Study) -> int:
    """Cents of all clean purchases: the last step of the funnel."""
    return int(daily.loc[daily.event_name == study.funnel.steps[-1], "amount"].sum())
