"""What the reader of workbooks does not tell, looked for in the file itself, a zip of XML: errors, and how far cells reach.

A cell that shows an error, such as #N/A, is read as an empty one. In an xlsx its place is found, in the file of
LibreOffice, whose cells have no address, such are counted. The old and the binary formats are no XML: their errors
stay empty.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<', re.S)  # fmt: skip
_FAR = re.compile(rb'\br="([A-Z]{3})[0-9]')
_END = re.compile(rb"</(?:\w+:)?c>")
_BLOCK, _LONGEST = 1 << 22, 1 << 16
_REFERS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def errors(file: Path, sheet: str) -> dict[tuple[int, int], str]:
    """The errors of a sheet by row and column, counted from 0; none where the file is no xlsx."""
    if not zipfile.is_zipfile(file):
        return {}
    with zipfile.ZipFile(file) as packed:
        member = _member(packed, sheet)
        if member is None:
            return {}
        return {
            (int(row) - 1, _column(letters)): error.decode()
            for block in _whole_cells(packed, member)
            for letters, row, error in _CELL.findall(block)
        }


def extent(file: Path, sheet: str) -> int:
    """Cells from the first to the last column of an xlsx with names of three letters, in as many rows as there are; else 0."""
    if not zipfile.is_zipfile(file):
        return 0
    with zipfile.ZipFile(file) as packed:
        member = _member(packed, sheet)
        if member is None:
            return 0
        rows, far = 0, set[bytes]()
        with packed.open(member) as stream:
            while block := stream.read(_BLOCK):
                rows += block.count(b"<row ")
                far |= set(_FAR.findall(block))
    return rows * (_column(max(far)) + 1) if far else 0


def errors_of_libreoffice(file: Path) -> int:
    """How many cells of an ods show an error; 0 where the file is none."""
    if not zipfile.is_zipfile(file):
        return 0
    with zipfile.ZipFile(file) as packed:
        if "content.xml" not in packed.namelist():
            return 0
        return packed.read("content.xml").count(b'calcext:value-type="error"')


def _member(packed: zipfile.ZipFile, sheet: str) -> str | None:
    """The file inside of the zip that holds the XML of a sheet."""
    book, related = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {book, related} <= set(packed.namelist()):
        return None
    targets = {each.get("Id"): each.get("Target", "") for each in ElementTree.fromstring(packed.read(related))}
    for each in ElementTree.fromstring(packed.read(book)).iter():
        if each.tag.endswith("}sheet") and each.get("name") == sheet:
            target = targets.get(each.get(_REFERS), "")
            member = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            return member if member in packed.namelist() else None
    return None


def _whole_cells(packed: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The XML in blocks that end with a cell."""
    left = b""
    with packed.open(member) as stream:
        while block := stream.read(_BLOCK):
            left += block
            ends = [end.end() for end in _END.finditer(left, max(0, len(left) - _LONGEST))]
            cut = ends[-1] if ends else 0
            if b't="e"' in left:
                yield left[:cut]
            left = left[cut:]
    yield left


def _column(letters: bytes) -> int:
    """
    >>> _column(b"A"), _column(b"Z"), _column(b"AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1
