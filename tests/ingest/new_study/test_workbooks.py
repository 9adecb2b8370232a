"""A workbook is proposed, checked and built as a CSV is; where its table stands is seen, asked, and written into the study."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers import config, ingest
from helpers.errors import ReportError
from helpers.warehouse import build, preview, query
from tests.ingest.new_study.tables import proposed, raw
from tests.ingest.workbook.books import Fault, ods, xlsx

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


def test_text_by_the_name_of_a_workbook_is_proposed_as_text(tmp_path: Path) -> None:
    file = tmp_path / "people.xls"
    file.write_text("".join("\t".join(map(shown, row)) + "\n" for row in [HEADER, *rows()]), encoding="utf-16")
    study, _, _ = proposed(tmp_path, file)
    assert (study.data.delimiter, study.data.table) == ("\t", None)
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_rows == 300


def test_names_below_those_of_their_groups_are_the_header(tmp_path: Path) -> None:
    above = ["user_id", "Test", None, "Outcomes", None, None]
    below = [None, "group", "signup", "converted", "spend", "ville"]
    file = xlsx(tmp_path / "people.xlsx", {"S": [above, below, *rows()]}, merged=["A1:A2", "B1:C1", "D1:F1"])
    study, _, _ = proposed(tmp_path, file)
    assert study.data.header_line == 2 and study.data.columns["user_id"] == "user_id"
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_arms == {"control": 150, "treatment": 150}


def test_names_that_stand_twice_begin_with_those_of_their_groups(tmp_path: Path) -> None:
    above = [None, "user_id", "group", "Before", None, "After", None]
    below = [None, None, None, "orders", "Spend", "orders", "spend"]
    units = [[None, f"u{i}", "AB"[i % 2], i % 3, i % 7 * 1.5, i % 5, i % 9 * 2.25] for i in range(300)]
    file = xlsx(
        tmp_path / "people.xlsx", {"S": [["May"], above, below, *units]}, merged=["B2:B3", "C2:C3", "D2:E2", "F2:G2"]
    )
    study, _, _ = proposed(tmp_path, file)
    assert study.data.header_line == 3 and study.data.before == {
        "after_orders": "Before orders", "after_spend": "Before Spend",
    }  # fmt: skip
    assert {*study.data.outcomes.values()} == {"After orders", "After spend"}
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_rows == 300


SHAPES: dict[str, Callable[[], list[list[Any]]]] = {
    "plain": lambda: [HEADER, *rows()],
    "title": lambda: [["Report of May"], [], HEADER, *rows()],
    "remark": lambda: [HEADER, *rows(), [], ["Source: CRM"]],
    "totals": lambda: [HEADER, *rows(), ["Total", None, None, 100, Decimal("1234.5"), None]],
    "gaps": lambda: [HEADER, *([None if (i + at) % 60 == 59 and at > 2 else cell for at, cell in enumerate(row)] for i, row in enumerate(rows()))],
    "errors": lambda: [HEADER, *([*row[:4], Fault("#N/A") if i % 90 == 2 else row[4], row[5]] for i, row in enumerate(rows()))],
    "repeats": lambda: [HEADER, *rows(), *rows(5)],
    "blank rows": lambda: [HEADER, *rows(100), [], [], *rows()[100:]],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_said_of_a_workbook_is_what_is_said_of_its_csv(tmp_path: Path, shape: str) -> None:
    lines = SHAPES[shape]()
    said = []
    for ending in ("xlsx", "csv"):
        file = tmp_path / f"people.{ending}"
        if ending == "xlsx":
            xlsx(file, {"Data": lines})
        else:
            texts = [[shown(cell) for cell in line] for line in lines]
            file.write_text("".join(",".join(line) + "\n" for line in texts), encoding="utf-8")
        _, written, proposal = proposed(tmp_path, file, force=True)
        preview_of, refused = preview.of(str(tmp_path / "studies" / "people.yml"))
        said.append(
            [
                text.replace(ending, "END").replace("line ", "row ")
                for text in (written, proposal, preview_of, str(refused))
            ]
        )
    assert said[0] == said[1]


def shown(cell: Any) -> str:
    """A cell as a spreadsheet writes it into a CSV."""
    if isinstance(cell, Fault):
        return cell.shown
    return "" if cell is None else str(cell).upper() if isinstance(cell, bool) else f"{cell:g}" if isinstance(cell, float) else str(cell)  # fmt: skip


def test_a_table_is_named_only_where_there_are_several(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReportError, match="and a workbook sheets"):
        proposed(tmp_path, tmp_path / "people.csv", table="S")
