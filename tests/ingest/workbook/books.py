"""Workbooks written from the values of Python, by the smallest XML that a spreadsheet opens: no reader is asked what it makes of them."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
STYLES = {date: 1, datetime: 2, time: 3, timedelta: 4}
FORMATS = "".join(
    f'<numFmt numFmtId="{164 + i}" formatCode="{code}"/>'
    for i, code in enumerate(("yyyy\\-mm\\-dd", "dd/mm/yyyy\\ hh:mm:ss", "hh:mm:ss", "[h]:mm:ss"))
)


@dataclass(frozen=True)
class Fault:
    """A cell that shows an error."""

    shown: str


@dataclass(frozen=True)
class Formula:
    """A cell that reckons its value."""

    written: str
    value: Any


def serial(value: date | time | timedelta, *, from_1904: bool = False) -> float:
    """Days as a spreadsheet counts them, exact to a millisecond: two calendars, and hours as parts of a day."""
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, time):
        return (datetime.combine(date.min, value) - datetime.combine(date.min, time())) / timedelta(days=1)
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment - (datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30))) / timedelta(days=1)


def letters(column: int) -> str:
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def xlsx(
    file: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    from_1904: bool = False,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> Path:
    """Sheets by name, each row by row from A1; None is no cell. ``merged`` are ranges of the first sheet, such as B1:C1."""
    shared: dict[str, int] = {}
    numbers = range(1, len(sheets) + 1)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        for number, rows in enumerate(sheets.values(), 1):
            ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged) if number == 1 else ""
            cells = "".join(_row(i, row, shared, from_1904=from_1904) for i, row in enumerate(rows, 1))
            end = f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
            packed.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>{end}</worksheet>',
            )
        states = ("visible", "hidden")
        named = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{i}" state="{states[name in hidden]}" r:id="rId{i}"/>'
            for i, name in enumerate(sheets, 1)
        )
        calendar = '<workbookPr date1904="1"/>' if from_1904 else ""
        packed.writestr("xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{calendar}<sheets>{named}</sheets></workbook>')  # fmt: skip
        targets = {f"rId{i}": ("worksheet", f"worksheets/sheet{i}.xml") for i in numbers}
        targets |= {"rIdA": ("styles", "styles.xml"), "rIdB": ("sharedStrings", "sharedStrings.xml")}
        packed.writestr("xl/_rels/workbook.xml.rels", _related(targets))
        packed.writestr("_rels/.rels", _related({"rId1": ("officeDocument", "xl/workbook.xml")}))
        styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{164 + i}"/>' for i in range(4))
        packed.writestr("xl/styles.xml", f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="4">{FORMATS}</numFmts><cellXfs count="5">{styles}</cellXfs></styleSheet>')  # fmt: skip
        texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
        packed.writestr("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}">{texts}</sst>')
    return file


def _related(targets: Mapping[str, tuple[str, str]]) -> str:
    each = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{path}"/>' for i, (kind, path) in targets.items())  # fmt: skip
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def _row(number: int, row: Sequence[Any], shared: dict[str, int], *, from_1904: bool) -> str:
    cells = "".join(
        _cell(f"{letters(i)}{number}", value, shared, from_1904) for i, value in enumerate(row) if value is not None
    )
    return f'<row r="{number}">{cells}</row>' if cells else ""


def _cell(at: str, value: Any, shared: dict[str, int], from_1904: bool) -> str:
    formula = ""
    if isinstance(value, Formula):
        formula, value = f"<f>{escape(value.written)}</f>", value.value
        if isinstance(value, str):
            return f'<c r="{at}" t="str">{formula}<v>{escape(value)}</v></c>'
    if isinstance(value, Fault):
        return f'<c r="{at}" t="e">{formula}<v>{value.shown}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{at}" t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{at}" t="s"><v>{shared.setdefault(value, len(shared))}</v></c>'
    if isinstance(value, date | time | timedelta):
        return f'<c r="{at}" s="{STYLES[type(value)]}">{formula}<v>{serial(value, from_1904=from_1904)!r}</v></c>'
    assert isinstance(value, int | float | Decimal)
    return f'<c r="{at}">{formula}<v>{value}</v></c>'


def ods(file: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """The same as LibreOffice writes it."""
    tables = ""
    for name, rows in sheets.items():
        cells = "".join(f"<table:table-row>{''.join(map(_ods_cell, row or [None]))}</table:table-row>" for row in rows)
        tables += f"<table:table table:name={quoteattr(name)}>{cells}</table:table>"
    spaces = " ".join(f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "table", "text"))  # fmt: skip
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", f'{HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')  # fmt: skip
        packed.writestr("content.xml", f'{HEAD}<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>')  # fmt: skip
    return file


def _ods_cell(value: Any) -> str:
    def cell(kind: str, told: str) -> str:
        return f'<table:table-cell office:value-type="{kind}" {told}/>'

    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Fault):
        return f'<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>{value.shown}</text:p></table:table-cell>'
    if isinstance(value, bool):
        return cell("boolean", f'office:boolean-value="{str(value).lower()}"')
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    if isinstance(value, date):
        return cell("date", f'office:date-value="{value.isoformat()}"')
    return cell("float", f'office:value="{value}"')
