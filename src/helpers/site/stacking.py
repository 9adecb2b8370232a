"""Tables of a text on a phone: those that are too wide stand cell by cell, each cell with its heading."""

import re
from html import escape, unescape

ROOM = 40
"""Characters that stand beside one another on a phone."""
_PROSE = 20
"""Characters to which a column of sentences may be narrowed."""
_WIDE = 15
"""Characters of a word, from which on one beside another column is too much for a phone."""
_PAIR = 2
"""Columns up to which what stands below the first needs no heading."""
_TABLE = re.compile(r'<table class="docutils[^"]*">.*?</table>', re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"(<t[dh]\b)([^>]*>)(.*?)(?=</t[dh]>)", re.DOTALL)
_NAME = re.compile(r'<span class="pre">([^<]*)</span>')
_JOINT = re.compile(r"(?<=\w)[._](?=\w)")
"""Where a long name may become two lines."""
_TAG = re.compile(r"<[^>]*>")


def stacked(html: str) -> str:
    """A page whose wide tables can stand cell by cell: marked as such, each cell with the heading of its column.

    Tables of a page with the same headings are alike; one of two columns needs no headings.

    >>> heads, wide = "<th>What</th><th>Why</th><th>Who</th>", "<td>of all the units that were exposed</td>" * 3
    >>> made = stacked(f'<table class="docutils"><tr>{heads}</tr><tr>{wide}</tr></table>')
    >>> made[:29], made.count('<td data-label="Why">')
    ('<table class="stacks docutils', 1)
    >>> stacked(narrow := '<table class="docutils"><tr><th>a</th></tr><tr><td>1</td></tr></table>') == narrow
    True
    """
    wide = {tuple(rows[0]) for table in _TABLE.findall(html) if _is_wide(rows := _rows(table))}
    return _TABLE.sub(lambda table: _labelled(_NAME.sub(_breakable, table[0]), wide), html)


def _breakable(name: re.Match[str]) -> str:
    return _JOINT.sub(r"\g<0><wbr>", name[0]) if len(name[1]) > _PROSE else name[0]


def _rows(table: str) -> list[list[str]]:
    return [[_text(cell[3]) for cell in _CELL.finditer(row)] for row in _ROW.findall(table)]


def _labelled(table: str, wide: set[tuple[str, ...]]) -> str:
    heads = next(iter(_rows(table)), [])
    if tuple(heads) not in wide:
        return table

    def told(row: re.Match[str]) -> str:
        labels = iter(heads if len(heads) > _PAIR else [""] * len(heads))
        return _CELL.sub(lambda cell: cell[1] + _label(cell[1], next(labels)) + cell[2] + cell[3], row[0])

    return _ROW.sub(told, table).replace('class="docutils', 'class="stacks docutils', 1)


def _label(opening: str, head: str) -> str:
    return f' data-label="{escape(head)}"' if head and opening == "<td" else ""


def _is_wide(rows: list[list[str]]) -> bool:
    if len({len(row) for row in rows}) != 1 or not any(rows[0]):
        return False  # cells that span others, or no headings
    columns = list(zip(*rows, strict=True))
    widths = [min(max(map(len, column)), max(_PROSE, _longest(column))) for column in columns]
    return sum(widths) > ROOM or (len(columns) > 1 and max(map(_longest, columns)) > ROOM - _WIDE)


def _longest(column: tuple[str, ...]) -> int:
    return max((len(word) for text in column for word in text.split()), default=0)


def _text(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())
