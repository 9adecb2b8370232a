"""A SQLite file as a place of data: values keep the types they are stored with."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Place
from helpers.errors import ReportError
from helpers.ingest import fingerprint, sqlite
from helpers.ingest.parts import REJECTS
from helpers.paths import StudyPaths
from helpers.pipeline.content import Contents
from tests.ingest.studies import LOG_COLUMNS, events_of, log_study, unit_study

UNITS = "create table units (who text, arm text, bought integer, spend numeric, rounds integer)"
ROWS = [("u1", "a", 1, 9.99, 3), ("u2", "b", 0, 0, 0), ("u3", "b", 1, 5.5, 1)]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return written(tmp_path / "shop.sqlite")


def written(file: Path, more: str = "") -> Path:
    with closing(sqlite3.connect(file)) as con, con:
        con.execute(UNITS)
        con.executemany("insert into units values (?, ?, ?, ?, ?)", ROWS)
        con.executescript(f"""create view seen as select * from units; create table blank as select * from units limit 0;
            create table events as select '2019-10-01 10:00:00' as at, 'view' as what, 7 as who, 1.5 as cost; {more}""")
    return file


def texts_of(file: Path, table: str) -> dict[str, tuple[str, list[Any]]]:
    """Type and values of each column as it is landed."""
    with TemporaryDirectory() as aside, duckdb.connect() as con:
        con.execute(REJECTS)
        parts = sqlite.read(con, Place(path=str(file), table=table), file, Path(aside))
        listed = ", ".join(f'list("{c}" order by file_row_number)' for c in parts.types)
        found = con.execute(f"select {listed} from {parts.relation}").fetchall()[0]
    return {c: (kind, values) for (c, kind), values in zip(parts.types.items(), found, strict=True)}


@pytest.mark.parametrize("table", ["units", "main.units", "seen"])
@pytest.mark.parametrize("name", ["shop.sqlite", "shop.sqlite3", "shop.db", "my shop?.db3", "shop.duckdb"])
def test_a_table_or_a_view_is_landed(tmp_path: Path, name: str, table: str) -> None:
    rows, _ = events_of(unit_study(written(tmp_path / name), table=table), tmp_path / "raw")
    assert [(row[0], *row[2:]) for row in rows] == [
        ("u1", "exposed", "control", None), ("u1", "bought", None, "1"), ("u1", "spend", None, "9.99"), ("u1", "rounds", None, "3"),
        ("u2", "exposed", "treatment", None),
        ("u3", "exposed", "treatment", None), ("u3", "bought", None, "1"), ("u3", "spend", None, "5.5"), ("u3", "rounds", None, "1"),
    ]  # fmt: skip


def test_a_log_is_landed(database: Path, tmp_path: Path) -> None:
    ingest.land(log_study(database, table="events"), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    assert duckdb.sql(f"select \"at\", who, cost from read_parquet('{found.location}')").fetchall() == [
        ("2019-10-01 10:00:00", 7, 1.5)
    ]


VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(-1e9, 1e9, allow_nan=False), st.text("0019aä \n", max_size=6), st.binary(max_size=3)
)  # fmt: skip
KINDS = {
    "whole": st.integers(-(2**63), 2**63 - 1), "number": st.one_of(st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9)),
    "text": st.text("0019aä \n", max_size=6), "mixed": VALUES,
}  # fmt: skip


def expected(values: list[Any]) -> tuple[str, list[Any]]:
    """Type and values of a column, by what Python holds."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int}:
        return "BIGINT", values
    if kinds and kinds <= {int, float} and all(abs(v) <= 2**53 for v in values if isinstance(v, int)):
        return "DOUBLE", [None if v is None else float(v) for v in values]
    told: list[Any] = []
    for value in values:
        if isinstance(value, float):
            value = str(int(value)) if value.is_integer() else repr(value)
        told.append(value.hex() if isinstance(value, bytes) else None if value is None else str(value))
    return "VARCHAR", told


@given(st.data())
def test_a_column_has_the_type_of_its_values(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from([*KINDS]), min_size=1, max_size=4))
    rows = data.draw(
        st.lists(st.tuples(*(st.one_of(st.none(), KINDS[kind]) for kind in kinds)), min_size=1, max_size=8)
    )
    with TemporaryDirectory() as folder:
        file = Path(folder, "shop.db")
        with closing(sqlite3.connect(file)) as con, con:
            con.execute(f'create table "it\'s" ({", ".join(f"c{i}" for i in range(len(kinds)))})')
            con.executemany(f'insert into "it\'s" values ({", ".join("?" * len(kinds))})', rows)
        found = texts_of(file, "it's")
    for i in range(len(kinds)):
        assert found[f"c{i}"] == expected([row[i] for row in rows])


@settings(max_examples=6)
@given(st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=80))
def test_sums_of_money_are_exact(amounts: list[Decimal]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "shop.db")
        with closing(sqlite3.connect(file)) as con, con:
            con.execute(UNITS)
            con.executemany(
                "insert into units values (?, ?, 1, ?, 0)",
                [(f"u{i}", "ab"[i % 2], float(a)) for i, a in enumerate(amounts)],
            )
        rows, _ = events_of(unit_study(file, table="units"), Path(folder, "raw"))
    assert sum(Decimal(row[4]) for row in rows if row[2] == "spend") == sum(amounts)


def test_a_large_table_is_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "ROWS", 7)
    monkeypatch.setattr(sqlite, "COLUMNS", 2)
    more = "insert into units with recursive n(i) as (select 4 union all select i + 1 from n where i < 100) select 'u' || i, 'a', i, null, 'x' || i from n;"
    found = texts_of(written(tmp_path / "shop.db", more), "units")
    assert found["bought"] == ("BIGINT", [1, 0, 1, *range(4, 101)])
    assert found["rounds"] == ("VARCHAR", ["3", "0", "1", *(f"x{i}" for i in range(4, 101))])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("unit", "did you mean 'units'"),
        ("zzz", "one of blank, events, seen, units"),
        ("blank", "table blank holds no events"),
    ],
)
def test_a_wrong_table_is_explained(database: Path, tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(database, table=table), tmp_path / "raw")
    assert said in str(caught.value)


def test_a_view_of_what_is_gone_is_one_message(tmp_path: Path) -> None:
    file = written(
        tmp_path / "shop.db",
        "alter table units rename to people; drop view seen; create view seen as select * from gone;",
    )
    with pytest.raises(ReportError, match="table seen cannot be read") as caught:
        ingest.land(unit_study(file, table="seen"), tmp_path / "raw")
    assert "gone" in str(caught.value) and "create table NAME as" in str(caught.value)


@pytest.fixture
def holder(database: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Another program that is at work on the database."""
    code = f"import sqlite3; con = sqlite3.connect({str(database)!r}, isolation_level=None)\n{request.param}\nprint('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        yield
        other.communicate(b"\n")


@pytest.mark.parametrize("holder", ["con.execute('begin exclusive')"], indirect=True)
@pytest.mark.usefixtures("holder")
def test_a_database_in_use_is_explained(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    with pytest.raises(ReportError, match="another program is writing to it"):
        ingest.land(unit_study(database, table="units"), tmp_path / "raw")


WAL = "con.execute('pragma journal_mode = wal'); con.execute(\"update units set spend = 7 where who = 'u1'\")"


@pytest.mark.parametrize("holder", [WAL], indirect=True)
@pytest.mark.usefixtures("holder")
def test_rows_that_stand_beside_the_file_are_read_and_noticed(database: Path, tmp_path: Path) -> None:
    study = unit_study(database, table="units")
    found = fingerprint.of(study, StudyPaths(study.name, tmp_path))
    assert found.files == (database, database.with_name("shop.sqlite-wal"))
    assert texts_of(database, "units")["spend"] == ("DOUBLE", [7.0, 0.0, 5.5])


def test_nothing_is_written_beside_a_file_at_rest(database: Path) -> None:
    with closing(sqlite3.connect(database)) as con:
        con.execute("pragma journal_mode = wal")
    before = database.read_bytes()
    texts_of(database, "units")
    assert [*database.parent.iterdir()] == [database] and database.read_bytes() == before


def test_a_file_that_changed_has_another_content(database: Path, tmp_path: Path) -> None:
    study, digests = unit_study(database, table="units"), []
    for spend in (9.99, 8.99):
        with closing(sqlite3.connect(database)) as con, con:
            con.execute("update units set spend = ? where who = 'u1'", (spend,))
        (file,) = fingerprint.of(study, StudyPaths(study.name, tmp_path)).files
        digests.append(Contents().digest(file))
    assert digests[0] != digests[1]


def test_other_files_are_told(database: Path, tmp_path: Path) -> None:
    whole = database.read_bytes()
    for name, raw, said in (
        ("text.sqlite", b"no database" * 1000, "cannot be read as SQLite"),
        ("cut.sqlite", whole[: len(whole) // 2], "cannot be read as SQLite"),
        ("torn.sqlite", whole[:4096] + bytes(len(whole) - 4096), "cannot be read as SQLite"),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(ReportError, match=said):
            ingest.land(unit_study(tmp_path / name, table="units"), tmp_path / f"raw {name}")
    (tmp_path / "shop.csv").write_bytes(whole)
    with pytest.raises(ReportError, match="is a SQLite database") as caught:
        ingest.land(unit_study(tmp_path / "shop.csv"), tmp_path / "raw csv")
    assert "data.format: sqlite" in str(caught.value)


def test_text_of_another_encoding_is_told_without_the_text(tmp_path: Path) -> None:
    file = written(tmp_path / "shop.db", "insert into units values (cast(x'e4e4' as text), 'a', 1, 2, 3);")
    with pytest.raises(ReportError, match="holds text that is not UTF-8") as caught:
        ingest.land(unit_study(file, table="units"), tmp_path / "raw")
    assert "'who'" in str(caught.value)


def test_a_missing_column_is_told(database: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="missing column 'when'"):
        ingest.land(log_study(database, table="events", columns=LOG_COLUMNS | {"event_time": "when"}), tmp_path / "raw")
