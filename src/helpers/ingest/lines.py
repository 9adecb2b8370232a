"""The lines of a CSV, counted apart from the reader that reads it: its line ends, its quotes, the rows it must give.

DuckDB reads on to the end of a file where a quote does not close, and loses what stood there without a word. So the rows
that it gives and the lines that it rejects are held against a count of our own.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import ReportError
from helpers.ingest.text import blocks

if TYPE_CHECKING:
    import numpy as np

FEED, RETURN, QUOTE, BLANK = b'\n\r" '
BEFORE = b',;\t|\n\r"'
"""What may stand before a quote that opens a field, or that is the second of two inside of one."""


@dataclass(frozen=True)
class Lines:
    """What stands in the bytes of a CSV: lines that are not empty, whether by several ends, and whether a quote is there.

    ``count`` takes every quote for one that opens or closes a field; ``open_at_the_end`` says that the last one opens,
    ``stray`` that one opens where no field begins, so that the count may be wrong.
    """

    count: int
    mixed: bool
    quoted: bool
    open_at_the_end: bool
    stray: bool


def looked_at(pieces: Iterable[bytes], delimiter: str = ",") -> Lines:
    """Count the lines of a file without parsing it, a few nanoseconds a byte.

    >>> looked_at([b'a,b\\n1,2\\n\\n3,"x', b'\\ny"'])
    Lines(count=3, mixed=False, quoted=True, open_at_the_end=False, stray=False)
    >>> looked_at([b'a"\\n,"b"\\n']).stray
    True
    """
    import numpy as np

    returns = pairs = feeds = quotes = count = 0
    stray, before = False, np.frombuffer(BEFORE + delimiter.encode()[-1:], np.uint8)
    last, at, begins = b"", 0, 0  # the last byte, where a block begins, where a line begins
    for piece in pieces:
        n_returns = piece.count(b"\r")
        returns += n_returns
        if n_returns or last == b"\r":
            pairs += piece.count(b"\r\n") + (last == b"\r" and piece.startswith(b"\n"))
        signs = np.frombuffer(piece, np.uint8)
        ends = np.flatnonzero(signs == FEED)
        feeds += len(ends)
        if n_returns and not feeds:
            ends = np.flatnonzero(signs == RETURN)
        if b'"' in piece or quotes % 2:
            marks = np.flatnonzero(signs == QUOTE)
            stray = stray or _strays(signs, marks[quotes % 2 :: 2], last, before)
            ends = ends[(np.searchsorted(marks, ends) + quotes) % 2 == 0]
            quotes += len(marks)
        if len(ends):
            count += _filled(signs, ends, begins - at)
            begins = at + int(ends[-1]) + 1
        at += len(piece)
        last = piece[-1:]
    count += at > begins
    kinds = sum((pairs > 0, feeds > pairs, returns > pairs))
    return Lines(count, kinds > 1, quotes > 0, quotes % 2 == 1, stray)


def _strays(signs: "np.ndarray", opening: "np.ndarray", last: bytes, before: "np.ndarray") -> bool:
    """Whether a quote opens where no field begins; blanks before it mean nothing."""
    import numpy as np

    places = opening - 1
    for _ in range(8):
        blank = (places >= 0) & (signs[places] == BLANK)
        if not blank.any():
            break
        places = places - blank
    inside = places[places >= 0]
    begins_well = not last or last in before.tobytes() or not (places < 0).any()
    return not (begins_well and bool(np.isin(signs[inside], before).all()))


def _filled(signs: "np.ndarray", ends: "np.ndarray", first: int) -> int:
    """Lines that hold more than their end; the first one begins at ``first``."""
    import numpy as np

    lengths = np.diff(ends, prepend=first - 1) - 1
    short = ends[lengths == 1]
    returns = int((signs[short - 1] == RETURN).sum()) if len(short) else 0
    return int((lengths > 0).sum()) - returns


def agree(found: Lines, rows: int, rejected: int) -> bool:
    """Whether every line is a row or was rejected, and no doubt is left where lines that are wrong hold quotes."""
    doubtful = found.quoted and (found.stray or found.open_at_the_end or rejected)
    return not doubtful and found.count == rows + rejected


def parted(
    file: Path, name: str, delimiter: str, above: int, width: int, into: Path
) -> tuple[int, list[tuple[int, str]]]:
    """The rows below the header written to ``into`` with every field in quotes; their number, and the lines that are none.

    Slow and strict: fields beyond the header may be empty, a quote is one only around a whole field. ``above`` are the
    records of the file down to its header. Raises :class:`~helpers.errors.ReportError` for a quote that does not close.
    """
    rows, wrong = 0, []
    with into.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        out = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n", delimiter=delimiter)
        for number, (line, lines, fields) in enumerate(_records(file, delimiter), 1):
            if number <= above or fields == []:
                continue
            if fields is None and lines > 1:
                raise ReportError(
                    f"{name}, line {line:,}: a quote does not close",
                    got=f"a field of {lines:,} lines",
                    expected='a field in quotes that ends with a quote, each quote inside it written twice: "a ""b"" c"',
                    cause="text with a quote in it that was written as it is, or a file that was cut",
                    remedy="export the file anew, or mend the line",
                )
            if fields is None:
                wrong.append((line, "UNQUOTED VALUE"))
            elif len(fields) < width:
                wrong.append((line, "MISSING COLUMNS"))
            elif any(fields[width:]):
                wrong.append((line, "TOO MANY COLUMNS"))
            elif any(_is_torn(field) for field in fields):
                wrong.append((line, "INVALID ENCODING"))
            else:
                rows += 1
                out.writerow(fields[:width])
    return rows, wrong


def _is_torn(field: str) -> bool:
    return not field.isascii() and any("\udc80" <= sign <= "\udcff" for sign in field)


def _records(file: Path, delimiter: str) -> Iterator[tuple[int, int, list[str] | None]]:
    """First line, number of lines and fields of each record by the strict grammar of CSV; None for what breaks it."""
    reader = records(file, delimiter, None, strict=True)
    before = 0
    while True:
        fields: list[str] | None = None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            pass
        yield before + 1, reader.line_num - before, fields
        before = reader.line_num


class _Raw(io.RawIOBase):
    """Blocks of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def records(file: Path, delimiter: str, most: int | None = 1 << 24, *, strict: bool = False) -> Any:
    """The records of a file, or of its first bytes, as Python reads them; what is no UTF-8 stands there as lone surrogates."""
    csv.field_size_limit(1 << 30)
    raw = io.BufferedReader(_Raw(blocks(file, most)))
    stream = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
    return csv.reader(stream, delimiter=delimiter, strict=strict)
