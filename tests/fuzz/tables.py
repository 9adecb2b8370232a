"""Tables of units with odd cells in any dress, and what an independent reader says of each row."""

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hypothesis import strategies as st

HEADER = ["who", "arm", "bought", "spend", "rounds"]
COUNTED = ("rounds",)
"""Outcomes that a metric sums as whole numbers; spend is money, and of bought only counts whether it is zero."""

ODD = ["", " ", "0", "1", "-1", "3.5", "2.0", "1e3", "1e308", "1e400", "NaN", "nan", "Infinity", "-inf", "true", "False",
       "null", "N/A", "=1+1", "@SUM(A1)", "0x10", "١", "9" * 30, "-0", "+7", "7 ", "é", "\u200b", "\N{PILE OF POO}"]  # fmt: skip
IDS = [
    "",
    " ",
    "u1",
    "U1",
    "u 1",
    "é",
    "e\u0301",
    "'; drop table units; --",
    "=cmd|'/C calc'!A0",
    "\N{PILE OF POO}",
    "NULL",
    "0",
]


@dataclass(frozen=True)
class Dress:
    """How a table is written down; none of it may change what it says."""

    end: str
    mark: bool
    zipped: bool
    quoting: int
    last_end: bool

    def bytes_of(self, lines: list[list[str]]) -> bytes:
        written = io.StringIO()
        csv.writer(written, quoting=self.quoting, lineterminator=self.end).writerows(lines)
        text = written.getvalue() if self.last_end else written.getvalue().removesuffix(self.end)
        raw = text.encode("utf-8-sig" if self.mark else "utf-8")
        return gzip.compress(raw, mtime=0) if self.zipped else raw


dresses = st.builds(
    Dress, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans(), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)  # fmt: skip


@st.composite
def lines(draw: Callable[..., object]) -> list[list[str]]:
    """Rows of cells, mostly sound; now and then a field is missing or too many."""
    odd = st.one_of(st.sampled_from(["0", "1"]), st.sampled_from(ODD))
    row = st.tuples(
        st.one_of(st.integers(0, 10**6).map("u{}".format), st.sampled_from(IDS)), st.sampled_from("ab"), odd, odd, odd
    ).map(list)
    rows: list[list[str]] = draw(st.lists(row, min_size=1, max_size=12))  # type: ignore[assignment]
    for place in draw(st.lists(st.integers(0, len(rows) - 1), max_size=2)):  # type: ignore[attr-defined]
        rows[place] = draw(st.sampled_from([rows[place][:3], [*rows[place], "x"]]))  # type: ignore[call-overload]
    return rows


def number(text: str) -> Decimal | None:
    """The number that a cell holds, as wide as money may be; None for what is none."""
    text = {"true": "1", "false": "0"}.get(text.strip(" ").lower(), text.strip(" "))
    try:
        found = Decimal(text) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**14 else None


def judged(cells: list[str]) -> tuple[str, str] | None:
    """The kind and the column of the first thing wrong with a row; None of a sound one. A wrong value costs no row."""
    if len(cells) != len(HEADER):
        return "malformed_line", ""
    row = dict(zip(HEADER, cells, strict=True))
    if row["who"] == "":
        return "missing_id", "who"
    return next(((kind, column) for column in HEADER[2:] if (kind := flaw(column, row[column]))), None)


def flaw(column: str, cell: str) -> str:
    """What is wrong with a value; '' of a sound one and of an empty one, which is missing and not wrong."""
    text = cell.strip(" ")
    if text == "" or text.lower() == "nan":
        return ""
    if (found := number(cell)) is None or (column in COUNTED and found % 1):
        return "wrong_type"
    return "negative_price" if found < 0 else ""


def lost(told: tuple[str, str] | None) -> bool:
    """Whether what is wrong costs the row, and not a value alone."""
    return told is not None and told[0] in ("malformed_line", "missing_id")
