"""Rows that do not fit their header: what the first of them holds, why, and what to do."""

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from helpers.errors import ReportError
from helpers.ingest import lines, text

NUMBERED = "column_1"
"""What a first column without a name is called."""


@dataclass(frozen=True)
class Misfit:
    """Why rows do not fit, and what to do."""

    why: str
    remedy: str


DECIMALS = Misfit(
    "numbers with a decimal comma, which parts the fields too",
    "export with ; between the fields, or with decimal points",
)
ESCAPED = Misfit(
    'quotes inside of a field are written \\" and not ""', "export with quotes written twice, or as Parquet"
)
SINGLE = Misfit("texts in single quotes, which are signs as any other", 'export with double quotes (") around texts')
NAMES = Misfit(
    "a header without the first column, such as R's write.table leaves out over the names of the rows",
    "write.table(..., row.names = FALSE), or name that column too",
)
INSIDE = Misfit(
    "a delimiter inside a text that stands in no quotes, or names that the header lacks",
    "export with quotes around texts, or mend the header",
)
CUT = Misfit("rows that were cut, or a header of another table", "export the file anew")


def has_row_names(names: list[str], below: list[list[str]], begin: bytes, delimiter: str) -> bool:
    """Whether the rows at the head of a file all have a first field that the header has no name for.

    R writes it so. The field is the number of the row or, where all is in quotes, a name of its own; rows that may have
    one more for another cause do not count.
    """
    rows = [row for row in below if row]
    if not rows or any(len(row) != len(names) + 1 for row in rows) or not any(row[-1] for row in rows):
        return False
    raw = [line for line in begin.decode("utf-8", "replace").splitlines()[:-1] if line]
    in_quotes = all(line.startswith('"') for line in raw)
    if any('\\"' in line for line in raw):
        return False
    if not in_quotes and (any(_in_single_quotes(line, delimiter) for line in raw) or _decimals(rows)):
        return False
    first = [row[0] for row in rows]
    if all(re.fullmatch(r"[0-9]{1,18}", name) for name in first):
        return list(map(int, first)) == sorted(set(map(int, first)))
    return in_quotes and len(set(first)) == len(first)


def _in_single_quotes(line: str, delimiter: str) -> bool:
    return re.search(f"'[^']*{re.escape(delimiter)}[^']*'", line) is not None


def _decimals(rows: list[list[str]]) -> bool:
    """Whether two fields beside each other may be one number in all rows; the first of a row is no amount."""
    width = min(map(len, rows))
    return any(
        all(re.fullmatch(r"-?\d+", row[at]) and re.fullmatch(r"\d{2,3}", row[at + 1]) for row in rows)
        for at in range(1, width - 1)
    )


def told(file: Path, name: str, delimiter: str, names: list[str], above: int) -> ReportError:
    """What is said of a file none of whose rows fit."""
    reader = lines.records(file, delimiter)
    for _ in islice(reader, above):
        pass
    line = reader.line_num + 1
    for row in reader:
        if row:
            break
        line = reader.line_num + 1
    else:
        return ReportError(
            f"{name} holds no events", got="a header and nothing below it", expected="a row for each event or unit",
            cause="an export of an empty table, or one that broke off", remedy="export the file anew",
        )  # fmt: skip
    raw = _line(file, line)
    cause = _cause(raw, row, delimiter, len(names))
    fits = len(row) == len(names)
    return ReportError(
        f"{name} holds no events: no line below the header fits it",
        got=("a quote inside of a field" if fits else f"{len(row):,} fields") + f" in line {line:,}: {raw[:100]!r}",
        expected=f"{len(names):,} fields, as in the header: {delimiter.join(names)[:100]}",
        cause=cause.why,
        remedy=cause.remedy,
    )


def _cause(raw: str, row: list[str], delimiter: str, width: int) -> Misfit:
    if '\\"' in raw:
        return ESCAPED
    if _in_single_quotes(raw, delimiter):
        return SINGLE
    if len(row) < width:
        other = next((sign for sign in ";\t|," if sign != delimiter and raw.count(sign) == width - 1), None)
        if other:
            return Misfit(
                f"rows that are separated by {other!r}, below a header that is separated by {delimiter!r}",
                "write both with the same sign between the fields",
            )
        return CUT
    if len(row) == width:
        return Misfit(
            "a quote inside of a field that is not written twice",
            'write each quote inside of a field twice, and the field in quotes: "a ""b"" c"',
        )
    numbered = len(row) == width + 1 and row[0].isdigit()
    if delimiter == "," and _decimals([row]):
        either = f"{DECIMALS.why}; or {NAMES.why}", f"{DECIMALS.remedy}; or {NAMES.remedy}"
        return Misfit(*either) if numbered else DECIMALS
    return NAMES if numbered else INSIDE


def _line(file: Path, number: int) -> str:
    """A line at the head of a file."""
    head = b"".join(text.blocks(file, text.BLOCK)).decode("utf-8-sig", "replace")
    return next(islice(re.split("\r\n|\r|\n", head), number - 1, None), "")
