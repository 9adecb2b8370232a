"""A workbook is read as the CSV of its sheet would be: every cell is the text that stands in it."""

from datetime import date, datetime, time, timedelta
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
from helpers.ingest import workbook
from helpers.ingest.parts import REJECTS
from helpers.ingest.workbook import sheets, xml_cells
from helpers.ingest.workbook.sheet import Sheet
from tests.ingest.studies import HEADER, events_of, rejected, unit_study
from tests.ingest.workbook.books import Fault, Formula, ods, serial, xlsx
from tests.ingest.workbook.old_books import locked, xls

UNITS: list[list[Any]] = [HEADER.split(","), ["u1", "a", 1, 9.99, 3], ["u2", "b", 0, 0, 0], ["u3", "b", True, 5.5, 1]]
LANDED = [
    ("u1", "exposed", "control", None), ("u1", "bought", None, "1"), ("u1", "spend", None, "9.99"), ("u1", "rounds", None, "3"),
    ("u2", "exposed", "treatment", None),
    ("u3", "exposed", "treatment", None), ("u3", "bought", None, "1"), ("u3", "spend", None, "5.5"), ("u3", "rounds", None, "1"),
]  # fmt: skip


def units_of(file: Path, out: Path, **data: Any) -> list[tuple[Any, ...]]:
    """Unit, event, variant and amount of a landed table of units."""
    rows, _ = events_of(unit_study(file, **data), out)
    return [(row[0], *row[2:]) for row in rows]


def texts_of(file: Path, **keys: Any) -> dict[str, list[str | None]]:
    """The columns of a workbook, each a list of texts."""
    with TemporaryDirectory() as aside, duckdb.connect() as con:
        con.execute(REJECTS)
        parts = workbook.read(con, Place(path=str(file), **keys), [file], Path(aside))
        assert set(parts.types.values()) == {"VARCHAR"} and not con.execute("from rejects").fetchall()
        listed = ", ".join(f'list("{c}" order by file_row_number)' for c in parts.types)
        found = con.execute(f"select {listed} from {parts.relation}").fetchall()[0]
    return dict(zip(parts.types, found, strict=True))


def test_a_sheet_of_units_is_landed(tmp_path: Path) -> None:
    assert units_of(xlsx(tmp_path / "units.xlsx", {"Units": UNITS}), tmp_path / "raw") == LANDED
    assert units_of(ods(tmp_path / "units.ods", {"Units": UNITS}), tmp_path / "again") == LANDED


TEXTS = st.text(st.sampled_from("aZ0 9,;\"'=äß€日\n"), min_size=1, max_size=8).filter(str.strip)
UNIT = st.text(st.sampled_from("u0ä"), min_size=1, max_size=5)
"""What stands alone in a row, and is no remark."""
CELLS: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "text": (TEXTS, str),
    "digits in a text": (st.from_regex(r"0[0-9]{1,17}", fullmatch=True), str),
    "whole": (st.integers(-(2**53) + 1, 2**53 - 1).filter(lambda n: abs(n) < 10**15), str),
    "money": (st.decimals(-(10**9), 10**9, places=2), lambda d: f"{d.normalize():f}".replace("-0", "0") if d == 0 else f"{d.normalize():f}"),
    "truth": (st.booleans(), lambda b: "TRUE" if b else "FALSE"),
    "day": (st.dates(date(1900, 3, 1), date(2199, 1, 1)), str),
    "moment": (st.datetimes(datetime(1904, 1, 3), datetime(2199, 1, 1)).map(lambda t: t.replace(microsecond=0)), lambda t: t.strftime("%Y-%m-%d %H:%M:%S")),
    "hours": (st.integers(0, 500 * 3600).map(lambda s: timedelta(seconds=s)), lambda d: f"{d.days * 24 + d.seconds // 3600:02d}:{d.seconds // 60 % 60:02d}:{d.seconds % 60:02d}"),
}  # fmt: skip
"""Kinds of cells, and the text of a value, by means of Python alone."""


@given(st.data(), st.booleans())
def test_every_kind_of_cell_is_the_text_that_it_shows(data: st.DataObject, from_1904: bool) -> None:
    kinds = data.draw(st.lists(st.sampled_from([*CELLS]), min_size=2, max_size=5))
    empty, values = st.none(), {kind: values for kind, (values, _) in CELLS.items()}
    row = st.tuples(*(st.one_of(values[kind], empty) if i else UNIT for i, kind in enumerate(["text", *kinds])))
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    if from_1904:
        rows = [tuple(None if isinstance(v, date) and v.year < 1904 else v for v in row) for row in rows]
    names = [f"c{i}" for i in range(len(kinds) + 1)]
    with TemporaryDirectory() as folder:
        found = texts_of(xlsx(Path(folder, "b.xlsx"), {"ä 'x' & <y>": [names, *rows]}, from_1904=from_1904))
    for at, kind in enumerate(["text", *kinds]):
        column = [None if row[at] is None else CELLS[kind][1](row[at]) for row in rows]
        if kind == "moment" and all(text is None or text.endswith(" 00:00:00") for text in column):
            column = [text and text[:10] for text in column]  # days, and nothing tells that they are more
        if any(column):
            assert found[names[at]] == column, kind


def test_a_midnight_among_moments_is_a_moment(tmp_path: Path) -> None:
    rows = [
        ["who", "at"],
        ["u1", datetime(2026, 3, 1, 10, 11, 12)],
        ["u2", datetime(2026, 3, 2)],
        ["u3", date(2026, 3, 3)],
    ]
    assert texts_of(xlsx(tmp_path / "b.xlsx", {"S": rows}))["at"] == [
        "2026-03-01 10:11:12", "2026-03-02 00:00:00", "2026-03-03 00:00:00",
    ]  # fmt: skip


def test_a_formula_is_its_value(tmp_path: Path) -> None:
    rows = [["who", "x", "y"], ["u1", Formula("A2&1", "u11"), Formula("0.1+0.2", "0.30000000000000004")], ["u2", Formula("1/0", Fault("#DIV/0!")), None]]  # fmt: skip
    rows[1][2] = Formula("0.1+0.2", 0.1 + 0.2)
    found = texts_of(xlsx(tmp_path / "b.xlsx", {"S": rows}))
    assert found == {"who": ["u1", "u2"], "x": ["u11", "#DIV/0!"], "y": ["0.3", None]}


def test_long_numbers_are_told_where_they_are_ids(tmp_path: Path) -> None:
    for number, ids in enumerate(
        (["12345678901234567", "12345678901234571", "12345678901234583"],  # more than a number of the sheet holds
         ["4012888888881880", "4012888888881890", "4012888888881910"],)  # 16 digits typed in: the last one became 0
    ):  # fmt: skip
        rows = [UNITS[0], *([Decimal(i), *row[1:]] for i, row in zip(ids, UNITS[1:], strict=True))]
        with pytest.raises(ReportError, match=r"(?s)column 'who' cannot be read as ids.*(rounded|several ids)"):
            units_of(xlsx(tmp_path / f"{number}.xlsx", {"S": rows}), tmp_path / f"raw{number}")
    exact = ["4012888888881881", "4012888888881890", "4012888888881882"]
    rows = [UNITS[0], *([Decimal(i), *row[1:]] for i, row in zip(exact, UNITS[1:], strict=True))]
    assert {row[0] for row in units_of(xlsx(tmp_path / "exact.xlsx", {"S": rows}), tmp_path / "exact")} == {*exact}
    micros = [1772496487000000 + i * 10**6 for i in range(4)]
    assert texts_of(xlsx(tmp_path / "t.xlsx", {"S": [["who", "at"], *([f"u{i}", m] for i, m in enumerate(micros))]}))["at"] == [*map(str, micros)]  # fmt: skip


@settings(max_examples=6)
@given(st.lists(st.decimals(0, 10**7, places=2), min_size=2, max_size=80))
def test_sums_of_money_are_exact(amounts: list[Decimal]) -> None:
    rows: list[list[Any]] = [UNITS[0], *([f"u{i}", "ab"[i % 2], 1, float(a), 0] for i, a in enumerate(amounts))]
    with TemporaryDirectory() as folder:
        landed = units_of(xlsx(Path(folder, "b.xlsx"), {"S": rows}), Path(folder, "raw"))
    assert sum(Decimal(row[3]) for row in landed if row[1] == "spend") == sum(amounts)


@settings(max_examples=6)
@given(st.lists(st.integers(1, 9999), min_size=3, max_size=80, unique=True))
def test_a_number_of_three_decimals_is_not_a_thousand(thousandths: list[int]) -> None:
    amounts = [Decimal(1000 + n) / 1000 for n in thousandths]
    rows: list[list[Any]] = [UNITS[0], *([f"u{i}", "ab"[i % 2], 1, float(a), 0] for i, a in enumerate(amounts))]
    with TemporaryDirectory() as folder:
        landed = units_of(xlsx(Path(folder, "b.xlsx"), {"S": rows}), Path(folder, "raw"))
    assert [Decimal(row[3]) for row in landed if row[1] == "spend"] == amounts


def test_a_title_is_told_and_skipped_by_its_row(tmp_path: Path) -> None:
    indented = [[None, None, *row] for row in UNITS]
    file = xlsx(tmp_path / "b.xlsx", {"S": [[], [None, None, "Export of\nMay"], [], *indented]})
    with pytest.raises(ReportError, match="the header stands in line 4") as caught:
        units_of(file, tmp_path / "raw")
    assert "data.header_line: 4" in str(caught.value)
    assert units_of(file, tmp_path / "raw2", header_line=4) == LANDED


def test_remarks_below_the_table_are_rejected_with_their_rows(tmp_path: Path) -> None:
    rows = [*UNITS, ["u4", "a\nb", 1, 1, 1], [], ["Source: shop, May 2026"]]
    rows[4] = ["u\n4", "a", 1, 1, 1]
    file = xlsx(tmp_path / "b.xlsx", {"S": rows})
    with pytest.raises(ReportError, match="line 7"):
        units_of(file, tmp_path / "raw")
    units_of(file, tmp_path / "raw2", tolerate={"malformed_line": 0.3})
    assert [line.split(",")[0] for line in rejected(tmp_path / "raw2")] == ["7"]


def test_an_error_cell_is_told_with_its_row(tmp_path: Path) -> None:
    rows = [*UNITS, ["u\n4", "a", 1, 2, 1], ["u5", "a", 1, Fault("#N/A"), 1]]
    file = xlsx(tmp_path / "b.xlsx", {"S": rows})
    with pytest.raises(ReportError, match="spend") as caught:
        units_of(file, tmp_path / "raw")
    assert "row 6" in str(caught.value) and "#N/A" in str(caught.value)


def test_error_cells_of_libreoffice_are_counted(tmp_path: Path) -> None:
    rows = [*UNITS, ["u5", "a", 1, Fault("#N/A"), 1]]
    study = unit_study(ods(tmp_path / "b.ods", {"S": rows}))
    parts = ingest.land(study, tmp_path / "raw")
    assert parts.notes == ("b.ods: 1 cell with an error, such as #N/A, read as empty",)


def test_which_of_several_sheets_is_asked_and_named(tmp_path: Path) -> None:
    sheets = {"Notes": [["Made in May"]], 'L\'été "1"': UNITS, "empty": []}
    file = xlsx(tmp_path / "b.xlsx", sheets)
    with pytest.raises(ReportError, match="holds 2 sheets with rows") as caught:
        units_of(file, tmp_path / "raw")
    assert "'L'été \"1\"' (4 rows, 5 columns)" in str(caught.value) and "--table" in str(caught.value)
    assert units_of(file, tmp_path / "raw2", table='L\'été "1"') == LANDED
    with pytest.raises(ReportError, match="there is no sheet 'Note'") as caught:
        units_of(file, tmp_path / "raw3", table="Note")
    assert "did you mean 'Notes'" in str(caught.value)
    assert units_of(xlsx(file, sheets, hidden=["Notes"]), tmp_path / "raw4") == LANDED
    with pytest.raises(ReportError, match="holds no rows"):
        units_of(xlsx(file, {"a": [], "b": []}), tmp_path / "raw5")


def test_workbooks_of_a_folder_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for number, row in enumerate(UNITS[1:]):
        xlsx(tmp_path / "logs" / f"{number}.xlsx", {"S": [UNITS[0], row]})
    (tmp_path / "logs" / "~$0.xlsx").write_bytes(b"\x05owner of the open workbook")
    assert units_of(tmp_path / "logs", tmp_path / "raw") == LANDED
    assert units_of(tmp_path / "logs" / "*.xlsx", tmp_path / "raw2") == LANDED


def test_a_csv_that_stands_in_one_column_is_told(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "b.xlsx", {"S": [[";".join(map(str, row))] for row in UNITS]})
    with pytest.raises(ReportError, match="each row stands in a single cell") as caught:
        units_of(file, tmp_path / "raw")
    assert "';'" in str(caught.value)


def test_text_by_the_name_of_a_workbook_is_text_and_a_workbook_by_another_name_is_told(tmp_path: Path) -> None:
    file = tmp_path / "units.xls"
    file.write_text("\n".join("\t".join(map(str, row)) for row in UNITS) + "\n")
    assert units_of(file, tmp_path / "raw", delimiter="\t") == LANDED
    for name in ("units.csv", "units"):
        with pytest.raises(ReportError, match="is a workbook") as caught:
            units_of(xlsx(tmp_path / name, {"S": UNITS}), tmp_path / f"raw {name}")
        assert "data.format: workbook" in str(caught.value)
    assert units_of(tmp_path / "units", tmp_path / "raw3", format="workbook") == LANDED


@given(st.integers(1, 99))
def test_a_workbook_that_is_cut_is_one_message(share: int) -> None:
    with TemporaryDirectory() as folder:
        file = xlsx(Path(folder, "b.xlsx"), {"S": UNITS})
        raw = file.read_bytes()
        file.write_bytes(raw[: max(4, len(raw) * share // 100)])
        with pytest.raises(ReportError, match=r"b\.xlsx cannot be read as a workbook"):
            texts_of(file)


@given(st.integers(0, 4095), st.integers(1, 255), st.sampled_from([xlsx, ods, xls]))
@settings(max_examples=12)
def test_a_workbook_with_a_wrong_byte_is_read_or_told(at: int, change: int, write: Any) -> None:
    with TemporaryDirectory() as folder:
        file = write(Path(folder, "b.xlsx"), UNITS if write is xls else {"S": UNITS})
        raw = bytearray(file.read_bytes())
        raw[at % len(raw)] ^= change
        file.write_bytes(raw)
        try:
            assert [*Sheet.of(file, None).rows()]
        except ReportError as told:
            assert "b.xlsx" in str(told)


def test_a_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="it is protected by a password"):
        units_of(locked(tmp_path / "units.xlsx"), tmp_path / "raw")


def test_a_cell_far_from_the_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*UNITS, [*[None] * 16_000, "x"]]
    file = xlsx(tmp_path / "b.xlsx", {"S": rows})
    assert len([*Sheet.of(file, None).kept]) == 6
    monkeypatch.setattr(sheets, "LARGEST", 50_000)
    with pytest.raises(ReportError, match="a cell stands far from the table") as caught:
        units_of(file, tmp_path / "raw")
    assert "80,005 cells" in str(caught.value)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 800), st.sampled_from(["#N/A", "#DIV/0!", "#REF!"])), max_size=8
    )
)
@settings(max_examples=12)
def test_errors_are_found_where_they_stand(found: list[tuple[int, int, str]]) -> None:
    expected = {(row, column): shown for row, column, shown in found}
    rows = [
        [Fault(expected[r, c]) if (r, c) in expected else 1 if (r + c) % 97 == 0 else None for c in range(801)]
        for r in range(41)
    ]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_cells, "_BLOCK", 100)
        assert xml_cells.errors(xlsx(Path(folder, "b.xlsx"), {"a": [[1]], "S": rows}), "S") == expected


def test_both_calendars_count_the_same_days() -> None:
    assert serial(date(2026, 6, 1)) == 46174 and serial(date(2026, 6, 1), from_1904=True) == 46174 - 1462
    assert serial(time(12)) == 0.5


@pytest.mark.parametrize("from_1904", [False, True])
def test_a_workbook_of_the_old_excel_is_read_alike(tmp_path: Path, from_1904: bool) -> None:
    assert units_of(xls(tmp_path / "units.xls", UNITS), tmp_path / "raw") == LANDED
    rows = [
        ["who", "day", "at"],
        ["007", date(2026, 3, 1), datetime(2026, 3, 1, 10, 11, 12)],
        ["ä\nb", None, datetime(2026, 3, 2)],
    ]
    assert texts_of(xls(tmp_path / "days.xls", rows, from_1904=from_1904)) == {
        "who": ["007", "ä\nb"], "day": ["2026-03-01", None], "at": ["2026-03-01 10:11:12", "2026-03-02 00:00:00"],
    }  # fmt: skip
