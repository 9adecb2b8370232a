"""The lines of a CSV, counted apart from the reader that reads it: its line ends, its quotes, the rows it must give.

DuckDB reads on to the end of a file where a quote does not close, and loses what stood there without a word. So the rows
that it gives and the lines that it rejects are held against a count of our own.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import ReportError
from helpers.ingest import swallowed
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
    ``stray`` that one opens where no field begins, so that the count may be wrong; ``spanned`` that a line ends inside of
    quotes. ``steps`` say in which line of an editor each of them begins, counted from 1: from the first number on, it is
    the number (from 0) and the second one.
    """

    count: int
    mixed: bool
    quoted: bool
    open_at_the_end: bool
    stray: bool
    spanned: bool
    steps: tuple[tuple[int, int], ...] = field(default=((0, 1),), repr=False)


def looked_at(pieces: Iterable[bytes], delimiter: str = ",") -> Lines:
    """Count the lines of a file without parsing it, a few nanoseconds a byte.

    >>> looked_at([b'a,b\\n1,2\\n\\n3,"x', b'\\ny"'])
    Lines(count=3, mixed=False, quoted=True, open_at_the_end=False, stray=False, spanned=True)
    >>> looked_at([b'a"\\n,"b"\\n']).stray
    True
    >>> looked_at([b'a,b\\n1,"x\\ny"\\n\\n3,4\\n']).steps
    ((0, 1), (2, 3))
    """
    import numpy as np

    returns = pairs = feeds = quotes = count = 0
    stray = spanned = False
    before = np.frombuffer(BEFORE + delimiter.encode()[-1:], np.uint8)
    last, at, begins = b"", 0, 0  # the last byte, where a block begins, where a line begins
    ended = done = 0  # line ends of an editor, and those down to the last end of a line here
    steps = [np.array([[0, 1]])]
    for piece in pieces:
        n_returns = piece.count(b"\r")
        returns += n_returns
        lone = 0
        if n_returns or last == b"\r":
            here = piece.count(b"\r\n")
            pairs += here + (last == b"\r" and piece.startswith(b"\n"))
            lone = n_returns - here - piece.endswith(b"\r")
        signs = np.frombuffer(piece, np.uint8)
        ends = np.flatnonzero(signs == FEED)
        feeds += len(ends)
        if n_returns and not feeds:
            ends, lone = np.flatnonzero(signs == RETURN), 0
        shown = np.union1d(ends, _lone(signs)) if lone > 0 else ends
        if b'"' in piece or quotes % 2:
            marks = np.flatnonzero(signs == QUOTE)
            stray = stray or _strays(signs, marks[quotes % 2 :: 2], last, before)
            outside = (np.searchsorted(marks, ends) + quotes) % 2 == 0
            spanned = spanned or not outside.all()
            ends = ends[outside]
            quotes += len(marks)
        if len(ends):
            filled = _filled(signs, ends, begins - at, last)
            lines = int(filled.sum())
            if lines < len(shown) or ended != done or done + 1 - count != steps[-1][-1, 1]:
                after = ended + 1 + np.searchsorted(shown, ends)
                ahead = (np.concatenate([[done], after[:-1]]) + 1)[filled] - count - np.arange(lines)
                new = np.flatnonzero(np.diff(ahead, prepend=steps[-1][-1, 1]))
                steps += [np.column_stack([count + new, ahead[new]])] if len(new) else []
                done = int(after[-1])
            else:
                done += len(ends)
            count += lines
            begins = at + int(ends[-1]) + 1
        ended += len(shown)
        at += len(piece)
        last = piece[-1:]
    if at > begins:
        steps += [np.array([[count, done + 1 - count]])] if done + 1 - count != steps[-1][-1, 1] else []
        count += 1
    kinds = sum((pairs > 0, feeds > pairs, returns > pairs))
    begin = tuple(dict(np.concatenate(steps).tolist()).items())
    return Lines(count, kinds > 1, quotes > 0, quotes % 2 == 1, stray, bool(spanned), begin)


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


def _lone(signs: "np.ndarray") -> "np.ndarray":
    """Returns that no feed follows; one at the end of a block is left to the feed that may begin the next."""
    import numpy as np

    at: np.ndarray = np.flatnonzero(signs[:-1] == RETURN)
    return at[signs[at + 1] != FEED]  # type: ignore[no-any-return]


def _filled(signs: "np.ndarray", ends: "np.ndarray", first: int, last: bytes) -> "np.ndarray":
    """Whether lines hold more than their end; the first one begins at ``first``, and ``last`` stands before it all."""
    import numpy as np

    lengths = np.diff(ends, prepend=first - 1) - 1
    filled = lengths > 0
    short = np.flatnonzero(lengths == 1)
    filled[short] = signs[ends[short] - 1] != RETURN
    if len(ends) and ends[0] == 0 and lengths[0] == 1:
        filled[0] = last != b"\r"
    return filled


def rows_of(found: Lines, above: int, rejected: Iterable[int]) -> list[tuple[int, int]]:
    """The ``steps`` of the rows alone: without the filled lines down to the header and those that were rejected.

    >>> rows_of(looked_at([b"a,b\\n1,2\\n\\n3\\n4,5\\n"]), above=1, rejected=[4])
    [(0, 2), (1, 4)]
    """
    import numpy as np

    at, ahead = np.array(found.steps).T
    lines = np.array(sorted(rejected), dtype=np.int64)
    wrong = lines - ahead[np.searchsorted(at + ahead, lines, "right") - 1]
    begins = np.setdiff1d(np.concatenate([[above], at[at > above], wrong + 1]), wrong)
    rows = begins - above - np.searchsorted(wrong, begins)
    ahead = begins + ahead[np.searchsorted(at, begins, "right") - 1] - rows
    return list(zip(rows.tolist(), ahead.tolist(), strict=True))


def agree(found: Lines, rows: int, rejected: int) -> bool:
    """Whether every line is a row or was rejected, and no doubt is left where lines that are wrong hold quotes."""
    doubtful = found.quoted and (found.stray or found.open_at_the_end or rejected)
    return not doubtful and found.count == rows + rejected


def parted(
    file: Path, name: str, delimiter: str, above: int, width: int, into: Path, *, spans: bool = False
) -> tuple[int, list[tuple[int, str]], list[tuple[int, int]]]:
    """The rows below the header written to ``into`` with every field in quotes; their number, the lines that are none,
    and in which lines the rows begin (as ``steps`` of :class:`Lines` say it).

    Slow and strict: fields beyond the header may be empty, a quote is one only around a whole field. ``above`` are the
    records of the file down to its header; rows inside of a field are one where it ``spans`` them. Raises
    :class:`~helpers.errors.ReportError` for a quote that does not close, or that takes in rows and fits no header.
    """
    rows, wrong, steps = 0, [], [(0, 1)]
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
            if fields and len(fields) != width and not spans and swallowed.misfits(fields, lines, width, delimiter):
                raise swallowed.told(name, line, max(fields, key=lambda field: field.count("\n") + field.count("\r")))
            if fields is None:
                wrong.append((line, "UNQUOTED VALUE"))
            elif len(fields) < width:
                wrong.append((line, "MISSING COLUMNS"))
            elif any(fields[width:]):
                wrong.append((line, "TOO MANY COLUMNS"))
            elif any(_is_torn(field) for field in fields):
                wrong.append((line, "INVALID ENCODING"))
            else:
                if line - rows != steps[-1][1]:
                    steps.append((rows, line - rows))
                rows += 1
                out.writerow(fields[:width])
    return rows, wrong, steps


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
