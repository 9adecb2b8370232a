"""A unit table whose outcome nothing tells: what is said where no column can be one, and where several may."""

from collections.abc import Iterator, Mapping, Sequence
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
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.values.number_formats import FALSE, TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def as_well(kinds: measures.Sorted) -> list[Column]:
    """Columns that are no outcome as they stand and may be what is decided by: for a few values below zero alone, for two words of what
    came about, or as yes and no of a day, such as ``d7``."""
    return [
        c
        for c, reason in kinds.left
        if reason.startswith(measures.BELOW_ZERO)
        or (reason.startswith(measures.IN_WORDS[0]) and c.distinct == 2 and measures.came_of_it(c))
        or (reason.endswith(measures.MAY_BE) and (c.binary or c.in_words) and _is_of_a_day(c.name))
    ]


def _is_of_a_day(name: str) -> bool:
    """Whether a name is a day, a week or a month and its number, and no more.

    >>> [_is_of_a_day(n) for n in ("d7", "D30", "day_1", "w4", "q1", "d", "d7_spend")]
    [True, True, True, True, False, False, False]
    """
    words = vocabulary.tokens(name)
    return len(words) == 2 and words[0] in vocabulary.PASSING and words[1].isdecimal()


def seen(column: Column) -> str:
    """In how many rows an outcome is something; its words, where it is two of them."""
    if column.words and not column.in_words and not column.numbers:
        return f"in words: {' and '.join(map(vocabulary.printable, column.values[:2]))}"
    yes = (
        sum(n for level, n in column.levels if level.lower() in TRUE)
        if column.in_words
        else column.numbers - column.zero
    )
    return f"something in {yes:,} rows"


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


DONE = vocabulary.OUTCOME[0] | vocabulary.OUTCOME[2] | vocabulary.GOAL
"""Words of what some do and others do not, and of what they pay then."""


def everybody(columns: Sequence[Column], outcomes: Sequence[Column]) -> list[str]:
    """What is asked where every row has an amount that was paid, as in a table of orders: those who bought nothing may not be in it."""
    above = all(c.numeric and c.low > 0 and c.filled == c.rows for c in outcomes)
    money = [c for c in outcomes if measures.unit_of(c)[0] == "money"]
    orders = any(pieces.names_orders(c.name) and c.distinct > 0.9 * c.rows for c in columns)
    paid = [c for c in money if orders or vocabulary.touches(c.name, DONE) or pieces.is_whole(c)]
    if not (above and paid):
        return []
    return [
        f"Is everybody in the file who was assigned, also those who did nothing? '{vocabulary.printable(paid[0].name)}' is above zero in all"
        f" {paid[0].rows:,} rows: if only those who paid are in it, nobody can tell how many did of each arm. {ALL_OF_THEM}"
    ]


ALL_OF_THEM = "Get the list of all units that were assigned with their variant, and give it with this file: new-study ASSIGNED FILE."


SOLD = DONE | {"sold", "verkauft", "vendu", "vendido", "venduto", "verkocht", "sprzedane"}
"""Words of what tells whether anything was paid."""


def not_paid(columns: Sequence[Column], outcomes: Sequence[Column]) -> Iterator[str]:
    """What is asked of amounts in all rows, as prices that were asked for, beside what says that some rows were not sold."""
    for amount in (c for c in outcomes if measures.unit_of(c)[0] == "money" and c.low > 0 and c.filled == c.rows):
        for sold in (c for c in columns if vocabulary.touches(c.name, SOLD) and (c.has_time or c.binary or c.in_words)):
            if sold is not amount and (sold.filled < sold.rows if sold.has_time else sold.distinct == 2):
                name, by = vocabulary.printable(amount.name), vocabulary.printable(sold.name)
                yield (
                    f"Was '{name}' paid in all {amount.rows:,} rows? It is above zero in each, also where '{by}' says that nothing was sold;"
                    f" if it was only asked for there, a sum of it is no revenue: write what was paid in a column of its own, 0 where nothing"
                    f" was, and name that, or '{by}': --primary COLUMN"
                )
                return


def not_summed(proposal: StudyProposal, outcomes: Sequence[Column]) -> Iterator[str]:
    """What is asked where the price of one piece is no outcome, so that nothing tells what was paid."""
    if any(measures.unit_of(c)[0] == "money" for c in outcomes):
        return
    for price in (name for name, reason in proposal.suspicious if reason.startswith(pieces.OF_PIECE)):
        yield (
            f"Is it decided by '{proposal.metrics[0].name}', and not by what was paid? '{price}' is the price of one piece, which is not"
            " summed; how to have what was paid stands at its name among the unused columns."
        )


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
