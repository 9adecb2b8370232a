"""Which of the first rows of a table holds the names of its columns, where titles, legends or comments stand above it."""

import re
from collections.abc import Sequence
from statistics import median_low
from typing import Final

MOST: Final = 0.75
"""Share of the cells that a row of the table fills, in which names stand at least."""
_NUMBER: Final = re.compile(r"[-+(]?[\d.,:/ %€$£-]+\)?")


def row_of(head: Sequence[Sequence[str]]) -> int | None:
    """The row of the names, counted from 0; None where no row holds anything.

    It is the first of several cells that is no comment. Where it fills far fewer cells than the rows below do, it is a
    legend, and the first row below that fills as many and holds texts that stand nowhere else in their columns is meant.

    >>> row_of([["Legend", "n = no"], [], ["who", "arm", "spend"], ["u1", "a", "3"], ["u2", "b", "4"], ["u3", "a", "5"]])
    2
    >>> row_of([["who", "arm"], ["u1", "a"], ["u2", "b"]]), row_of([["A title"], ["who", "arm"], ["u1", "a"]]), row_of([[]])
    (0, 1, None)
    """
    filled = [sum(map(bool, row)) for row in head]
    first = next((i for i, row in enumerate(head) if any(row)), None)
    if first is None:
        return None
    found = next(
        (i for i, row in enumerate(head) if filled[i] > 1 and (row[0] == "#" or not row[0].startswith("#"))), first
    )
    below = [cells for cells in filled[found + 1 :] if cells]
    usual = median_low(below) if below else 0
    if filled[found] >= MOST * usual:
        return found
    named = (i for i in range(found + 1, len(head) - 1) if filled[i] >= usual and _are_names(head, i))
    return next(named, found)


def _are_names(head: Sequence[Sequence[str]], at: int) -> bool:
    names = [(column, text) for column, text in enumerate(head[at]) if text]
    values = {(column, text) for row in head[at + 1 :] for column, text in enumerate(row)}
    once = len({text for _, text in names}) == len(names)
    return once and values.isdisjoint(names) and not any(_NUMBER.fullmatch(text) for _, text in names)
