"""A table in which each row stands for as many units as one of its columns counts: all that they have in common once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.errors import ReportError
from helpers.ingest.new_study import measures, vocabulary, worded, written_numbers, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import quoted
from helpers.ingest.values.number_formats import TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

COUNTS = {"n", "count", "counts", "cnt", "freq", "frequency", "frequencies", "weight", "weights", "num", "row", "rows",
          "anzahl", "haeufigkeit", "nb", "effectif", "conteo", "of", "users", "units", "visitors", "customers"}  # fmt: skip
"""Words of which the name of a column is made that counts how often a row occurs."""


def refused(
    table: "SourceTable", rows: int, columns: Sequence[Column], variant: Column, measured: Sequence[str] = ()
) -> ReportError | None:
    """What is said of a table of frequencies; None of another one.

    One column is called as a count, and nobody said that it is what was ``measured``; all others have few levels, and no combination of them stands there twice.
    """
    counted = [
        c
        for c in columns
        if c.numeric and not (c.decimal or c.negative) and c.filled == rows and _counts(c) and c.name not in measured
    ]
    for count in counted:
        rest = [c for c in columns if c is not count]
        if any(not c.levels or c.distinct == rows for c in rest):
            continue
        if _measures(table, count, rest, variant):
            continue
        keys = ", ".join(table.text(c.name) for c in rest)
        apart, units = table.rows(f"select count(distinct ({keys})), sum({table.value(count.name)}) from {{table}}")[0]
        if int(apart) == rows < int(units):  # type: ignore[call-overload]
            if gaps := _gaps(table, rows, count, rest):
                return _of_gaps(table, gaps)
            return _refusal(table, rows, int(units), count, variant, _may_be_outcomes(rest, variant))  # type: ignore[call-overload]
    return _of_shares(table, rows, columns, variant)


ROUNDED = 0.02
"""Shares that were rounded add up to this near to a whole, as a part of it."""


def _of_shares(table: "SourceTable", rows: int, columns: Sequence[Column], variant: Column) -> ReportError | None:
    """What is said of a table in which a row is a combination, and a number its share: those of each arm, or all, make a whole."""
    for share in (c for c in columns if c.numeric and not c.negative and c.filled == rows):
        rest = [c for c in columns if c is not share]
        keys = ", ".join(table.text(c.name) for c in rest)
        if len(rest) < 2 or any(not c.levels or c.distinct == rows for c in rest):
            continue
        apart = table.number(f"select count(distinct ({keys})) from {{table}}")
        found: list[Any] = list(
            table.rows(
                f"select sum({table.value(share.name)}), count(*) from {{table}} group by {table.text(variant.name)}"
            )
        )
        arms = [float(total) for total, _ in found]
        parted = all(n > 1 for _, n in found)
        if apart == rows and parted and (_make_wholes(arms) or _make_wholes([sum(arms)])):
            name = vocabulary.printable(share.name)
            return ReportError(
                f"{table.called} is a table of shares: a row stands for a part of the units, and '{name}' says how large it is",
                got=f"{rows:,} rows, each combination of the other columns once; '{name}' adds up to a whole",
                expected="one row a unit; or counts: one row for each arm, with its units and how many of them have an outcome",
                remedy=f"find out of how many units in each arm '{name}' is a share; then write one row for each arm: its units, and how"
                " many of them have the outcome",
            )
    return None


def _make_wholes(sums: Sequence[float]) -> bool:
    return any(all(abs(each / whole - 1) <= ROUNDED for each in sums) for whole in (1, 100))


def _gaps(table: "SourceTable", rows: int, count: Column, rest: Sequence[Column]) -> list[Column]:
    """Columns of counts that are empty in some rows, without which no combination of the others stands there twice: what came of the
    units of a part is no part of its own."""
    gaps = [
        c for c in rest if c.numeric and not (c.binary or c.decimal) and c.filled < rows and _within(table, c, count)
    ]
    keys = ", ".join(table.text(c.name) for c in rest if c not in gaps)
    whole = keys and int(table.number(f"select count(distinct ({keys})) from {{table}}")) == rows
    return gaps if whole else []


def _within(table: "SourceTable", column: Column, count: Column) -> bool:
    return not table.number(
        f"select count(*) from {{table}} where {table.value(column.name)} > {table.value(count.name)}"
    )


def _of_gaps(table: "SourceTable", gaps: Sequence[Column]) -> ReportError:
    named = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in gaps)
    numbers = {c.name: written_numbers.in_query(table, c.name) for c in gaps}
    made = ", ".join(f"coalesce({number}, 0) as {quoted(name)}" for name, number in numbers.items())
    by = f" by a query in a file beside it, in place of the table: select * replace ({made}) from {table.selected}"
    return ReportError(
        f"{table.called} is a table of counts of parts of an arm, and {named} is empty in some of them",
        got=", ".join(
            f"nothing in {c.rows - c.filled:,} of {c.rows:,} rows of '{vocabulary.printable(c.name)}'" for c in gaps
        ),
        expected="a number in each row",
        cause="a part of whose units nobody had the outcome, or one of which it is not known yet",
        remedy=f"if nothing happened there, write 0{by * all(numbers.values())}; if it is not known, the rows of units tell it",
    )


def _counts(column: Column) -> bool:
    words = vocabulary.tokens(column.name)
    return bool(words) and set(words) <= COUNTS


WHOLE = 10
"""Levels of what was randomised whole, at least."""


def _measures(table: "SourceTable", count: Column, rest: Sequence[Column], variant: Column) -> bool:
    """Whether a weight is what units weigh: another column names units, each of which is in one arm and has several rows."""
    if not vocabulary.WEIGHING & set(vocabulary.tokens(count.name)):
        return False
    arm = table.text(variant.name)
    able = [c for c in rest if c is not variant and c.distinct >= WHOLE]
    return any(
        int(table.number(f"select count(distinct ({table.text(c.name)}, {arm})) from {{table}}")) == c.distinct
        for c in able
    )


def _may_be_outcomes(rest: Sequence[Column], variant: Column) -> list[Column]:
    """The columns that are called as outcomes, or as nothing; what is called as an attribute is none, whatever its levels say."""
    return [c for c in rest if c is not variant and (_is_called(c) or not measures.is_named(c))]


def _is_called(column: Column) -> bool:
    """Whether a column is called as an outcome, or asks whether it came about, as has_bought does."""
    asks = vocabulary.ASKS & set(vocabulary.tokens(column.name))
    return measures.came_of_it(column) or bool(
        asks and any(vocabulary.touches(column.name, words) for words in vocabulary.OUTCOME)
    )


def _tells(column: Column) -> bool:
    """Whether a column says by two levels alone what happened, and what did not; an empty field is a level as every other."""
    if column.filled < column.rows:
        return False
    two = column.distinct == len(column.values) == 2
    return column.binary or column.in_words or (two and worded.happened(column) is not None)


def _sum(table: "SourceTable", count: str, outcome: Column) -> str:
    """SQL of the units that have an outcome of 0 and 1, or of yes and no in words; '' where no query reads its numbers."""
    if outcome.binary:
        number = written_numbers.in_query(table, outcome.name)
        return f"sum({count} * {number})" if number else ""
    yes = next((level for level in outcome.values if level.strip().lower() in TRUE), worded.happened(outcome) or "")
    return f"coalesce(sum({count}) filter ({written_texts.is_one_of(table, outcome.name, [yes])}), 0)"


def _refusal(
    table: "SourceTable", rows: int, units: int, count: Column, variant: Column, outcomes: Sequence[Column]
) -> ReportError:
    name = vocabulary.printable(count.name)
    return ReportError(
        f"{table.called} is a table of frequencies: a row stands for as many units as '{name}' counts",
        got=f"{rows:,} rows for {units:,} units, each combination of the other columns once",
        expected="one row a unit; or counts: one row for each arm, with its units and how many of them have an outcome",
        remedy=_query(table, count, variant, outcomes) or _asked(name, outcomes),
    )


def _query(table: "SourceTable", count: Column, variant: Column, outcomes: Sequence[Column]) -> str:
    """The query that sums up the outcomes; '' where another column than these may be the outcome, or does not tell what happened."""
    clear = len(outcomes) == 1 or all(map(_is_called, outcomes))
    if not (outcomes and clear and all(map(_tells, outcomes))):
        return ""
    n = written_numbers.in_query(table, count.name)
    sums = {c.name: _sum(table, n, c) for c in outcomes}
    if not n or not all(sums.values()):
        return ""
    made = ", ".join([f"sum({n}) as units", *(f"{told} as {quoted(name)}" for name, told in sums.items())])
    query = f"select {quoted(variant.name)}, {made} from {table.selected} group by all"
    return f"sum it up by a query in a file beside it (counts.sql), and give that: {query}"


def _levels(column: Column) -> str:
    empty = column.rows - column.filled
    return ", ".join(
        [*map(vocabulary.printable, column.values[:4]), *([f"nothing in {empty:,} rows"] if empty else [])]
    )


def _asked(count: str, outcomes: Sequence[Column]) -> str:
    shown = "; ".join(f"'{vocabulary.printable(c.name)}' ({_levels(c)})" for c in outcomes)
    gaps = any(c.filled < c.rows for c in outcomes)
    empty = " Does an empty field say that it did not, or that nobody knows it?" * gaps
    which = (
        f"which of these is the outcome, and which of its levels says that it happened? {shown}.{empty} Nothing tells it. Once you know,"
        if outcomes
        else "which column is the outcome? All are called as attributes. Once it is there,"
    )
    return (
        f"{which} sum '{count}' up: one row for each arm, with the sum over all of its rows as its units, and that over the rows of"
        " the level as how many have the outcome"
    )
