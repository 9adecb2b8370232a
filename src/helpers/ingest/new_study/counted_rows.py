"""Rows that count units, told by their values in any language: each combination of a few words and days once, and of two whole
numbers one that is never above the other.
"""

from collections.abc import Sequence
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.counts.table import LONGEST
from helpers.ingest.new_study import counted_columns, roles, typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.values import weeks

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

GRID = 0.75
"""A table with at least this share of all combinations of its arms, days and parts, each once, is one of counts."""
FEW = 12
"""Rows up to which numbers beside an arm and its parts count units, though no name and no day says so: plots of several blocks are more."""
MOST_KEYS = 4
"""An arm, a day and two parts of it."""


def may_count(unit: Column | None) -> bool:
    """Whether a column that seems to be the unit's may count units: whole numbers that nobody calls an id; visitors, in some
    languages, is both."""
    return unit is None or (unit.numeric and not unit.decimal and vocabulary.names_a_unit(unit.name) in (0, 2))


def keys_of(table: "SourceTable", rows: int, columns: Sequence[Column]) -> list[Column]:
    """The columns of words, days and weeks of which each combination stands in one row, where some numbers beside them count
    units; none of another table."""
    if not 2 <= rows <= LONGEST:
        return []
    parts = [
        c
        for c in columns
        if 1 < c.distinct <= rows // 2 and c.filled == c.rows and (c.words or c.has_time or weeks.CALLED & {*vocabulary.tokens(c.name)})
    ]  # fmt: skip
    for n in range(2, min(MOST_KEYS, len(parts)) + 1):
        for some in combinations(parts, n):
            if rows < GRID * prod(c.distinct for c in some):
                continue
            text = ", ".join(table.text(c.name) for c in some)
            if int(table.number(f"select count(distinct ({text})) from {{table}}")) < rows:
                continue
            rest = [c for c in columns if c.numeric and c not in some]
            found = counted_columns.sort(table, rest, some[0], None)
            timed = any(not c.words for c in some)
            if found and (timed or rows <= FEW or counted_columns.named(found.units)):
                return list(some)
    return []


def arm_of(table: "SourceTable", rows: int, columns: Sequence[Column], variants: Sequence[Column]) -> Column | None:
    """The column of the arms of a table of counts, as its values tell that it is one; None of another table.

    Raises where they are counts and no column is called as that of the arms.
    """
    keys = keys_of(table, rows, columns)
    few = [c for c in variants if c.distinct <= roles.MOST_ARMS]
    if keys and not few:
        _refuse(table, rows, keys)
    return next((c for c in few if c in keys), None)


def are_summed_up(table: "SourceTable", rows: int, time: Column | None, variant: Column) -> bool:
    """Whether a table has a row for each variant, or for each of its days."""
    arm = table.text(variant.name)
    day = table.text(time.name) if time else "''"
    asked = f"select count(distinct {arm}), count(distinct {day}), count(distinct ({arm}, {day})) from {{table}}"
    arms, days, pairs = (int(n) for n in table.rows(asked)[0])  # type: ignore[call-overload]
    return bool(pairs == rows and rows >= GRID * arms * days)


def _refuse(table: "SourceTable", rows: int, keys: Sequence[Column]) -> None:
    """Raise for counts of which no column is called as that of the arms: they are no events, and nobody is one of their units.

    Each combination of the ``keys`` stands in one row; of shops and weeks none may be that of the arms.
    """
    may_be = [c for c in keys if c.words and c.distinct <= roles.MOST_ARMS]
    if not may_be:
        return
    listed = ", ".join(
        f"'{vocabulary.printable(c.name)}' ({', '.join(map(vocabulary.printable, c.values[:4]))})" for c in keys
    )
    raise ReportError(
        f"{table.called} is a table of counts, and no column is called as that of the arms",
        got=f"{rows:,} rows, one for each combination of {listed}",
        expected="a column that says which arm the units of a row were in",
        remedy=f"say which it is: --variant {typed.name(may_be[0].name)}" + ", or another of these" * (len(may_be) > 1),
    )
