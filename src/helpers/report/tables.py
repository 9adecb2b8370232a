"""Small HTML pieces of a report: tables, takeaways, badges. Every value is escaped."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from helpers.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd


MAX_ROWS = 60
"""A longer table is a figure or a query, not a page."""
UNIT_COLUMNS = frozenset({"user_id", "unit_id", "session_id", "event_id"})
"""Columns of single units; none of them is ever rendered."""

PROSE = 30
"""Characters from which on a text is a sentence and gets room."""
PHRASE = 12
"""Characters from which on it is a few words, which should not stand one above the other."""
MISSING = "\u2013"
"""What stands in a cell without a value: an en dash."""

Align = Literal["left", "right", "center"]
Tone = Literal["good", "bad", "warn", "neutral"]
CALLOUTS: dict[str, str] = {"finding": "Finding", "note": "Note", "warning": "Warning", "invalid": "Invalid"}

_NUMBER = r"[-+\u2212]?(?:[<>≤≥] ?)?(?:[A-Z]{3} )?[-+\u2212]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
_UNIT = r"(?: ?%| points| s| h| days?| weeks?| months?|x)?"
_NUMERIC = re.compile(rf"^\[?{_NUMBER}{_UNIT}(?:(?:,? to |, | : | \[| \(|\u2013| ± ){_NUMBER}{_UNIT})*[\])]?$")
_BREAK = re.compile(r"(?<= )(?=to |\(|: )")
"""Where a cell of several numbers may become two lines: between them, never within one."""
VERDICT = "Verdict"
"""A column that must not be hidden, as one of badges."""
ROOM = 44
"""Characters that stand beside one another on a phone."""
FEW = 4
"""Rows up to which every cell can stand on a line of its own."""
_WIDTHS = {"prose": 23, "phrase": 14}
"""Characters to which the style sheet narrows a column of such texts."""
_PARTS = re.compile(r"(?<=\w{3}_)(?=\w{3})")
"""Where a long identifier may become two lines."""
_EMPTY = frozenset({"", "-", MISSING, "not available", "unbounded"})


@dataclass(frozen=True)
class Badge:
    """A word with a colour; the word says everything, the colour only helps."""

    tone: Tone
    text: str

    def html(self) -> str:
        return f'<span class="badge badge-{self.tone}">{escape(self.text)}</span>'

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """A rendered table; shown by Jupyter and by the report pages."""

    markup: str
    caption: str

    def _repr_html_(self) -> str:
        return self.markup

    def __repr__(self) -> str:
        return f"Table: {self.caption}"


@dataclass(frozen=True)
class Folded:
    """A table behind a line that opens it, for who wants to see everything."""

    summary: str
    table: Table

    def _repr_html_(self) -> str:
        return f"<details><summary>{escape(self.summary)}</summary>{self.table.markup}</details>"

    def __repr__(self) -> str:
        return repr(self.table)


@dataclass(frozen=True)
class Callout:
    """A takeaway, a note, a warning, or a reason why nothing below counts."""

    kind: str
    text: str

    def _repr_html_(self) -> str:
        paragraphs = [" ".join(p.split()) for p in self.text.split("\n\n") if p.strip()]
        body = "".join(f"<p>{_emphasised(p)}</p>" for p in paragraphs)
        title = CALLOUTS[self.kind]
        return (
            f'<aside class="callout callout-{self.kind}" aria-label="{title}">'
            f'<p class="callout-title">{title}</p>{body}</aside>'
        )

    def __repr__(self) -> str:
        return f"{CALLOUTS[self.kind]}: {self.text}"


def badge(tone: Tone, text: str) -> Badge:
    """A word with a colour, for a cell of a table or on its own.

    >>> badge("good", "passed").html()
    '<span class="badge badge-good">passed</span>'
    """
    if tone not in ("good", "bad", "warn", "neutral"):
        raise ReportError("no such badge", got=repr(tone), expected="good, bad, warn or neutral")
    return Badge(tone, text)


def callout(kind: str, text: str) -> Callout:
    """An aside with a title: ``finding`` for takeaways, ``note``, ``warning``, or ``invalid``.

    The text is plain; ``**words**`` are set bold, an empty line starts a paragraph.
    """
    if kind not in CALLOUTS:
        raise ReportError("no such callout", got=repr(kind), expected=", ".join(CALLOUTS))
    return Callout(kind, text)


def table(
    frame: pd.DataFrame,
    caption: str,
    *,
    align: Mapping[str, Align] | None = None,
    footnote: str | None = None,
) -> Table:
    """An accessible table of a small frame.

    Column names are the headings; the first column heads its row. A column stands to the right when
    its values are numbers or its texts look like them ("+7.9 %", "EUR 1,200", "0.1 to 0.3");
    ``align`` overrides that by column. Integers get thousands separators, other numbers four
    significant digits; texts from :func:`helpers.formatting.formatted` stay as they are, and a
    :class:`Badge` in a cell keeps its colour. The table scrolls in its own box on a narrow screen.

    Raises :class:`~helpers.errors.ReportError` for more than 60 rows, for a column that names
    single units, and for an index that would be lost.

    >>> print(table(pd.DataFrame({"step": ["cart"], "users": [1200]}), "Users by step"))
    Table: Users by step
    """
    columns = [str(c) for c in frame.columns]
    _refuse(frame, columns, caption)
    unknown = sorted(set(align or {}) - set(columns))
    if unknown:
        raise ReportError(
            f"align names no column of the table {caption!r}",
            got=", ".join(unknown),
            expected=", ".join(columns),
        )
    sides = [(align or {}).get(name) or _side(frame.iloc[:, number]) for number, name in enumerate(columns)]
    classes = [_class(frame.iloc[:, number], side) for number, side in enumerate(sides)]
    head = "".join(f'<th scope="col"{given}>{escape(name)}</th>' for name, given in zip(columns, classes, strict=True))
    stacks = _stacks(frame, columns, classes)
    rows = [
        "".join(_cell(value, given, n == 0, columns[n] if stacks else "") for n, (value, given) in enumerate(cells))
        for cells in (zip(row, classes, strict=True) for row in frame.itertuples(index=False, name=None))
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    note = f'<p class="table-note">{escape(footnote)}</p>' if footnote else ""
    label = escape(caption)
    return Table(
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="report-table{" stacks" if stacks else ""}"><caption><span>{label}</span></caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{note}",
        caption,
    )


def _refuse(frame: pd.DataFrame, columns: list[str], caption: str) -> None:
    private = sorted(UNIT_COLUMNS & {c.strip().lower() for c in columns})
    if private:
        raise ReportError(
            f"the table {caption!r} would show single units",
            got=f"column {', '.join(private)}",
            expected="groups",
            remedy="aggregate in the query",
        )
    if len(frame) > MAX_ROWS:
        raise ReportError(
            f"the table {caption!r} is too long for a page",
            got=f"{len(frame)} rows",
            expected=f"at most {MAX_ROWS}",
            remedy="aggregate further, show the first rows, or draw a figure",
        )
    if any(name is not None for name in frame.index.names):
        raise ReportError(
            f"the index of the table {caption!r} would be lost",
            got=", ".join(map(str, frame.index.names)),
            remedy="pass frame.reset_index()",
        )


def _text(value: Any) -> str:
    if isinstance(value, Badge):
        return value.text
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    if isinstance(value, pd.Timestamp):
        return str(value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M"))
    return str(value)


def _side(values: pd.Series[Any]) -> Align:
    texts = [t for t in map(_text, values) if t not in _EMPTY]
    return "right" if texts and all(map(_NUMERIC.match, texts)) else "left"


def _class(values: pd.Series[Any], side: Align) -> str:
    """The class attribute of a column: its side, and room for sentences or a few words; numbers break between themselves."""
    longest = max((len(_text(value)) for value in values), default=0)
    room = "" if side == "right" else "prose" if longest > PROSE else "phrase" if longest > PHRASE else ""
    names = [name for name in ("" if side == "left" else side, room) if name]
    return f' class="{" ".join(names)}"' if names else ""


def _stacks(frame: pd.DataFrame, columns: list[str], classes: list[str]) -> bool:
    """Whether rows stand cell by cell on a phone: too wide for one, and of few rows, of sentences or with a verdict."""
    texts = [[_text(value) for value in frame.iloc[:, number]] for number in range(len(columns))]
    said = VERDICT in columns or any(isinstance(value, Badge) for value in frame.to_numpy(object).ravel())
    if not (said or len(frame) <= FEW or any("prose" in given for given in classes)):
        return False
    widths = [_width(name, told, given) for name, told, given in zip(columns, texts, classes, strict=True)]
    return sum(widths) + len(columns) > ROOM


def _width(name: str, texts: list[str], given: str) -> int:
    """Characters that a column needs at least, headings broken at their blanks, numbers between themselves."""
    room = next((most for kind, most in _WIDTHS.items() if kind in given), None)
    parts = [part for text in texts for part in (_BREAK.split(text) if "right" in given else [text])]
    longest = max(map(len, parts), default=0)
    return max(max(map(len, name.split()), default=0), longest if room is None else min(longest, room))


def _cell(value: Any, given: str, heads: bool, label: str = "") -> str:
    inner = value.html() if isinstance(value, Badge) else escape(_text(value))
    if "right" in given:
        inner = _BREAK.sub("<wbr>", inner)
    elif len(inner) > PHRASE and not isinstance(value, Badge):
        inner = _PARTS.sub("<wbr>", inner)
    told = f'{given} data-label="{escape(label)}"' if label else given
    return f'<th scope="row"{told}>{inner}</th>' if heads else f"<td{told}>{inner}</td>"


def _emphasised(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))


Row = dict[str, Any]


def mark(passed: bool, yes: str = "passed", no: str = "failed") -> Badge:
    return badge("good", yes) if passed else badge("bad", no)
