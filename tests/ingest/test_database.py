"""A DuckDB file as a place of data."""

import subprocess
import sys

import duckdb
import pytest

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest.fingerprint import of_duckdb
from tests.ingest.studies import LOG_COLUMNS, events_of, log_study, unit_study


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


VIEWS = {
    "by its bare name": "create view lab.v as select * from events",
    "by its schema": "create view lab.v as select * from main.events",
    "by its database": "create view lab.v as select * from shop.main.events",
    "by a macro": "create macro cheap() as table select * from events; create view lab.v as from cheap()",
    "by a view": "create view seen_again as from seen; create view lab.v as from shop.main.seen_again",
}


@pytest.mark.parametrize("query", VIEWS.values(), ids=VIEWS)
def test_a_view_calls_its_tables_as_where_it_was_made(database, tmp_path, query):
    with duckdb.connect(str(database)) as con:
        con.execute(query)
        wanted = con.execute("select who, cost from lab.v").fetchall()
    study = log_study(database, table="lab.v")
    ingest.land(study, tmp_path / "raw")
    location = ingest.landed(tmp_path / "raw").location
    assert duckdb.sql(f"select who, cost from read_parquet('{location}')").fetchall() == wanted
    assert of_duckdb(study.data, database).startswith("view 1 rows")


@pytest.mark.parametrize("name", ["memory.duckdb", "temp.duckdb", "select.duckdb", "my shop.2026.duckdb"])
def test_a_file_may_bear_any_name(database, tmp_path, name):
    study = log_study(database.rename(tmp_path / name), table="seen")
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").types["who"] == "INTEGER"


def test_a_view_of_what_is_gone_is_one_message(database, tmp_path):
    with duckdb.connect(str(database)) as con:
        con.execute("create view broken as select * from nothing; drop table nothing")
    for ask in (lambda: ingest.land(log_study(database, table="broken"), tmp_path / "raw"),
                lambda: of_duckdb(log_study(database, table="broken").data, database)):  # fmt: skip
        with pytest.raises(ReportError, match="table broken cannot be read") as caught:
            ask()
        assert "nothing does not exist" in str(caught.value) and "create table NAME as from VIEW" in str(caught.value)


def test_a_field_of_a_struct_is_a_column_and_its_change_is_noticed(tmp_path):
    file = tmp_path / "deep.duckdb"
    prints = []
    for cost in (1.5, 2.5):
        with duckdb.connect(str(file)) as con:
            con.execute(
                f"create or replace table log as select '2019-10-01'::timestamp as at, 'view' as what, 7 as who, {{'value': {cost}}} as paid"
            )
        study = log_study(file, table="log", columns=LOG_COLUMNS | {"price": "paid.value"})
        prints.append(of_duckdb(study.data, file))
        ingest.land(study, tmp_path / f"raw{cost}")
        found = ingest.landed(tmp_path / f"raw{cost}")
        assert duckdb.sql(f"select \"paid.value\" from read_parquet('{found.location}')").fetchall() == [(cost,)]
    assert prints[0] != prints[1]
