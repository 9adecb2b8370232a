"""A log and a unit table in a real PostgreSQL, started by the test."""

import duckdb
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.postgres_server import server
from tests.ingest.studies import events_of, log_study, unit_study

PLACE = "${TEST_DATABASE}"


@pytest.fixture(scope="module")
def database():
    with server() as address:
        import psycopg

        with psycopg.connect(address) as connection:
            connection.execute(
                """create table log ("at" timestamptz, what text, who integer, cost numeric);
                insert into log values ('2019-10-01 02:30:00.5+02', 'view', 7, 9.99), (null, 'c,"a"\nrt', null, null);
                create schema lab;
                create table lab.units (who text, arm text, bought boolean, spend double precision, rounds integer);
                insert into lab.units values ('u1', 'a', true, 9.99, 3), ('u2', 'b', false, 0, 0);
                create table lab.paid as select 'u' || i as who, arm, bought, spend + 1 as spend, rounds,
                    case when bought then 'USD' else 'EUR' end as paid_in, 'DE' as country
                    from lab.units, generate_series(1, 6) as i;
                create table lab.counted as select arm, bought, spend, rounds, 3 as users from lab.units;
                create table empty_log as select * from log where false;"""
            )
        yield address


@pytest.fixture(autouse=True)
def address(request, monkeypatch):
    if "database" in request.fixturenames:
        monkeypatch.setenv("TEST_DATABASE", request.getfixturevalue("database"))


def test_a_log_lands_in_utc_with_what_csv_makes_hard(database, tmp_path):
    ingest.land(log_study(PLACE, table="log", tolerate={"unparseable_time": 0.5}), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    rows = duckdb.sql(f"select \"at\"::varchar, what, who, cost from read_parquet('{found.location}')").fetchall()
    assert rows == [("2019-10-01 00:30:00.5", "view", "7", "9.99"), (None, 'c,"a"\nrt', None, None)]
    assert [file.name for file in (tmp_path / "raw" / "events").iterdir()] == ["part-0000.parquet"]


def test_a_unit_table_of_another_schema(database, tmp_path):
    rows, found = events_of(unit_study(PLACE, table="lab.units"), tmp_path / "raw")
    assert [row[2:] for row in rows] == [
        ("exposed", "control", None), ("bought", None, "1"), ("spend", None, "9.99"), ("rounds", None, "3"),
        ("exposed", "treatment", None),
    ]  # fmt: skip
    assert found.table_rows == 2


def test_columns_that_no_study_maps_tell_of_currencies_and_of_many_units_by_their_values(database, tmp_path):
    with pytest.raises(ReportError, match="column 'paid_in' tells several currencies"):
        ingest.land(unit_study(PLACE, table="lab.paid"), tmp_path / "raw")
    counted = unit_study(PLACE, table="lab.counted", columns={"variant": "arm"})
    ingest.land(counted, tmp_path / "counted")
    assert any("'users' may say how many units" in note for note in ingest.landed(tmp_path / "counted").reading.notes)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "logs",
            ["there is no table 'logs'", "empty_log, lab.counted, lab.paid, lab.units, log", "did you mean 'log'"],
        ),
        ("lab.unit", ["there is no table 'lab.unit'", "did you mean 'lab.units'"]),
        ("empty_log", ["public.empty_log holds no events"]),
    ],
)
def test_a_wrong_table_is_explained(database, tmp_path, table, said):
    with pytest.raises(ReportError) as caught:
        ingest.land(log_study(PLACE, table=table), tmp_path / "raw")
    for words in said:
        assert words in str(caught.value)


def test_a_database_that_does_not_answer_keeps_its_password(tmp_path, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("TEST_DATABASE", "postgresql://who:secret@127.0.0.1:1/nowhere")
    with pytest.raises(ReportError, match="does not answer") as caught:
        ingest.land(log_study(PLACE, table="log"), tmp_path / "raw")
    assert "secret" not in str(caught.value)


def test_a_variable_that_is_not_set_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("TEST_DATABASE", raising=False)
    with pytest.raises(ReportError, match="environment variable that is not set") as caught:
        ingest.land(log_study(PLACE, table="log"), tmp_path / "raw")
    assert "set TEST_DATABASE" in str(caught.value)
