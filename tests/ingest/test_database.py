"""A DuckDB file as a place of data."""

import subprocess
import sys

import duckdb
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import events_of, log_study, unit_study


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(
            "create table events as select '2019-10-01'::timestamp as at, 'view' as what, 7 as who, 1.5 as cost"
        )
        con.execute("create view seen as select * from events; create table nothing as from events limit 0")
        con.execute("create schema lab")
        con.execute(
            "create table lab.units as select 'u1' as who, 'a' as arm, true as bought, 9.99 as spend, 3 as rounds"
        )
    return file


@pytest.mark.parametrize("table", ["events", "main.events", "seen"])
def test_a_table_or_a_view_is_landed(database, tmp_path, table):
    ingest.land(log_study(database, table=table), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    assert duckdb.sql(f"select who, cost from read_parquet('{found.location}')").fetchall() == [(7, 1.5)]


def test_a_unit_table_of_another_schema(database, tmp_path):
    rows, _ = events_of(unit_study(database, table="lab.units"), tmp_path / "raw")
    assert [row[2:] for row in rows] == [
        ("exposed", "control", None), ("bought", None, "1"), ("spend", None, "9.99"), ("rounds", None, "3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("event", "did you mean 'events'"),
        ("lab.unit", "did you mean 'lab.units'"),
        ("zzz", "one of events, lab.units, nothing, seen"),
        ("nothing", "table nothing holds no events"),
    ],
)
def test_a_wrong_table_is_explained(database, tmp_path, table, said):
    with pytest.raises(ReportError) as caught:
        ingest.land(log_study(database, table=table), tmp_path / "raw")
    assert said in str(caught.value)


def test_a_database_in_use_is_explained(database, tmp_path):
    holds = f"import duckdb; con = duckdb.connect({str(database)!r}); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        with pytest.raises(ReportError, match="another program is writing to it"):
            ingest.land(log_study(database, table="events"), tmp_path / "raw")
        other.communicate(b"\n")


def test_a_file_that_is_no_database_is_explained(tmp_path):
    file = tmp_path / "shop.duckdb"
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(ReportError, match=r"shop\.duckdb cannot be opened as DuckDB"):
        ingest.land(log_study(file, table="events"), tmp_path / "raw")
