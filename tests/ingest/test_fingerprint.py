"""A study's own data as a build sees them: files by name, tables by rows, highest time and a checksum by bucket."""

import re

import duckdb
import pytest

from helpers.errors import ReportError
from helpers.ingest import fingerprint
from helpers.paths import StudyPaths
from helpers.pipeline.content import Contents
from tests.ingest.postgres_server import server
from tests.ingest.studies import log_study, unit_study
from tests.ingest.workbook.books import xlsx

FORM = re.compile(r"(view )?[\d,]+ rows( to \S.*)? of \S.*: \d+=\d+( \d+=\d+)*")


def raw(study, tmp_path):
    return fingerprint.of(study, StudyPaths(study.name, tmp_path))


def asked(study, tmp_path) -> str:
    ((name, ask),) = raw(study, tmp_path).tables
    assert name == f"database table {study.data.table}"
    said = ask()
    assert FORM.fullmatch(said), said
    return said


def test_files_are_told_by_name(tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_text("at,what,who\n", encoding="utf-8")
    found = raw(log_study(tmp_path / "*.csv"), tmp_path)
    assert [file.name for file in found.files] == ["a.csv", "b.csv"] and found.tables == ()
    with pytest.raises(ReportError, match="no file matches"):
        raw(log_study(tmp_path / "*.tsv"), tmp_path)


def test_a_workbook_that_changed_has_another_content(tmp_path):
    file = tmp_path / "units.xlsx"
    rows = [["who", "arm", "bought", "spend", "rounds"], ["u1", "a", 1, 9.99, 3]]
    digests = []
    for spend in (9.99, 8.99, 9.99):
        rows[1][3] = spend
        (found,) = raw(unit_study(xlsx(file, {"Units": rows})), tmp_path).files
        digests.append(Contents().digest(found))
    assert digests[0] != digests[1]


CHANGES = {
    "an update without more rows": "update log set what = 'cart' where who = 2",
    "a row more": "insert into log select * from log where who = 3",
    "a row less": "delete from log where who = 4",
    "two rows change places in a column": "update log set who = 7 - who where who in (3, 4)",
    "cents become units of the currency": (
        "alter table log alter column cost type decimal(12, 2) using (cost / 10)::decimal(12, 2)"
    ),
    "two columns change names": (
        "alter table log rename what to held; alter table log rename cost to what; alter table log rename held to cost"
    ),
    "a column that no study maps, which tells repeats from events": "update log set other = 1 where who = 5",
    "a later time": "update log set \"at\" = '2026-07-09' where who = 5",
}
ROWS = "create table log as select timestamp '2026-07-01' as \"at\", 'view' as what, i as who, (15 + i)::decimal(12, 1) as cost, 0 as other from"


@pytest.mark.parametrize("change", CHANGES)
def test_a_duckdb_table_that_changed_has_another_fingerprint(tmp_path, change):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(f"{ROWS} range(1, 200) t(i)")
    study = log_study(file, table="log")
    assert raw(study, tmp_path).database == file
    before = asked(study, tmp_path)
    assert before.startswith("199 rows to 2026-07-01") and before == asked(study, tmp_path)
    with duckdb.connect(str(file)) as con:
        con.execute("create table more as select 1 as x")
    assert asked(study, tmp_path) == before, "what the study does not read does not count"
    with duckdb.connect(str(file)) as con:
        con.execute(CHANGES[change])
    assert asked(study, tmp_path) != before


def test_a_view_is_said_to_be_one(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(f"{ROWS} range(3) t(i); alter table log rename to kept; create view log as select * from kept")
    assert asked(log_study(file, table="log"), tmp_path).startswith("view 3 rows")


def test_a_unit_table_has_no_time(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(
            "create table units as select 'u' || i as who, 'a' as arm, 1 as bought, 2.5 as spend, 3 as rounds from range(9) t(i)"
        )
    assert asked(unit_study(file, table="units"), tmp_path).startswith("9 rows of who VARCHAR")


@pytest.fixture(scope="module")
def database():
    with server() as address:
        yield address


@pytest.mark.parametrize("change", CHANGES)
def test_a_postgres_table_that_changed_has_another_fingerprint(database, monkeypatch, tmp_path, change):
    import psycopg

    monkeypatch.setenv("TEST_DATABASE", database)
    with psycopg.connect(database) as connection:
        connection.execute("drop table if exists log")
        connection.execute(f"{ROWS} generate_series(1, 199) t(i)")
    study = log_study("${TEST_DATABASE}", table="log")
    before = asked(study, tmp_path)
    assert before.startswith("199 rows to 2026-07-01") and before == asked(study, tmp_path)
    with psycopg.connect(database) as connection:
        connection.execute(CHANGES[change])
    assert asked(study, tmp_path) != before


def test_a_database_that_does_not_answer_is_an_error_without_its_password(monkeypatch, tmp_path):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("TEST_DATABASE", f"postgresql://tester:secret@/postgres?host={tmp_path / 'none'}")
    ((_, ask),) = raw(log_study("${TEST_DATABASE}", table="log"), tmp_path).tables
    with pytest.raises(ReportError, match="does not answer") as caught:
        ask()
    assert "secret" not in str(caught.value)


def test_links_that_change_places_are_other_files(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"{name}\n", encoding="utf-8")
        (tmp_path / f"part-{name}.csv").symlink_to(tmp_path / f"{name}.csv")
    files = raw(log_study(tmp_path / "part-*.csv"), tmp_path).files
    assert [file.name for file in files] == ["part-a.csv", "part-b.csv"], "the names by which they are read"


def test_two_studies_on_one_table_ask_for_themselves(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(
            "create table units as select i as who, 'a' as arm, 1 as bought, 2 as spend, 3 as rounds from range(9) t(i)"
        )
    outcomes = {"bought": "bought", "spend": "spend"}
    one = raw(unit_study(file, table="units", outcomes=outcomes | {"rounds": "rounds"}), tmp_path)
    other = raw(unit_study(file, table="units", outcomes=outcomes | {"rounds": "spend"}), tmp_path)
    contents = Contents()
    for found in (one, other):
        ((name, ask),) = found.tables
        contents.value(f"{name} {found.asked}", file, ask)
    assert one.asked != other.asked and len(contents.read) == 2, "what one has asked is no answer for the other"
