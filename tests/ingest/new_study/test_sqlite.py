"""A SQLite file is proposed, checked and built as any other table."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed
from tests.ingest.new_study.test_workbooks import HEADER, built, rows


def database(file: Path, more: str = "") -> Path:
    with closing(sqlite3.connect(file)) as con, con:
        con.execute(f"create table people ({', '.join(f'''{name!r}''' for name in HEADER)})")
        con.executemany(
            "insert into people values (?, ?, ?, ?, ?, ?)", [(*row[:2], str(row[2]), *row[3:]) for row in rows()]
        )
        con.executescript(more)
    return file


@pytest.mark.slow
def test_a_database_goes_the_whole_way(tmp_path: Path) -> None:
    file = database(tmp_path / "shop.db", "create view buyers as select * from people where converted")
    with pytest.raises(ReportError, match=r"shop\.db holds 2 tables"):
        proposed(tmp_path, file)
    study, _, _ = proposed(tmp_path, file, table="people")
    assert study.data.table == "people" and {*study.data.outcomes.values()} == {"converted", "spend"}
    assert built(tmp_path, "shop") == [("control", 150), ("treatment", 150)]


def test_the_only_table_needs_no_name(tmp_path: Path) -> None:
    study, _, _ = proposed(tmp_path, database(tmp_path / "shop.sqlite3"))
    assert (study.name, study.data.table, study.data.kind) == ("shop", "people", "sqlite")
