"""A unit table whose outcome nothing tells: what is said where no column can be one, and where several may."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import (
    measured_in,
    measures,
    pieces,
    pieces_told,
    read_otherwise,
    taken_off,
    typed,
    vocabulary,
    worded,
)
from helpers.ingest.new_study.profile import Column
from helpers.ingest.values.number_formats import FALSE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def below_zero(kinds: measures.Sorted) -> list[Column]:
    """Columns that are no outcome as it stands for a few values below zero alone, and may be what is decided by."""
    return [c for c, reason in kinds.left if reason.startswith(measures.BELOW_ZERO)]


EARLIER = "is called as what was measured before the experiment"
SIZES = frozenset({"n", "size", "count", "students", "pupils", "members", "employees", "beds", "population"})
"""Words of how large something is, which a treatment hardly changes."""


def likely_first(columns: Sequence[Column], by_arm: Mapping[str, tuple[bool, float]]) -> list[Column]:
    """The columns with those behind that are alike in all arms by design, such as a dose, say how large something is or what was taken off."""

    def rank(column: Column) -> tuple[bool, bool, bool]:
        words = set(vocabulary.tokens(column.name))
        alike = column.distinct > 1 and by_arm.get(column.name, (False, 1.0))[1] == 0
        return alike, bool(words & SIZES) and not words & measures.PER, not words.isdisjoint(pieces.DISCOUNT)

    return sorted(columns, key=rank)


def which(table: "SourceTable", several: list[tuple[Column, str]]) -> ReportError:
    """The error for several columns among which nothing tells what is decided by, each with what it holds."""
    return ReportError(
        f"{table.called}: which column is decided by? Several may be an outcome, and nothing tells them from attributes",
        got="; ".join(f"'{vocabulary.printable(c.name)}' ({seen})" for c, seen in several[:6]),
        expected="one that was measured after the assignment",
        remedy=f"name it: --primary COLUMN, such as --primary {typed.name(several[0][0].name)}",
    )


def _of_mark(column: Column) -> str:
    """What is done about a column in which one mark stands, and nothing else: yes, unless the mark says no."""
    if column.values[0].strip().casefold() in FALSE:
        return f"'{vocabulary.printable(column.name)}' says no alone; write yes and no"
    return f"if an empty field means that it did not happen, say so: --primary {typed.name(column.name)} --empty zero"


def _where_empty(table: "SourceTable", columns: Sequence[Column], seldom: Sequence[Column]) -> str:
    """What is done where an outcome is empty in most rows: of an amount that stands before its discount, what is to be known."""
    lower = {c.name: taken_off.not_yet_off(table, columns, c) for c in seldom}
    column = next((c for c in seldom if not lower[c.name]), None)
    if column:
        return f"if an empty field means that nothing happened: --primary {typed.name(column.name)} --empty zero"
    name, off = vocabulary.printable(seldom[0].name), pieces_told.called(lower[seldom[0].name])
    return (
        f"find out whether {off} is taken off '{name}' already, and whether an empty field means that nothing was bought; write what was paid in a"
        " column of its own, 0 where nothing was, and name that: --primary COLUMN"
    )


def none(table: "SourceTable", kinds: measures.Sorted, by_arm: Mapping[str, tuple[bool, float]]) -> ReportError:
    """The error for a table with a variant of which no column can be an outcome."""
    left = [*kinds.left, *((c, EARLIER) for c in kinds.before)]
    reasons = "; ".join(f"'{vocabulary.printable(c.name)}' {reason}" for c, reason in left[:6])
    in_words = next((c for c, reason in kinds.left if reason.startswith(measures.IN_WORDS[0])), None)
    price = next((reason for _, reason in kinds.left if reason.startswith(pieces.OF_PIECE)), "")
    marked = next(
        (c for c, _ in kinds.left if c.constant and 0 < c.filled < c.rows and c.values and measures.came_of_it(c)), None
    )
    seldom = [
        c
        for c in measures.seldom(kinds)
        if c.low >= 0 and not (c.constant or pieces.is_price(c)) and not vocabulary.touches(c.name, pieces.DISCOUNT)
    ]
    may = [
        c
        for c, reason in left
        if any(said in reason for said in (measures.MAY_BE, measures.MAY_WEIGH, measures.BELOW_ZERO, EARLIER))
    ]
    may = likely_first(may, by_arm)
    of_unit = next(filter(None, (measured_in.remedy(table, c) for c in (*(c for c, _ in left), *kinds.segments))), "")
    told = ""
    if of_unit:
        told = f"if it was measured after the assignment, {of_unit}"
    elif in_words:
        told = worded.remedy(table.selected, in_words)
    elif marked:
        told = _of_mark(marked)
    elif seldom:
        told = _where_empty(table, [c for c, _ in left], seldom)
    elif may:
        told = f"if '{vocabulary.printable(may[0].name)}' was measured after the assignment, --primary {typed.name(may[0].name)} takes it as it is"
        told += "".join(
            f", once you know: {question.removesuffix('.')}" for question in read_otherwise.codes(table, may[0])
        )
    return ReportError(
        f"{table.called} has a variant, but no column that can be an outcome",
        got=reasons or f"{len(kinds.segments)} attributes and nothing else",
        expected="a number that is zero or more in every row: 0 and 1, a count, or money",
        remedy=(f"{price.partition(': ')[2]}; or " if price else "")
        + (f"{told}; or " if told else "")
        + "name the column to decide by (--primary COLUMN), or of a log that of what happened (--event COLUMN); else add the outcome as numbers, 0 where nothing happened",
    )
