"""How a CSV is written that no study names yet: its encoding, what parts its fields, the line of its header."""

from collections import Counter
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from helpers.ingest import csv, header, lines, text

if TYPE_CHECKING:
    from helpers.config import Place

DELIMITERS = ",;\t|"


def of(file: Path, place: "Place") -> dict[str, Any]:
    """The keys of ``data`` that read a file, as far as they are not what is taken for granted."""
    head = b"".join(text.blocks(file, text.BLOCK))
    encoding = place.encoding
    if not (encoding or text.seen_encoding(head) or text.is_utf8(file)):
        encoding = text.likely_encoding(file)
    with TemporaryDirectory() as aside:
        place = place.model_copy(update={"encoding": encoding})
        table = csv.opened(file, place, Path(aside) / "head.csv", most=text.BLOCK)
        delimiter = _delimiter(table.file)
        return {"encoding": encoding, "delimiter": delimiter, "header_line": _header_line(table.file, delimiter)}


def _delimiter(file: Path) -> str:
    """The sign that parts most lines at the head into equally many fields; a comma where there is but one field."""

    def fit(sign: str) -> int:
        widths = Counter(len(record) for record in islice(lines.records(file, sign), csv.LOOKED_AT) if len(record) > 1)
        width, times = widths.most_common(1)[0] if widths else (0, 0)
        return times * (width - 1)

    return max(DELIMITERS, key=fit)


def _header_line(file: Path, delimiter: str) -> int | None:
    """The line of the header where titles or comments of one field stand above it; None where it is the first one."""
    head = list(islice(lines.records(file, delimiter), csv.LOOKED_AT))
    if head and csv.SEPARATOR.fullmatch(delimiter.join(head[0])):
        return None
    first = next((i for i, record in enumerate(head) if record), 0)
    found = header.row_of(head) or first
    return found + 1 if found > first else None
