"""The sheets of a workbook: which one holds the table, and what is said where nobody can tell."""

import difflib
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from helpers.errors import ReportError
from helpers.ingest.workbook import xml_cells

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST = 20
"""Sheets that a message names."""
LARGEST = 10**8
"""Cells from the first to the last one that are read: all of them take memory, also where nothing stands."""
OLD = b"\xd0\xcf\x11\xe0"
"""What a workbook of the old Excel begins with."""
TRIED = """import sys, python_calamine
with python_calamine.load_workbook(sys.argv[1]) as book:
    for name in book.sheet_names:
        book.get_sheet_by_name(name)"""


@contextmanager
def opened(file: Path) -> Iterator["CalamineWorkbook"]:
    """A workbook. Raises :class:`~helpers.errors.ReportError` for one with a password and for what is none, or is damaged,
    also while its sheets are read."""
    import python_calamine

    try:
        _refuse_torn(file)
        with python_calamine.load_workbook(file) as book:
            yield book
    except python_calamine.PasswordError:
        raise ReportError(
            f"{file.name} cannot be read: it is protected by a password",
            expected="a workbook that opens without one",
            remedy="open it, and save it without a password, or save its sheet as CSV UTF-8",
        ) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError, OSError) as error:
        raise _damaged(file, str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def _damaged(file: Path, got: str) -> ReportError:
    return ReportError(
        f"{file.name} cannot be read as a workbook",
        got=got,
        expected="a whole workbook: .xlsx, .xlsm, .xlsb, .xls or .ods",
        cause="a download that broke off, or another file that only bears the name",
        remedy="open it in a spreadsheet, and save it anew",
    )


def _refuse_torn(file: Path) -> None:
    """Raise for an old workbook that ends the process that reads it, as one does that names sizes which no memory has.

    It is tried in a process of its own; nothing in such a file says whether it is whole, as a zip does.
    """
    with file.open("rb") as stream:
        old = stream.read(len(OLD)) == OLD
    if old and subprocess.run([sys.executable, "-c", TRIED, file], capture_output=True, check=False).returncode < 0:
        raise _damaged(file, "sizes that no memory has")


def chosen(book: "CalamineWorkbook", file: Path, table: str | None) -> "CalamineSheet":
    """The sheet that is named, or the only one that holds rows and is not hidden.

    Raises :class:`~helpers.errors.ReportError` where there is none, or more than one that nobody named.
    """
    if table is not None:
        return _loaded(book, file, _named(book, file, table))
    shown = _names(book, hidden=False)
    found = [sheet for sheet in (_loaded(book, file, name) for name in shown or _names(book)) if sheet.height]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ReportError(
            f"{file.name} holds no rows", got=f"{len(shown)} empty sheets", expected="a sheet with a header and rows",
            cause="an export that broke off, or a workbook of charts alone", remedy="give the workbook that holds the rows",
        )  # fmt: skip
    raise ReportError(
        f"{file.name} holds {len(found)} sheets with rows",
        got=", ".join(f"'{s.name}' ({s.height:,} rows, {s.width:,} columns)" for s in found[:MOST]),
        expected="one sheet to look at",
        remedy="name it: --table SHEET of new-study, or data.table in the study file" + _together(file, found),
    )


def _together(file: Path, found: "list[CalamineSheet]") -> str:
    """How sheets of the same columns become one table, such as a sheet for each arm."""
    heads = [next(iter(sheet.iter_rows()), []) for sheet in found]
    if not heads[0] or any(head != heads[0] for head in heads):
        return ""
    names = ", ".join(repr(sheet.name) for sheet in found)
    program = (
        f"import csv, python_calamine; book = python_calamine.CalamineWorkbook.from_path('{file.name}'); sheets = [{names}];"
        " rows = {name: book.get_sheet_by_name(name).to_python() for name in sheets}; out = csv.writer(open('FILE.csv', 'w', newline='', encoding='utf-8'));"
        " out.writerow([*rows[sheets[0]][0], 'variant']); [out.writerow([*row, name]) for name in sheets for row in rows[name][1:]]"
    )
    return f'; if each sheet is an arm, write them below each other, with a column that names it: python -c "{program}"'


def _loaded(book: "CalamineWorkbook", file: Path, name: str) -> "CalamineSheet":
    cells = xml_cells.extent(file, name)
    if cells > LARGEST:
        raise ReportError(
            f"{file.name}, sheet '{name}': a cell stands far from the table",
            got=f"{cells:,} cells from the first to the last one, most of them empty",
            expected=f"at most {LARGEST:,}",
            cause="a remark or a blank that was typed into a far column",
            remedy="delete the columns beside the table in the spreadsheet, and save it anew; or save the sheet as CSV UTF-8",
        )
    return book.get_sheet_by_name(name)


def _names(book: "CalamineWorkbook", *, hidden: bool = True) -> list[str]:
    """Sheets of cells, in their order."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        each.name
        for each in book.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet and (hidden or each.visible == SheetVisibleEnum.Visible)
    ]


def _named(book: "CalamineWorkbook", file: Path, table: str) -> str:
    known = _names(book)
    if table in known:
        return table
    near = difflib.get_close_matches(table, known, n=1, cutoff=0.4)
    raise ReportError(
        f"there is no sheet '{table}' in {file.name}",
        got=table,
        expected=f"one of {', '.join(map(repr, known[:MOST]))}" if known else "a sheet of cells, and there is none",
        remedy=f"did you mean '{near[0]}'?" if near else "name a sheet: --table SHEET of new-study, or data.table in the study file",
    )  # fmt: skip
