"""The first row of a log that has something wrong: what stands there, and where it stands in its file."""

from typing import TYPE_CHECKING

from helpers.config import ColumnOf, Log, Study, Tables
from helpers.config.columns import logged
from helpers.config.tracking_plan import FLAWS, PROBLEMS
from helpers.ingest import Landed, steps
from helpers.ingest.levels import quoted as shown
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.digits import SESSION

if TYPE_CHECKING:
    import duckdb

KEPT = """problem is null and row_key not in (select row_key from intermediate.int_duplicates)
    and user_id not in (select user_id from intermediate.int_bots)"""


def first(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed | None, kind: str) -> str:
    """How a message ends that counts the rows of a ``kind``: the place of the first, and its amount where that is wrong.

    Empty where the log is none of a file, or the kind none of a row.
    """
    if not (isinstance(study.data, Log) and log and log.names):
        return ""
    if kind == "malformed_line":
        return f", first in {log.malformed}" if log.malformed else ""
    which = {
        "repeated": "row_key in (select row_key from intermediate.int_duplicates)",
        "missing_revenue": _unpaid(study),
        "variant": _of_no_variant(study),
    }
    which |= {problem: f"problem = {literal(problem)}" for problem in PROBLEMS}
    which |= {flaw: f"flaw = {literal(flaw)} and {KEPT}" for flaw in FLAWS}
    if kind not in which:
        return ""
    found = con.execute(
        f"select row_key, event_name from staging.stg_events_checked where {which[kind]} order by row_key limit 1"
    ).fetchall()
    if not found:
        return ""
    file, row = divmod(found[0][0], 2**40)
    place = _place(con, log, file, row)
    if kind not in FLAWS:
        return f", first in {place}"
    columns = _amounts(study.data, kind, found[0][1])
    asked = ", ".join(f"{quoted(column)}::varchar" for column in columns)
    values = con.execute(
        f"""select {asked} from read_parquet({literal(log.location)}, file_row_number = true)
        where file_index = {file} and file_row_number = {row}"""
    ).fetchall()[0]
    told = " and ".join(
        f"{shown(value or '')} in column {shown(logged(_called(study.data, found[0][1], column)))}"
        for value, column in zip(values, columns, strict=True)
    )
    return f", first {told} ({place})"


def _called(data: Log, event: str, column: str) -> str:
    """The name of a column in its file; of several tables it is joined under the project's name."""
    source = data.facts[event].columns.get(column) if isinstance(data, Tables) and event in data.facts else column
    return source if isinstance(source, str) else column


def _place(con: "duckdb.DuckDBPyConnection", log: Landed, file: int, row: int) -> str:
    at = steps.placed(f"(select {file} as file_index, {row} as file_row_number)", f"read_parquet({literal(log.steps)})")
    number = con.execute(f"select {steps.LINE} from {at}").fetchall()[0][0]
    return f"{log.names[file] + ', ' if len(log.names) > 1 else ''}{log.counted} {number:,}"


def _unpaid(study: Study) -> str:
    """Rows of the events whose amount a metric sums, and asks for, that have none."""
    events = [m.event for m in study.metrics if m.event and m.measure == "sum" and study.when_missing(m) == "error"]
    return f"not has_price and event_name in ({', '.join(map(literal, events)) or 'null'}) and {KEPT}"


def _of_no_variant(study: Study) -> str:
    """Exposures in the experiment of units whose variant no row tells."""
    return (
        f"event_name = {literal(study.exposure)} and event_time >= timestamp {literal(study.period.start)} and {KEPT}"
        " and user_id in (select user_id from intermediate.int_units where is_without_variant)"
    )


def _amounts(data: Log, kind: str, event: str) -> list[str]:
    """The raw columns, or the two of a product, that hold the amount of an event."""
    lasts = kind == "wrong_type" and event == SESSION and "duration_sec" in data.columns
    source = data.columns["duration_sec" if lasts else "price"]
    if isinstance(source, ColumnOf):
        return [source.column, *([source.times] if source.times else [])]
    return [str(source)]
