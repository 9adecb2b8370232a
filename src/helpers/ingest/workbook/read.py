"""A sheet of a workbook becomes a CSV, and is read as one: titles, totals, remarks and misfits are told as they are there."""

import csv as csv_of_python
import shutil
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import ReportError
from helpers.ingest import csv, steps
from helpers.ingest import header as header_of
from helpers.ingest.misfits import REMARKS
from helpers.ingest.parts import Parts, rows
from helpers.ingest.workbook import xml_cells
from helpers.ingest.workbook.sheet import Sheet

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

DELIMITERS = ";\t|,"


def read(con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], into: Path) -> Parts:
    """The sheet of each workbook as a Parquet file in ``into``, all of its cells as text.

    Raises :class:`~helpers.errors.ReportError` for a workbook that cannot be opened, a sheet that nobody named, and as
    :func:`helpers.ingest.csv.read` does.
    """
    texts, lines, merged = [], [], []
    for number, file in enumerate(files):
        folders = [folder for folder in file.parts[:-1] if "=" in folder]  # they may name columns
        texts.append(into.joinpath("sheets", f"{number:04d}", *folders, file.name))
        texts[-1].parent.mkdir(parents=True)
        sheet = Sheet.of(file, place.table)
        _refuse_unparted(file, sheet)
        if sheet.filled_down:
            merged.append(
                f"{file.name}: {sheet.filled_down:,} cells that are merged with the one above hold what it holds"
            )
        lines.append(_write(sheet, place.header_line, texts[-1]))
    as_text = {"format": "csv", "table": None, "delimiter": ",", "encoding": "utf-8", "rows_in_fields": True}
    parts = csv.read(con, place.model_copy(update=as_text), texts, into)
    shutil.rmtree(into / "sheets")
    for number, (file, found) in enumerate(zip(files, lines, strict=True)):
        _count_rows(con, number, file, found, place.header_line, rows(con, parts.files[number]))
    return replace(parts, counted="row", notes=(*filter(None, map(_errors, files)), *merged))


def _errors(file: Path) -> str:
    """What is said of cells that show an error and are read as empty."""
    number = xml_cells.errors_of_libreoffice(file)
    cells = "cell" if number == 1 else "cells"
    return f"{file.name}: {number:,} {cells} with an error, such as #N/A, read as empty" if number else ""


def keys_of(file: Path, place: "Place") -> dict[str, Any]:
    """The keys of ``data`` that read a workbook which no study names yet: its sheet where there are several, its header."""
    sheet = Sheet.of(file, place.table)
    return {"table": None if sheet.lone else sheet.name, "header_line": _header_line(sheet)}


def _header_line(sheet: Sheet) -> int | None:
    """The row of the header, where a title or the names of groups of columns stand above it; None where it is the first one."""
    head = list(islice(sheet.rows(), csv.LOOKED_AT))
    first = next((i for i, row in enumerate(head) if row), 0)
    header = header_of.row_of(head) or first
    groups = {m.top for m in sheet.merged if m.right > m.left}
    while header in groups and header + 1 < len(head) and head[header + 1]:
        header += 1
    return header + 1 if header > first else None


def _refuse_unparted(file: Path, sheet: Sheet) -> None:
    """Raise where each row stands in a single cell, its fields still parted by a sign."""
    head = [row[0] for row in islice(sheet.rows(), csv.LOOKED_AT) if len(row) == 1]
    if len(sheet.kept) != 1 or len(head) <= 1:
        return
    sign = next((s for s in DELIMITERS if head[0].count(s) and len({text.count(s) for text in head}) == 1), None)
    if sign:
        raise ReportError(
            f"{file.name}, sheet '{sheet.name}': each row stands in a single cell",
            got=f"{head[0][:60]!r}",
            expected="a cell for each field",
            cause=f"a CSV whose fields are parted by {sign!r}, opened in a spreadsheet that expects another sign",
            remedy="give the CSV itself, for it is read as it is",
        )


def _write(sheet: Sheet, header_line: int | None, into: Path) -> list[tuple[int, int]]:
    """The rows of a sheet as a CSV; the row and the line in which each begins that is not empty, counted from 1.

    A row of a single cell below the last that holds several is a remark where it reads like one, and is written as a
    line of its own, without fields.
    """
    begins: list[tuple[int, int]] = []
    line = 1
    with into.open("w", encoding="utf-8", newline="") as stream:
        out = csv_of_python.writer(stream, lineterminator="\n")
        held: list[tuple[int, list[str]]] = []

        def write(rows: Iterable[tuple[int, list[str]]]) -> None:
            nonlocal line
            for number, row in rows:
                if row:
                    begins.append((number, line))
                out.writerow(row)
                line += 1 + sum(text.count("\n") for text in row)

        for number, row in enumerate(sheet.rows(header_line and header_line - 1), 1):
            held.append((number, row))
            if sum(bool(text) for text in row) > 1 or len(sheet.kept) == 1:
                write(held)
                held.clear()
        several = bool(begins)
        write((number, row[:1] if several and row and REMARKS.fullmatch(row[0]) else row) for number, row in held)
    return begins


def _count_rows(
    con: "duckdb.DuckDBPyConnection",
    number: int,
    file: Path,
    begins: list[tuple[int, int]],
    header_line: int | None,
    rows: int,
) -> None:
    """Tell rows by their number in the sheet, where cells of several lines make them others than the lines of the CSV."""
    if not begins or all(row == line for row, line in begins):
        return
    header = header_line or begins[0][0]
    below = [row for row, _ in begins if row > header][:rows]
    con.execute("delete from steps where file = ?", [number])
    found, ahead = [(0, 1)], None
    for at, row in enumerate(below):
        if row - at != ahead:
            ahead = row - at
            found.append((at, ahead))
    steps.add(con, number, found)
    last = begins[len(begins) - 64 :] if len(begins) > 64 else begins
    con.executemany(
        'update rejects set "row" = ? where file = ? and "row" = ? and "column" is null',
        [(row, file.name, line) for row, line in last],
    )
