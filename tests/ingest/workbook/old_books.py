"""Workbooks of the old Excel: records of BIFF8, in the one stream of a compound file."""

import struct
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.ingest.workbook.books import serial

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
FORMATS = {164: "yyyy\\-mm\\-dd", 165: "yyyy\\-mm\\-dd\\ hh:mm:ss"}


def xls(file: Path, rows: Sequence[Sequence[Any]], *, from_1904: bool = False) -> Path:
    """A workbook of one sheet, row by row from A1; None is no cell."""
    file.write_bytes(_compound(_biff(rows, from_1904=from_1904)))
    return file


def locked(file: Path) -> Path:
    """What Excel writes where a password is asked for: the workbook stands in it, and nobody can read it."""
    file.write_bytes(_compound(bytes(6_000), "EncryptedPackage"))
    return file


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _string(text: str, length: str = "<H") -> bytes:
    return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")


def _biff(rows: Sequence[Sequence[Any]], *, from_1904: bool) -> bytes:
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 1996, 0, 6))
    begin += _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, struct.pack("<H", from_1904))
    begin += b"".join(_record(0x041E, struct.pack("<H", number) + _string(code)) for number, code in FORMATS.items())
    begin += b"".join(_record(0x00E0, struct.pack("<HH16x", 0, number)) for number in (0, *FORMATS))
    sheet = _string("Sheet", "<B")
    at = len(begin) + 4 + 6 + len(sheet) + 4
    begin += _record(0x0085, struct.pack("<IBB", at, 0, 0) + sheet) + _record(0x000A)
    cells = b"".join(
        _cell(r, c, value, from_1904) for r, row in enumerate(rows) for c, value in enumerate(row) if value is not None
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    opens = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 1996, 0, 6))
    return begin + opens + _record(0x0200, size) + cells + _record(0x000A)


def _cell(row: int, column: int, value: Any, from_1904: bool) -> bytes:
    kind = 2 if isinstance(value, datetime) else 1 if isinstance(value, date) else 0
    at = struct.pack("<HHH", row, column, kind)
    if isinstance(value, bool):
        return _record(0x0205, at + struct.pack("<BB", value, 0))
    if isinstance(value, str):
        return _record(0x0204, at + _string(value))
    number = serial(value, from_1904=from_1904) if isinstance(value, date) else float(value)
    return _record(0x0203, at + struct.pack("<d", number))


def _compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file that holds one stream: header, allocation table, directory, the stream."""
    stream = stream.ljust(8 * SECTOR, b"\0")  # a shorter one would stand elsewhere
    sectors = -(-len(stream) // SECTOR)
    tables = -(-(sectors + 2) // (SECTOR // 4 - 1))
    chain = [TABLE] * tables + [END] + [tables + 2 + i for i in range(sectors - 1)] + [END]
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack(
        "<16xHHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, END, 0, END, 0
    )
    header += struct.pack("<109I", *(i if i < tables else FREE for i in range(109)))
    entries = _entry("Root Entry", 5, 1, END, 0) + _entry(name, 2, FREE, tables + 1, len(stream))
    directory = entries + 2 * struct.pack("<64xHBBIII36xIQ", 0, 0, 1, FREE, FREE, FREE, 0, 0)
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + stream.ljust(sectors * SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    called = name.encode("utf-16-le")
    return called.ljust(64, b"\0") + struct.pack(
        "<HBBIII36xIQ", len(called) + 2, kind, 1, FREE, FREE, child, start, size
    )
