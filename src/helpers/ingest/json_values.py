"""The values of a file of JSON with the line in which each begins: one a line, one after the other, or in a list.

Numbers keep their digits, as a :class:`AsWritten`.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.errors import ReportError
from helpers.ingest import text

BETWEEN = re.compile(r"[\s,\x00\ufeff]*")
"""What may stand between two values; a list that was taken apart leaves its commas."""


class AsWritten(str):
    """A number as it was written."""


class Twice:
    """An object in which a key stands twice: nobody can say which of its values is meant."""


class Broken:
    """A line that is no JSON, with the reason: one of those of :data:`~helpers.ingest.misfits.BY_REASON`, or none of them."""

    def __init__(self, line: str, error: Exception) -> None:
        """Ask the line that the decoder refused what is wrong with it."""
        line = line.strip()
        self.reason = "NO JSON OBJECT"
        if re.match(r"[\[{]\s*'", line):
            self.reason = "SINGLE QUOTES"
        elif (bare := re.sub(r",(\s*[}\]])", r"\1", line)) != line and _reads(bare):
            self.reason = "A COMMA AT THE END"
        elif line.startswith("{") and isinstance(error, json.JSONDecodeError) and _is_cut(error):
            self.reason = "A LINE THAT WAS CUT"


def _is_cut(error: json.JSONDecodeError) -> bool:
    return error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")


def _reads(text: str) -> bool:
    try:
        DECODER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


TYPED_NUMBERS = ("$numberDecimal", "$numberLong", "$numberInt", "$numberDouble")
TYPED = (*TYPED_NUMBERS, "$oid", "$date", "$uuid", "$symbol")
"""Keys by which MongoDB writes the type of a value around it, in an object of its own: what stands behind one is the value."""


def _object(pairs: list[tuple[str, Any]]) -> Any:
    if len(pairs) == 1 and (key := pairs[0][0]) in TYPED and isinstance(pairs[0][1], str):
        return AsWritten(pairs[0][1]) if key in TYPED_NUMBERS else pairs[0][1]
    made = dict(pairs)
    return made if len(made) == len(pairs) else Twice()


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=AsWritten, parse_float=AsWritten, parse_constant=AsWritten, strict=False
)


def encoding_of(file: Path) -> str:
    """The encoding that a file tells by its first bytes, else UTF-8."""
    return text.seen_encoding(b"".join(text.blocks(file, text.BLOCK))) or "utf-8"


def values(file: Path) -> Iterator[tuple[int, Any]]:
    """Line and value of each; :class:`Broken` for a line that is no JSON.

    Raises :class:`~helpers.errors.ReportError` where a list, or a value of several lines, breaks off.
    """
    head = b"".join(text.blocks(file, text.BLOCK))
    refuse_ahead(file.name, head)
    if not one_a_line(head):
        yield from _one_after_the_other(file)
        return
    for number, line in _lines(file):
        try:
            yield number, DECODER.decode(line.rstrip().removesuffix(","))
        except (ValueError, RecursionError) as error:
            yield number, Broken(line, error)


def one_a_line(head: bytes) -> bool:
    """Whether a file that begins so holds a value a line.

    >>> one_a_line(b'{"a": 1}\\n{"a": 2}'), one_a_line(b'{"a": 1},\\n'), one_a_line(b'[{"a": 1}]'), one_a_line(b'{\\n"a": 1}')
    (True, True, False, False)
    >>> one_a_line(b'{"rows": [{"a": 1},\\n{"a": 2'), one_a_line(b'{"a": \\n{"a": 2}')  # a value that wraps others; a line that was cut
    (False, True)
    """
    begin = head.decode("utf-8-sig", "surrogateescape").lstrip()
    if begin.startswith("["):
        return False
    try:
        _, end = DECODER.raw_decode(begin)
    except (ValueError, RecursionError):
        return not _wraps(begin)
    return "\n" not in begin[:end] and re.match(r"[ \t\r]*,?[ \t\r]*(\n|$)", begin[end:]) is not None


def _wraps(begin: str) -> bool:
    """Whether the first line opens an object or a list that goes on in the next ones, between two of the values in it."""
    line, more, _ = begin.partition("\n")
    line = line.rstrip()
    if not more or not line.startswith("{") or not re.search(r"[\[{]$|[\]}],?$", line):
        return False
    bare = line.removesuffix(",")
    try:
        DECODER.decode(bare)
    except json.JSONDecodeError as error:
        return error.pos >= len(bare)
    except RecursionError:
        pass
    return False


_AHEAD = re.compile(
    r"\s*(?:(?://|#)[^\n]*\n\s*|/\*.*?\*/\s*)*(?:(?:export default|(?:var |let |const )?[\w.$]+ *=|[\w.$]+ *\() *)?",
    re.DOTALL,
)
"""Comments, the name of a variable, or a call, ahead of JSON."""


def refuse_ahead(name: str, head: bytes) -> None:
    """Raise where something else stands ahead of a list, or of an object that wraps one: its first row and its last one would be no JSON."""
    begin = head.decode("utf-8-sig", "surrogateescape")
    ahead = _AHEAD.match(begin)
    told, rest = (begin[: ahead.end()], begin[ahead.end() :]) if ahead else ("", begin)
    if not told.strip() or rest[:1] not in ("[", "{") or one_a_line(rest.encode("utf-8", "surrogateescape")):
        return
    raise ReportError(
        f"{name} holds more than JSON",
        got=f"a file that begins with {told.strip()[:60]!r}, ahead of its {'list' if rest.startswith('[') else 'object'}",
        expected="a list of objects, or objects one after the other, and nothing else",
        cause="a program, or a file with comments, and no data alone",
        remedy=f"take that out, up to line {told.count(chr(10)) + 1:,}, and what closes it at the end",
    )


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers; what is no UTF-8 cannot be read as JSON and is rejected."""
    left, number = b"", 0
    for block in text.blocks(file):
        *whole, left = (left + block).split(b"\n")
        for line in whole:
            number += 1
            if line.strip():
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")
    if left.strip():
        yield number + 1, left.decode("utf-8-sig" if number == 0 else "utf-8", "surrogateescape")


def _one_after_the_other(file: Path) -> Iterator[tuple[int, Any]]:
    """Values with nothing, line ends or commas between them, and those of lists at the top."""
    pieces = text.blocks(file)
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    held, at, line, in_list, ended, wanted = "", 0, 1, False, False, 1
    while True:
        start = BETWEEN.match(held, at).end()  # type: ignore[union-attr]
        line, at = line + held.count("\n", at, start), start
        if held[at : at + 1] == ("]" if in_list else "["):
            in_list, at = not in_list, at + 1
            continue
        error: Exception | None = None
        if at < len(held):
            try:
                value, end = DECODER.raw_decode(held, at)
            except json.JSONDecodeError as wrong:
                error = wrong
                torn = wrong.pos >= len(held) - 16 or wrong.msg.startswith("Unterminated")
                ended = ended or not torn
            except RecursionError as deep:
                error, ended = deep, True
            else:
                yield line, value
                line, at = line + held.count("\n", at, end), end
                continue
        if ended:
            if error or in_list:
                raise _breaks_off(file.name, held[at:], line, error)
            return
        fresh = []
        for _ in range(wanted):  # a value that is not whole yet is looked at anew with twice as much
            block = next(pieces, None)
            ended = block is None
            fresh.append(decoder.decode(block or b"", final=ended))
            if ended:
                break
        held, at, wanted = held[at:] + "".join(fresh), 0, 2 * wanted if error else 1


def _breaks_off(name: str, rest: str, line: int, error: Exception | None) -> ReportError:
    cut = error is None
    if isinstance(error, json.JSONDecodeError):
        cut = _is_cut(error)
        line += error.doc.count("\n", len(error.doc) - len(rest), error.pos)
        said, rest = error.msg, error.doc[max(0, error.pos - 20) : error.pos + 20]
    else:
        said = (
            "values in one another, too deep to be read" if error else "the end of the file, and its list is still open"
        )
    return ReportError(
        f"{name}: its JSON cannot be read to the end",
        got=f"{said}, at {rest[:40]!r}" if rest else said,
        expected="a list of objects, or objects one after the other, whole to the end",
        cause="a file that was cut" if cut else None,
        remedy=f"mend it at line {line:,}, or write one object a line: there a line that cannot be read costs itself only",
    )
