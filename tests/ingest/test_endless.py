"""A query or a view that reads a pipe or a device is refused before it is opened, however the pipe is named."""

import os
from pathlib import Path

import duckdb
import pytest

from helpers import ingest
from helpers.config import Place
from helpers.errors import ReportError
from helpers.ingest import database, endless, new_study
from tests.ingest.studies import unit_study
from tests.ingest.test_queries import query, written

READS = [
    'select * from "pipe.csv"',
    "select * from 't.csv' where who in (select who from read_csv('pipe.csv'))",
    "with p as (from 'pipe.csv') select * from 't.csv' join p using (who)",
    "select * from read_csv('pi' || 'pe.csv')",
    "select * from read_csv(['t.csv', 'pipe.csv'])",
    "select * from '*.csv'",
    "select * from read_text('pipe.csv')",
    "select * from '/dev/zero'",
    "select * from query('select * from ''pipe.csv''')",
    "from query('from read_csv(''pi' || 'pe.csv'')')",
]


@pytest.fixture
def piped(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.csv")
    return written(tmp_path)


@pytest.mark.parametrize("text", READS)
def test_a_query_that_reads_a_pipe_is_refused(piped, text):
    with pytest.raises(ReportError, match=r"q\.sql reads what is no file"):
        ingest.land(unit_study(query(piped, text)), piped / "out")


@pytest.mark.parametrize(
    "table", ["'t.csv'", "read_csv(['t.csv'])", "read_csv('t' || '.csv')", "(from 't.csv')", "query('from ''t.csv''')"]
)
def test_a_query_that_reads_files_runs_beside_a_pipe(piped, table):
    ingest.land(unit_study(query(piped, table=table)), piped / "out")


def test_a_view_of_a_view_of_a_pipe_is_refused(piped):
    (piped / "pipe.csv").rename(piped / "pipe")
    (piped / "pipe.csv").write_bytes((piped / "t.csv").read_bytes())
    with duckdb.connect(str(piped / "shop.duckdb")) as con:
        con.execute(
            f'create view "what was as read" as from \'{piped}/pipe.csv\'; create view t as from "what was as read"'
        )
        con.execute("create table fine as from t")
    (piped / "pipe").rename(piped / "pipe.csv")
    with pytest.raises(ReportError, match=r"shop\.duckdb, table t reads what is no file"):
        ingest.land(unit_study(piped / "shop.duckdb", table="t"), piped / "out")
    with pytest.raises(ReportError, match=r"q\.sql reads what is no file"):
        ingest.land(unit_study(query(piped, table="t"), database=str(piped / "shop.duckdb")), piped / "again")
    with (
        duckdb.connect() as con,
        database.attached(con, Place(path="shop.duckdb", table="fine"), piped / "shop.duckdb") as (name, _),
    ):
        assert con.execute(f"select count(*) from {name}").fetchall() == [(60,)]


def test_what_cannot_be_taken_apart_is_left_to_the_engine(tmp_path):
    with duckdb.connect() as con:
        endless.refuse(con, "q.sql", "select from where", tmp_path)


@pytest.mark.parametrize("given", ["*.csv", ""])
@pytest.mark.parametrize("link", [True, False])
def test_a_pipe_among_several_files_is_told(piped, given, link):
    (piped / "d").mkdir()
    (piped / "t.csv").rename(piped / "d" / "t.csv")
    (piped / "d" / "more.csv").symlink_to(piped / ("nothing.csv" if link else "pipe.csv"))
    with pytest.raises(ReportError, match=r"cannot be read\n.*more\.csv"):
        ingest.land(unit_study(piped / "d" / given), piped / "out")


def test_a_database_that_is_a_circle_of_links_is_told(piped):
    (piped / "a.csv").symlink_to(piped / "b.csv")
    (piped / "b.csv").symlink_to(piped / "a.csv")
    with pytest.raises(ReportError, match="links that lead in a circle"):
        new_study.propose(str(query(piped)), base=piped, database=str(piped / "a.csv"))
