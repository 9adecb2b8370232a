"""A workbook is proposed, checked and built as a CSV is; where its table stands is seen, asked, and written into the study."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers import config, ingest
from helpers.errors import ReportError
from helpers.warehouse import build, preview, query
from tests.ingest.new_study.tables import proposed, raw
from tests.ingest.workbook.books import ods, xlsx

HEADER = ["user_id", "group", "signup", "converted", "spend", "ville"]


def rows(n: int = 300) -> list[list[Any]]:
    """Units with ids of leading zeros, a day, an outcome in words of a sheet, money."""
    start = datetime(2026, 3, 2, 9)
    return [
        [f"{i:05d}", "AB"[i % 2], start + timedelta(hours=i), i % 3 == 2, i * 7 % 100 / 4 if i % 3 == 2 else 0, "Orléans" if i // 2 % 2 else "Besançon"]
        for i in range(n)
    ]  # fmt: skip


def built(base: Path, name: str) -> list[tuple[Any, ...]]:
    """Variants and their units in the marts of a study that was checked first."""
    file = base / "studies" / f"{name}.yml"
    said, refused = preview.of(str(file))
    assert refused is None, refused
    assert "It can be run" in said and "300 rows" in said
    study, where = config.opened(file)
    ingest.land_whole(study, where)
    build.build(study, where)
    with query.connect(where.database) as con:
        return con.execute("select variant, count(*) from marts.fct_experiment_units group by 1 order by 1").fetchall()


@pytest.mark.slow
def test_a_workbook_goes_the_whole_way(tmp_path: Path) -> None:
    title = [["Results of the test", None], []]
    file = xlsx(tmp_path / "people.xlsx", {"Readme": [["Made in May"]], "Data": [*title, HEADER, *rows()]})
    with pytest.raises(ReportError, match="2 sheets with rows"):
        proposed(tmp_path, file)
    study, _, _ = proposed(tmp_path, file, table="Data")
    assert (study.data.table, study.data.header_line, study.data.kind) == ("Data", 3, "workbook")
    assert study.data.columns["user_id"] == "user_id" and {*study.data.outcomes.values()} == {"converted", "spend"}
    assert built(tmp_path, "people") == [("control", 150), ("treatment", 150)]


def test_the_only_sheet_needs_no_name(tmp_path: Path) -> None:
    for write, ending in ((xlsx, "xlsx"), (ods, "ods")):
        file = write(tmp_path / f"people.{ending}", {"Tabelle1": [HEADER, *rows()]})
        study, written, _ = proposed(tmp_path, file, force=True)
        assert "table" not in raw(written)["data"] and "header_line" not in raw(written)["data"]
        assert study.variants[0].name == "control" and study.segments == ["ville"]


def test_names_below_those_of_their_groups_are_the_header(tmp_path: Path) -> None:
    above = ["user_id", "Test", None, "Outcomes", None, None]
    below = [None, "group", "signup", "converted", "spend", "ville"]
    file = xlsx(tmp_path / "people.xlsx", {"S": [above, below, *rows()]}, merged=["A1:A2", "B1:C1", "D1:F1"])
    study, _, _ = proposed(tmp_path, file)
    assert study.data.header_line == 2 and study.data.columns["user_id"] == "user_id"
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_arms == {"control": 150, "treatment": 150}


def test_a_table_is_named_only_where_there_are_several(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReportError, match="and a workbook sheets"):
        proposed(tmp_path, tmp_path / "people.csv", table="S")
