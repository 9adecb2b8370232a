"""A column that several files write with types of their own is read where it is one kind of value, and refused elsewhere."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import log_study

START = 1_569_888_000 * 10**9
UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
NUMBERS = {
    "null": pa.null(),
    "int8": pa.int8(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint64": pa.uint64(),
    "double": pa.float64(),
}


@st.composite
def files(draw: st.DrawFn) -> list[tuple[str, str, list[tuple[int, int | None]]]]:
    """Of each file the unit of its times, the type of its amounts, and both row by row; times in nanoseconds."""
    made = []
    for _ in range(draw(st.integers(2, 3))):
        unit, number = draw(st.sampled_from(sorted(UNITS))), draw(st.sampled_from(sorted(NUMBERS)))
        amounts = st.none() if number == "null" else st.none() | st.integers(0, 127)
        times = st.integers(0, 10**10).map(lambda n, step=UNITS[unit]: START + n // step * step)
        made.append((unit, number, draw(st.lists(st.tuples(times, amounts), min_size=1, max_size=3))))
    return made


def written(folder: Path, made: list[tuple[str, str, list[tuple[int, int | None]]]]) -> Path:
    folder.mkdir()
    for number, (unit, kind, rows) in enumerate(made):
        columns = {
            "at": pa.array([at // UNITS[unit] for at, _ in rows], pa.timestamp(unit)),
            "what": pa.array(["purchase"] * len(rows)),
            "who": pa.array([f"u{i}" for i in range(len(rows))]),
            "cost": pa.array([None if amount is None else NUMBERS[kind].to_pandas_dtype()(amount) for _, amount in rows], NUMBERS[kind]),
            "note": pa.array([amount for _, amount in rows], NUMBERS[kind]) if number else pa.array(["x"] * len(rows)),
        }  # fmt: skip
        pq.write_table(pa.table(columns), folder / f"{number}.parquet")
    return folder


@settings(deadline=None, max_examples=25)
@given(files())
def test_one_kind_of_value_is_read_whatever_its_types(tmp_path_factory, made):
    folder = tmp_path_factory.mktemp("types")
    study = log_study(written(folder / "log", made))
    ingest.land(study, folder / "raw")
    log = ingest.landed(folder / "raw")
    columns = {each["name"]: each["expression"] for each in ingest.column_expressions(study, log.types, log.reading)}
    found = duckdb.sql(
        f"""select {columns["event_time"]}, {columns["price"]} from read_parquet('{log.location}', file_row_number = true)
        order by file_index, file_row_number"""
    ).fetchall()
    rows = [row for _, _, each in made for row in each]
    moments = [datetime(1970, 1, 1) + timedelta(microseconds=at // 1000) for at, _ in rows]
    assert [at for at, _ in found] == moments
    assert [None if amount is None else Decimal(amount) for _, amount in found] == [amount for _, amount in rows]
    cut = sum(at % 1000 > 0 for at, _ in rows)
    said = [note for note in log.reading.notes if "past the microsecond" in note]
    assert [note.split(" ")[0] for note in said] == ([str(cut)] if cut else [])


def test_whole_numbers_that_a_float_does_not_hold_are_another_kind(tmp_path):
    for number, values in enumerate([pa.array([2**53 + 1]), pa.array([1.5])]):
        columns = {"at": ["2019-10-01"], "what": ["cart"], "who": ["u"], "cost": values}
        pq.write_table(pa.table(columns), tmp_path / f"{number}.parquet")
    with pytest.raises(ReportError, match=r"column 'cost' has another type than in 0\.parquet"):
        ingest.land(log_study(tmp_path), tmp_path / "raw")
