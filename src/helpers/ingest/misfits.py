"""Rows that do not fit their header: what the first of them holds, why, and what to do."""

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from helpers.errors import ReportError
from helpers.ingest import lines, text

FEWEST = 3
"""Rows below which a field too many is no name of a row."""
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
REMARK = Misfit(
    "a remark below the rows, such as clients of databases write: how many rows there are, or that they end",
    "delete that line, or have the client write the rows alone",
)
TWICE = Misfit(
    "a key that stands twice in an object", "write each key once; nobody can say which of its values is meant"
)
HALF = Misfit(
    "half of a character in a text: a lone surrogate, such as \\ud83d, as a text has that was cut within an emoji",
    "cut texts between characters where the file is written; or have a ? in its place:"
    " python -c \"import json, sys; text = sys.stdin.read(); rows = json.loads(text, parse_float=str) if text.lstrip()[:1] == '['"
    " else [json.loads(line, parse_float=str) for line in text.split(chr(10)) if line.strip()];"
    " sys.stdout.buffer.writelines((json.dumps(row, ensure_ascii=False) + chr(10)).encode('utf-8', 'replace') for row in rows)\" < FILE > FILE.jsonl",
)
ENCODED = Misfit(
    "bytes that are no UTF-8, which JSON is written in",
    "write the file in UTF-8, or say what it is: data.encoding, --encoding of new-study, such as cp1252",
)
PYTHON = Misfit(
    "texts in single quotes, as Python prints its objects; JSON has double quotes",
    'write them by json.dumps, or: python -c "import ast, json, sys; [print(json.dumps(ast.literal_eval(line))) for line in sys.stdin]" < FILE > FILE.jsonl',
)
COMMA = Misfit("a comma behind the last key of an object, which JSON does not allow", "write objects without it")
BROKEN_OFF = Misfit("objects that break off within a line, as of a file that was cut", "export the file anew")
BY_REASON = {
    "REMARK": REMARK,
    "A KEY TWICE": TWICE,
    "HALF A CHARACTER": HALF,
    "NO UTF-8": ENCODED,
    "SINGLE QUOTES": PYTHON,
    "A COMMA AT THE END": COMMA,
    "A LINE THAT WAS CUT": BROKEN_OFF,
}
"""What is said of lines that are no row, by the reason that is kept of them."""
REMARKS = re.compile(
    r"\(.*\)|(--|#|;|=|\*).*|\d[\d,.]* +[^\W\d].*|[^\W\d]+( [^\W\d]+)*( \(.*\))?:? +\S.*|(EOF|END)[.]?", re.IGNORECASE
)
"""A line of a single field that is a remark, and no row that was cut inside of its first field."""
CUT = Misfit("rows that were cut, or a header of another table", "export the file anew")


def has_row_names(names: list[str], below: list[list[str]], begin: bytes, delimiter: str) -> bool:
    """Whether the rows at the head of a file all have a first field that the header has no name for.

    R writes it so. The field is the number of the row or, where all is in quotes, a name of its own; rows that may have
    one more for another cause do not count.
    """
    rows = [row for row in below if row]
    if len(rows) < FEWEST or any(len(row) != len(names) + 1 for row in rows) or not any(row[-1] for row in rows):
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


def remarks(
    file: Path, delimiter: str, rejected: list[tuple[int, str]], steps: list[tuple[int, int]], rows: int
) -> list[tuple[int, str]]:
    """The rejected lines, with those that are remarks below the last row named so."""
    last = max((rows - 1 + ahead for begin, ahead in steps if begin < rows), default=0)
    below = [(line, reason) for line, reason in rejected if line > last]
    if not below:
        return rejected
    tail = b""
    for block in text.blocks(file):
        tail = (tail + block)[-text.BLOCK :]
    ends = [line.strip() for line in re.split(r"\r\n|\r|\n", tail.decode("utf-8", "replace")) if line.strip()]
    named = {
        line: "REMARK"
        for (line, _), said in zip(below, ends[-len(below) :], strict=False)
        if delimiter not in said and REMARKS.fullmatch(said)
    }
    return [(line, named.get(line, reason)) for line, reason in rejected]


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
    parted = len(names) == 1 and len(names[0].split()) > 1 and len(raw.split()) > 1
    cause = blanks(name) if parted else _cause(raw, row, delimiter, len(names))
    fits = len(row) == len(names)
    return ReportError(
        f"{name} holds no events: no line below the header fits it",
        got=("a quote inside of a field" if fits else f"{len(row):,} fields") + f" in line {line:,}: {raw[:100]!r}",
        expected=f"{len(names):,} fields, as in the header: {delimiter.join(names)[:100]}",
        cause=cause.why,
        remedy=cause.remedy,
    )


def blanks(name: str) -> Misfit:
    """Fields that blanks separate, as R's write.table and printed tables have them, with the program that parts them."""
    program = (
        f"import csv, shlex; rows = [shlex.split(line) for line in open('{name}', encoding='utf-8') if line.strip()]; lacking = len(rows[-1]) - len(rows[0]);"
        " csv.writer(open('FILE.csv', 'w', newline='', encoding='utf-8')).writerows([['row'] * lacking + rows[0], *rows[1:]])"
    )
    return Misfit(
        "fields that are separated by blanks, as R writes a table, or in columns of a fixed width",
        f'write it with commas, as write.csv does; where no field is empty this does it: python -c "{program}"',
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
