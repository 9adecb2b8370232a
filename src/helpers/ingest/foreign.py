"""Files of other programs, told by their first bytes: what each is, and how to have its rows read."""

import re
import zipfile
from pathlib import Path
from typing import Final

from helpers.errors import ReportError

_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0"
"""What workbooks begin with."""
_SQLITE: Final = b"SQLite format 3\0"
_DUCKDB: Final = b"DUCK"
_PANDAS: Final = "python -c \"import pandas; pandas.read_{}('FILE').to_parquet('FILE.parquet')\""
_WORKBOOK: Final = "say data.format: workbook, or give it the ending of its format, such as .xlsx or .xls"
KINDS: Final = {
    _SQLITE: ("a SQLite database", "say data.format: sqlite, or give it the ending .sqlite"),
    b"ARROW1": ("a Feather or Arrow file", _PANDAS.format("feather")),
    b"PAR1": ("a Parquet file", "say data.format: parquet, or give it the ending .parquet"),
    b"FEA1": ("a Feather file", _PANDAS.format("feather")),
    b"ORC": ("an ORC file", _PANDAS.format("orc")),
    b"Obj\x01": ("an Avro file", "export it as Parquet, or as JSON with one object a line"),
    b"\x89HDF": ("an HDF5 file", _PANDAS.format("hdf")),
    _OLD: ("a workbook", _WORKBOOK),
    b"%PDF-": ("a PDF", "export the table behind it as CSV"),
    b"\x89PNG": ("a picture", "export the table behind it as CSV"),
    **{b"\x80" + bytes([n]): ("a pickle of Python", "frame.to_parquet('FILE.parquet') where it was made") for n in (2, 3, 4, 5)},
}  # fmt: skip
"""First bytes, each with what such a file is and how its rows come into one that is read."""
PAGES: Final = (b"<!doctype html", b"<html", b"<table", b"<?xml")
"""What web pages and tables saved as such begin with, in small letters."""
TAR: Final = slice(257, 262)
CONTROL: Final = re.compile(rb"[\0-\x08\x0e-\x1a]")
"""Signs of no text, beside which a mark of letters is no header."""
NAMES: Final = {
    "csv": "CSV",
    "json": "JSON",
    "parquet": "Parquet",
    "workbook": "a workbook",
    "duckdb": "DuckDB",
    "sqlite": "SQLite",
}
OF: Final = {"parquet": "a Parquet file", "workbook": "a workbook", "sqlite": "a SQLite database"}


def refuse(file: Path, kind: str) -> None:
    """Raise where a file is none of the formats that are read, or Parquet by another name than ``kind``.

    >>> told(b"SQLite format 3\\0 and more", "csv")[0], told(b"<TABLE border=1><tr>", "csv")[0], told(b"a,b", "csv")
    ('a SQLite database', 'a web page, as some programs save tables', None)
    >>> told(b"ORC\\x08\\x03", "csv")[0], told(b"ORC,group,spend", "csv"), told(b"PAR1\\x15", "csv")[0]
    ('an ORC file', None, 'a Parquet file')
    """
    with file.open("rb") as opened:
        head = opened.read(512)
    if said := told(head, kind) or (
        kind != "workbook" and _is_packed_workbook(file, head) and ("a workbook", _WORKBOOK)
    ):
        raise ReportError(
            f"{file.name} cannot be read: it is {said[0]}",
            got=f"a file that is to be read as {NAMES.get(kind, kind)}",
            expected="CSV, JSON with one object a line, Parquet, a workbook, DuckDB or SQLite",
            remedy=said[1],
        )


def told_by_content(file: Path, kind: str) -> str:
    """The format of a file whose ending says ``kind``: databases share endings, and programs give text the name of a workbook."""
    with file.open("rb") as opened:
        head = opened.read(512)
    if kind == "workbook" and not head.startswith((_ZIP, _OLD)) and told(head, kind) is None:
        return "csv"
    if kind in ("duckdb", "sqlite"):
        return "sqlite" if head.startswith(_SQLITE) else "duckdb" if head[8:12] == _DUCKDB else kind
    return kind


def _is_packed_workbook(file: Path, head: bytes) -> bool:
    """Whether a zip holds what a workbook of a spreadsheet does."""
    if not head.startswith(_ZIP) or not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as packed:
        names = packed.namelist()
    return any(name.startswith("xl/") for name in names) or {"mimetype", "content.xml"} <= set(names)


def told(head: bytes, kind: str) -> tuple[str, str] | None:
    """What a file is by its first bytes, and what to do; None for one that may be ``kind``."""
    if head[TAR] == b"ustar":
        return "a tar archive", "unpack it, and name the file that comes out in the study file"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGES):
        return "a web page, as some programs save tables", "open it in a spreadsheet, and save it as CSV UTF-8"
    for mark, said in KINDS.items():
        if head.startswith(mark) and (not mark.isalnum() or CONTROL.search(head)) and said[0] != OF.get(kind):
            return said
    return None
