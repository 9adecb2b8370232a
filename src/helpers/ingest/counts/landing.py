"""Counts and sums of arms brought in: exact, as whole numbers of their smallest digit, by arm, day and outcome."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from helpers.config import EXPOSED, Aggregates, ColumnOf, Study
from helpers.config.columns import logged
from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError, several
from helpers.ingest.counts.table import LONGEST
from helpers.ingest.parts import Parts
from helpers.ingest.reading import Reading
from helpers.ingest.sql import literal, quoted
from helpers.ingest.units import level_faults
from helpers.ingest.values.amounts import NO_NUMBER, Amounts, canonical

if TYPE_CHECKING:
    import duckdb

FILE = "counts.parquet"
"""Where they stand in the raw folder; as decimals, for Parquet has no whole numbers of 128 bits."""
ROOM = 2**120
"""What the squares of an outcome, over all arms, must stay below as whole numbers, so that the marts hold their sums."""
UNLIKELY = 0.01
"""Chance of so rising an order of days, below which counts may be running totals."""
MOST_LOST = 0.25
"""Share of what a running total gains that late corrections take off it again, at most."""
FINEST = 15
"""Digits behind the point that are kept at most."""


@dataclass(frozen=True)
class OutcomeSums:
    """Units of an arm on a day, and of one outcome its total and its sum of squares over them."""

    variant: str
    day: int
    event: str
    units: int
    total: Fraction
    squares: Fraction


def land(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, reading: Reading, out: Path) -> Reading:
    """Write the counts of a study to ``out``, and event rows of nobody, for nobody knows who the units are.

    Returns how the columns are read, with the digits that each outcome is kept to.

    Raises:
        ReportError: for a cell that holds no such number, a share above one, sums that belong to no data, an arm or a day
            of an arm that stands there twice, a day outside of the period, an arm without two units, and running totals.
    """
    if faults := level_faults(con, study, parts, reading):
        raise several(faults)
    found = list(_counted(con, study, parts, reading))
    _refuse_running(found, parts.names[0])
    for variant in study.variants:
        units = sum(each.units for each in found if each.variant == variant.name and each.event == EXPOSED)
        if units < 2:
            raise ReportError(
                f"{parts.names[0]}: {variant.name} has too few units to compare", got=f"{units:,}", expected="at least 2 units in every arm",
                remedy=f"bring the row of {variant.name}, or take it out of variants",
            )  # fmt: skip
    digits = {event: _digits(found, event) for event in dict.fromkeys(each.event for each in found)}
    con.execute(
        "create table counts (variant varchar, day integer, event_name varchar, units bigint, total decimal(38, 0), squares decimal(38, 0))"
    )
    for each in found:
        scale = 10 ** digits[each.event]
        whole = [str(round(each.total * scale)), str(round(each.squares * scale**2))]
        con.execute(
            "insert into counts values (?, ?, ?, ?, ?::varchar::decimal(38, 0), ?::varchar::decimal(38, 0))",
            [each.variant, each.day, each.event, each.units, *whole],
        )
    con.execute(f"copy counts to {literal(out / FILE)} (format parquet)")
    columns = ("event_id", "user_id", "event_name", "variant", "price")
    none = ", ".join([*(f"null::varchar as {name}" for name in columns), "null::timestamp as event_time"])
    con.execute(f"copy (select {none} where false) to {literal(out / 'events' / 'part-0000.parquet')} (format parquet)")
    assert isinstance(study.data, Aggregates)
    kept = {
        column: Amounts(decimals=max(digits[e] for e, c in study.data.outcomes.items() if c == column), room=FINEST)
        for column in study.data.outcomes.values()
    }
    return replace(reading, numbers=reading.numbers | kept)


def _counted(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, reading: Reading) -> Iterator[OutcomeSums]:
    """The rows of the table one by one, checked; of each the units alone, then its outcomes."""
    from helpers.ingest.columns import expression

    data = study.data
    assert isinstance(data, Aggregates)
    level = expression("variant", data.columns["variant"], parts.types, reading)
    if data.variants:
        cases = " ".join(f"when {literal(k)} then {literal(v)}" for k, v in data.variants.items())
        level = f"case coalesce({level}, '') {cases} end"
    moment = expression("event_time", data.columns["event_time"], parts.types, reading) if study.has_time else "null"
    units = data.columns["units"]
    columns = [units.column if isinstance(units, ColumnOf) else units]
    columns += [*data.outcomes.values(), *data.deviations.values(), *data.squares.values()]
    columns = list(dict.fromkeys(columns))
    texts = [canonical(f"trim({quoted(c)}::varchar)", reading.numbers.get(c, Amounts())) for c in columns]
    rows = con.execute(
        f"""select file_index, file_row_number, {level}, {moment}, {", ".join(texts)} from {parts.relation}
        order by file_index, file_row_number limit {LONGEST + 1}"""
    ).fetchall()
    if len(rows) > LONGEST:
        raise ReportError(
            f"{parts.names[0]} is no table of counts", got=f"more than {LONGEST:,} rows", expected="one row for each arm, or each arm and day",
            remedy="where a row is a unit, write data.source: units",
        )  # fmt: skip
    seen: set[tuple[str, int]] = set()
    for file, number, variant, at, *cells in rows:
        if variant == LEAVE_OUT:
            continue
        row = _Row(f"{parts.names[file]}, {parts.place(con, file, number)}", dict(zip(columns, cells, strict=True)))
        day = _day(study, at, row.place)
        if (variant, day) in seen:
            raise ReportError(
                f"{row.place}: {variant} stands there a second time" + (f", on {at:%Y-%m-%d}" if at else ""), got=str(row.cells[columns[0]]) + " units",
                expected="one row for each arm" + (" and day" if at else ""), cause="parts of an arm, such as its countries, or days in a column that the study does not map",
                remedy="sum the parts up, take one of them with data.where, or map the day: data.columns.event_time",
            )  # fmt: skip
        seen.add((variant, day))
        total = row.count(columns[0])
        yield OutcomeSums(variant, day, EXPOSED, total, Fraction(total), Fraction(total))
        for event, column in data.outcomes.items():
            yield OutcomeSums(
                variant,
                day,
                event,
                total,
                *row.sums(total, column, data.deviations.get(event), data.squares.get(event)),
            )


@dataclass(frozen=True)
class _Row:
    """A row of the table: its place, and the canonical text of each of its columns."""

    place: str
    cells: dict[str, str | None]

    def number(self, column: str) -> Fraction:
        text = self.cells[column]
        try:
            found = Decimal(text or NO_NUMBER)
        except InvalidOperation:  # true and false, of a column that the file types so
            found = Decimal("nan")
        if not found.is_finite():
            raise self._wrong(column, "a number", "an empty cell where 0 belongs, or a word")
        return Fraction(found)

    def count(self, column: str) -> int:
        found = self.number(column)
        if found < 0 or found.denominator > 1:
            raise self._wrong(column, "a whole number from 0 on", "a rate, or a mean, where a count belongs")
        return int(found)

    def sums(self, units: int, column: str, deviation: str | None, squares: str | None) -> tuple[Fraction, Fraction]:
        """Total and sum of squares of an outcome over the units of the row."""
        if deviation is None and squares is None:
            successes = self.count(column)
            if successes > units:
                raise self._wrong(
                    column, f"at most one a unit, and there are {units:,} units", "events counted where units belong"
                )
            return Fraction(successes), Fraction(successes)
        if not units:
            return Fraction(0), Fraction(0)
        first = self.number(column)
        if deviation is not None:
            spread = self.number(deviation) if units > 1 or self.cells[deviation] else Fraction(0)
            if spread < 0:
                raise self._wrong(deviation, "a standard deviation, which is not below zero", None)
            return units * first, (units - 1) * spread**2 + units * first**2
        assert squares is not None
        second = self.number(squares)
        if units * second < first**2:
            raise self._wrong(squares, f"at least {float(first**2 / units):,.15g}, the square of the sum over the units",
                              "another column, or sums that were rounded or taken over other units")  # fmt: skip
        return first, second

    def _wrong(self, column: str, expected: str, cause: str | None) -> ReportError:
        return ReportError(f"{self.place}, column '{logged(column)}' cannot be used", got=(self.cells[column] or "nothing")[:60],
                           expected=expected, cause=cause, remedy="correct the table, or map another column")  # fmt: skip


def _day(study: Study, at: datetime | None, place: str) -> int:
    """The day of the experiment, from 1; where the table has no days, all is of the first one, as in a table of units."""
    if not study.has_time:
        return 1
    period = study.period
    if at is None or not period.start <= at < period.end:
        raise ReportError(
            f"{place}: its day is not in the experiment", got=f"{at:%Y-%m-%d %H:%M}" if at else "no day that can be read",
            expected=f"a day from {period.start:%Y-%m-%d %H:%M} on, before {period.end:%Y-%m-%d %H:%M}",
            remedy="correct period, or take the rows of the experiment with data.where",
        )  # fmt: skip
    return (at - period.start).days + 1


Line: TypeAlias = Sequence[Fraction | float]
"""What a column counts in an arm, day by day."""


def only_rise(arms: Sequence[Sequence[Line]]) -> bool:
    """Whether the counts of the arms, each with its lines, rise from day to day as hardly any days do that have nothing to do with each other.

    So read running totals, which must not be added up, be one corrected now and then; a ramp reads so as well. Each arm has days
    of its own, and its line that rises most counts; traffic is the same for all arms, so of several the two that rise least.

    >>> only_rise([[[1, 2, 3, 5]], [[2, 3, 5, 8]]]), only_rise([[[1, 2, 3]], [[2, 3, 5]]]), only_rise([[[1, 2, 3, 5]], [[2, 3, 2, 8]]])
    (True, False, False)
    """
    if not all(_mostly_gains(line) for lines in arms for line in lines):
        return False
    least = sorted((min(map(chance_of_rising, lines)) for lines in arms), reverse=True)[:2]
    return math.prod(least) < UNLIKELY


def chance_of_rising(line: Line) -> Fraction:
    """Chance that the values of a line, in an order drawn at random, fall from one to the next as seldom as they do.

    The orders of n values with k falls are counted by Simon Newcomb's formula, the Eulerian numbers where no two values are the same.

    >>> [str(chance_of_rising(line)) for line in ([1, 2, 3, 4], [1, 2, 4, 3], [1, 1, 2, 2], [7, 7, 7])]
    ['1/24', '1/2', '1/6', '1']
    """
    falls, same, n = sum(after < before for before, after in pairwise(line)), Counter(line).values(), len(line)
    orders = sum(
        (-1) ** j * math.comb(n + 1, j) * math.prod(math.comb(k - j + m, m) for m in same)
        for k in range(falls + 1)
        for j in range(k + 1)
    )
    return Fraction(orders * math.prod(map(math.factorial, same)), math.factorial(n))


def _mostly_gains(line: Line) -> bool:
    steps = [after - before for before, after in pairwise(line)]
    return -sum(step for step in steps if step < 0) <= MOST_LOST * sum(step for step in steps if step > 0)


def running(name: str, arms: Sequence[Sequence[Line]]) -> ReportError:
    """The error for counts that :func:`only_rise`: whether each is of its day alone only a person knows."""
    days = max(len(line) for lines in arms for line in lines)
    falls = sum(after < before for lines in arms for line in lines for before, after in pairwise(line))
    return ReportError(
        f"{name}: the counts of every arm {'mostly' if falls else 'only'} rise from day to day",
        got=f"{days} days, {falls or 'none'} of their counts less than the one before",
        expected="what came on each day alone", cause="running totals, as many dashboards draw them, or a ramp on which more came each day",
        remedy="give one row for each arm, without days: if each number is all so far, the last one of each arm; if it is of its day alone, their sum",
    )  # fmt: skip


def _refuse_running(found: Sequence[OutcomeSums], name: str) -> None:
    arms: dict[str, dict[str, list[Fraction]]] = {}
    for each in sorted(found, key=lambda each: each.day):
        arms.setdefault(each.variant, {}).setdefault(each.event, []).append(each.total)
    lines = [list(of_arm.values()) for of_arm in arms.values()]
    if only_rise(lines):
        raise running(name, lines)


def _digits(found: Sequence[OutcomeSums], event: str) -> int:
    """Digits behind the point with which the sums of an outcome are whole numbers, as many as there is room for."""
    of_event = [each for each in found if each.event == event]
    needed = max(max(_behind(each.total), -(-_behind(each.squares) // 2)) for each in of_event)
    most = sum(each.squares for each in of_event)
    if most >= ROOM:
        raise ReportError(
            f"the sums of {event} are past what can be kept", got=f"squares that add up to {float(most):.3g}", expected=f"less than {float(ROOM):.3g}",
            remedy="write the outcome in a larger unit",
        )  # fmt: skip
    return next(digits for digits in range(min(needed, FINEST), -1, -1) if most * 100**digits < ROOM)


def _behind(value: Fraction) -> int:
    """Digits behind the point of a number that has finitely many."""
    digits = 0
    while value.denominator > 1 and digits < 2 * FINEST:
        value, digits = value * 10, digits + 1
    return digits
