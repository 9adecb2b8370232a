"""A query in a file gives the rows that its tables give, wherever it is asked, and never more than rows."""

import sqlite3
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import config, ingest
from helpers.config import Study
from helpers.errors import ReportError
from helpers.ingest import fingerprint, new_study, query_text
from helpers.paths import StudyPaths
from helpers.warehouse import preview
from tests.ingest.postgres_server import server
from tests.ingest.studies import study_file, unit_file, unit_study

HEADER = "who,arm,bought,spend,rounds"
ROWS = [f"u{i},{'ab'[i % 2]},{int(i % 3 == 0)},{i * 7 % 50}.25,{i % 5}" for i in range(60)]
QUERY = """-- what each unit did; by unit
select who, arm, bought, spend, rounds
from {table} where arm <> ';'  -- a semicolon in a text; and one here
;
"""


def written(folder: Path, rows: list[str] = ROWS) -> Path:
    (folder / "t.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return folder


def query(folder: Path, text: str = QUERY, table: str = "'t.csv'") -> Path:
    file = folder / "q.sql"
    file.write_text(text.replace("{table}", table), encoding="utf-8")
    return file


def events(study: Study, out: Path) -> list[tuple[Any, ...]]:
    """What is landed of a study, whatever the rows are numbered by."""
    ingest.land(study, out)
    found = duckdb.sql(f"select user_id, event_name, variant, price::double from '{out}/events/*.parquet' order by all")
    return found.fetchall()


def in_duckdb(folder: Path) -> str:
    with duckdb.connect(str(folder / "shop.duckdb")) as con:
        con.execute(f"create table t as from '{folder / 't.csv'}'")
    return str(folder / "shop.duckdb")


def in_sqlite(folder: Path) -> str:
    con = sqlite3.connect(folder / "shop.sqlite")
    con.execute("create table t (who text, arm text, bought integer, spend real, rounds integer)")
    con.executemany("insert into t values (?, ?, ?, ?, ?)", [row.split(",") for row in ROWS])
    con.commit()
    con.close()
    return str(folder / "shop.sqlite")


@pytest.mark.parametrize("kept", [None, in_duckdb, in_sqlite])
def test_rows_of_a_query_are_those_of_its_table(tmp_path: Path, kept: Callable[[Path], str] | None) -> None:
    written(tmp_path)
    wanted = events(unit_study(tmp_path / "t.csv"), tmp_path / "raw")
    told = {"database": kept(tmp_path)} if kept else {}
    file = query(tmp_path, table="t" if kept else "'t.csv'")
    assert events(unit_study(file, **told), tmp_path / "again") == wanted
    assert len(wanted) > 100


LASTS = [
    "",
    " where arm <> 'x'",
    ' order by "who"',
    " where arm <> ';'",
    " where arm = $$a$$ or arm = 'b'",
    " where rounds >= 0 -- 'x'",
    " limit 60 /* ; */",
]
ENDS = ["", ";", " ", "\n", "-- so", "-- it's; done", "/* end */", '/* " */']


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LASTS), st.lists(st.sampled_from(ENDS), max_size=4), st.sampled_from([None, in_sqlite]))
def test_a_query_may_end_as_it_likes(
    tmp_path: Path, last: str, ends: list[str], kept: Callable[[Path], str] | None
) -> None:
    """The oracle is the same text without what follows its last word."""
    last = "" if kept and "$" in last else last
    if kept and not (tmp_path / "shop.sqlite").exists():
        in_sqlite(tmp_path)
    table = "t" if kept else "'t.csv'"
    file = query(written(tmp_path), f"select * from {table}{last}" + "\n".join(["", *ends]))
    read = query_text.read(file)
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        asked = read if not kept else read.replace("from t", "from 't.csv'")
        assert len(con.execute(f"select * from ({asked}\n)").fetchall()) == 60
    found = events(
        unit_study(file, **({"database": str(tmp_path / "shop.sqlite")} if kept else {})),
        tmp_path / f"raw-{uuid.uuid4()}",
    )
    assert len(found) > 100


@pytest.mark.slow
def test_a_server_answers_and_sees_what_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    psycopg = pytest.importorskip("psycopg")
    wanted = events(unit_study(written(tmp_path) / "t.csv"), tmp_path / "raw")
    file = query(tmp_path, table="t")
    study = unit_study(file, database="${TEST_DATABASE}")
    with server() as address:
        monkeypatch.setenv("TEST_DATABASE", address)
        with psycopg.connect(address, autocommit=True) as con:
            con.execute("create table t (who text, arm text, bought int, spend numeric(9, 2), rounds int)")
            with con.cursor() as cursor:
                cursor.executemany("insert into t values (%s, %s, %s, %s, %s)", [row.split(",") for row in ROWS])
            assert events(study, tmp_path / "again") == wanted
            asked = fingerprint.of(study, StudyPaths("q", base=tmp_path)).tables[0][1]
            first = asked()
            con.execute("update t set spend = 9 where who = 'u1'")
            assert asked() != first == first
            query(tmp_path, "with gone as (delete from t returning *) select * from gone")
            with pytest.raises(ReportError, match="cannot be run"):
                ingest.land(study, tmp_path / "refused")
            assert con.execute("select count(*) from t").fetchone() == (len(ROWS),)


WRITES = ["insert into t values (1)", "create table x as select 1", "copy (select 1) to 'out.csv'", "drop table t", "attach 'x.db'",
          "select 1; drop table t", "delete from t", "pivot t on arm using sum(bought)", "explain select 1", "with x as (select 1) insert into t select * from x", ""]  # fmt: skip


@pytest.mark.parametrize("kept", [in_duckdb, in_sqlite])
@pytest.mark.parametrize("text", WRITES)
def test_what_does_more_than_read_is_refused(tmp_path: Path, text: str, kept: Callable[[Path], str]) -> None:
    base = Path(kept(written(tmp_path)))
    before = base.read_bytes()
    with pytest.raises(ReportError):
        ingest.land(unit_study(query(tmp_path, text or "-- nothing"), database=str(base)), tmp_path / "raw")
    assert base.read_bytes() == before and not (tmp_path / "out.csv").exists()


def test_a_wrong_query_is_told_with_its_line(tmp_path: Path) -> None:
    file = query(written(tmp_path), "select who,\n arm\nfrom 't.csv'\nwhere bougt = 1")
    with pytest.raises(ReportError, match=r"q\.sql cannot be run") as refused:
        ingest.land(unit_study(file), tmp_path / "raw")
    assert "LINE 4" in str(refused.value)


def test_no_password_stands_in_a_query(tmp_path: Path) -> None:
    text = "select * from postgres_scan('host=h password=hush-hush', 'public', 't')"
    with pytest.raises(ReportError, match="holds a connection string") as refused:
        ingest.land(unit_study(query(tmp_path, text)), tmp_path / "raw")
    assert "hush" not in str(refused.value)
    with pytest.raises(ValueError, match="connection string") as told:
        unit_study(query(tmp_path), database="postgresql://me:hush-hush@host/db")
    assert "hush" not in "; ".join(error["msg"] for error in told.value.errors())  # type: ignore[attr-defined]


def test_changes_of_what_a_query_reads_are_seen(tmp_path: Path) -> None:
    text = "select * from 't.csv' join read_csv(['more/*.csv']) using (who) where who in (select who from parquet_scan('p.parquet'))"
    (written(tmp_path) / "more").mkdir()
    (tmp_path / "more" / "a.csv").write_text("who,x\nu1,1\n")
    duckdb.sql("select 'u1' as who").write_parquet(str(tmp_path / "p.parquet"))
    where = StudyPaths("q", base=tmp_path)
    read = fingerprint.of(unit_study(query(tmp_path, text)), where).files
    assert {file.name for file in read} == {"q.sql", "t.csv", "a.csv", "p.parquet"}
    base = in_duckdb(tmp_path)
    read = fingerprint.of(unit_study(query(tmp_path, table="t"), database=base), where).files
    assert {file.name for file in read} == {"q.sql", "shop.duckdb"}


def test_new_study_looks_at_a_query(tmp_path: Path) -> None:
    written(tmp_path, [row.replace(",a,", ",control,").replace(",b,", ",test,") for row in ROWS])
    base = in_duckdb(tmp_path)
    file = query(tmp_path, table="t")
    study = config.load(new_study.propose(str(file), database=base, base=tmp_path).file)
    assert (study.data.path, study.data.database, study.data.source) == ("q.sql", "shop.duckdb", "units")  # type: ignore[union-attr]
    assert len(events(study, tmp_path / "raw")) > 100
    with pytest.raises(ReportError, match="only a query is asked"):
        new_study.propose(str(tmp_path / "t.csv"), database=base, base=tmp_path)


def test_a_query_is_no_source_of_its_own(tmp_path: Path) -> None:
    raw = unit_file(tmp_path / "q.sql")
    raw["data"]["source"] = "sql"
    with pytest.raises(ValueError, match="what a row of the query is"):
        Study.model_validate(raw)


PIECES = st.lists(
    st.sampled_from(["select", ";", "'a;b'", '"c;d"', "-- e;\n", "/* ; \n*/", "$$;$$", " ", "\n", "x", "'it''s;'"])
)


@given(PIECES)
def test_a_semicolon_counts_outside_of_texts_and_comments_alone(pieces: list[str]) -> None:
    text = " ".join(pieces)
    bare = query_text._bare(text)
    assert len(bare) == len(text) and bare.count("\n") == text.count("\n")
    assert bare.count(";") == pieces.count(";") and bare.count("select") == pieces.count("select")


WHOLE = ['select n from (select 3 as n) order by "n"', "select 3 where 'a' <> 'b'", "select 'it''s;'", "select $$y;$$", "select (1)",
         'select n as "c;d" from (select 3 as n) as "t;"', "select date '2026-03-02'", "select 3 -- e;\n", "select 3 /* f; */"]  # fmt: skip
BEHIND = st.lists(st.sampled_from([" ", "\n", "-- g; 'h\n", "/* i; */"]), max_size=3).map("".join)


@given(st.sampled_from(WHOLE), BEHIND, st.sampled_from(["", ";"]), BEHIND)
def test_a_query_is_read_to_its_last_word(whole: str, behind: str, end: str, more: str) -> None:
    """Whatever it ends with: the oracle is the database itself, asked with the text as it stands."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "query.sql"
        file.write_text(f"{whole}{behind}{end}{more}", encoding="utf-8")
        assert duckdb.sql(query_text.read(file)).fetchall() == duckdb.sql(whole).fetchall()


@pytest.mark.parametrize(
    "address", ["postgresql://who:hush-hush@127.0.0.1:1/nowhere", "host=127.0.0.1 port=1 password=hush-hush"]
)
def test_a_server_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    pytest.importorskip("psycopg")
    study = unit_study(query(tmp_path, table="t"), database="${TEST_DATABASE}")
    with pytest.raises(ReportError, match=r"data\.database names an environment variable that is not set"):
        ingest.land(study, tmp_path / "unset")
    monkeypatch.setenv("TEST_DATABASE", address)
    with pytest.raises(ReportError, match="does not answer") as refused:
        ingest.land(study, tmp_path / "raw")
    assert "hush" not in str(refused.value)


def test_check_says_that_a_server_was_not_asked_and_not_that_a_study_can_be_run(tmp_path):
    for data in ({"path": "${SHOP}", "table": "t"}, {"path": "q.sql", "database": "${SHOP}"}):
        query(tmp_path)
        file = study_file(tmp_path, unit_file(**data))
        said, refused = preview.of(str(file))
        assert refused is None and "It can be run" not in said
        assert "the database was not asked" in said and "--full" in said.splitlines()[-1]


@pytest.mark.parametrize(
    "table",
    [
        "'t.csv'",
        '"t.csv"',
        "read_csv('t.csv', all_varchar = true)",
        "(select * from 't.csv')",
        "'t*.csv'",
        "read_csv(['t.csv'])",
    ],
)
def test_a_namesake_where_the_command_was_typed_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    for folder in ("beside", "here"):
        (tmp_path / folder).mkdir()
    file = query(written(tmp_path / "beside"), table=table)
    expected = events(unit_study(file), tmp_path / "expected")
    written(tmp_path / "here", ROWS[:20])
    monkeypatch.chdir(tmp_path / "here")
    assert events(unit_study(file), tmp_path / "out") == expected and len({row[0] for row in expected}) == 60
