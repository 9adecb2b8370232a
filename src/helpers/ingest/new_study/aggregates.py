"""The proposal for a table of counts: one row an arm, or an arm and day, with its units and what these did."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError
from helpers.formatting import ratio
from helpers.ingest.counts.landing import only_rise, running
from helpers.ingest.near import no_column
from helpers.ingest.new_study import (
    answered,
    asking,
    contradictions,
    counted_columns,
    counted_rows,
    currency,
    frequencies,
    harms,
    part_totals,
    questions,
    roles,
    units,
    vocabulary,
    ways,
    written_moments,
    written_numbers,
)
from helpers.ingest.new_study.counted_columns import CountedColumns
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm, Measure, Noted, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.weights import weights
from helpers.ingest.sql import quoted
from helpers.ingest.summaries.words import is_total
from helpers.ingest.values import times_sql, weeks

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable
    from helpers.ingest.new_study.table_view import TableView

MANY = 12
"""Rows of an arm, a day and a part, each combination once, that are no chance."""
SURE = 2
"""Sets of names of outcomes that a business decides by, rather than by what is rarest: those of buying, and of staying."""


def propose(
    table: "SourceTable",
    rows: int,
    columns: list[Column],
    variant: Column,
    time: Column | None,
    said: Said,
    ask: asking.Ask | None,
) -> StudyProposal | None:
    """A study of counts; None where no column counts the units of an arm, or nothing is measured on them.

    Raises :class:`~helpers.errors.ReportError` for what was said and is not among the outcomes.
    """
    contradictions.in_period(table, time, said)
    free = [c for c in columns if c is not variant and c is not time]
    counted_columns.refuse_unclear(table, free, variant, time, said.unit)
    found = counted_columns.sort(table, free, variant, said.unit)
    if found is None:
        return None
    if time is not None:
        _refuse_hours(table, rows, variant, time, found)
        _refuse_running(table, variant, time, found)
        time = time if time.distinct > 1 else None  # one day in all rows is that of the export
    counted = _of_units(table, variant, found.units)
    totals = _totals(table, variant, counted, found)
    counted = replace(counted, levels=tuple(level for level in counted.levels if level[0] not in totals))
    if len(counted.levels) < 2:
        return None
    counted = replace(counted, distinct=len(counted.levels))
    said = answered.control(table, said, counted, ask, "units")
    arms, why = roles.arms_of(counted, (said.control or "", said.how("control")))
    ranked = _ranked(table, found, said)
    names: dict[str, str] = {}
    for column in ranked:
        names[column.name] = vocabulary.slug(_without_sign(column.name), {*names.values(), "exposed"})
    metrics = tuple(
        _metric(c, names[c.name], "secondary" if i else "primary", found, said) for i, c in enumerate(ranked)
    )
    money = [m.name for m in metrics if m.unit == "money"]
    paid = currency.of(table, [c for c, m in zip(ranked, metrics, strict=True) if m.unit == "money"])
    apart = ways.days_apart(table, time) if time else 1
    start, end, period = (*said.period, said.how("period")) if said.period else units.period_of(time)
    if time and not said.period:
        end += timedelta(days=apart - time.days)
    mapped: dict[str, Noted] = {
        "variant": (
            variant.name,
            said.note("variant", f"{len(arms)} levels, a row each" + f" for every {_span(apart)}" * bool(time)),
        ),
        "units": (found.units.name, f"{found.why}; {sum(a.count for a in arms):,} in all"),
    } | (
        {
            "event_time": (
                time.name,
                said.note(
                    "time",
                    "its days: what came on each of them"
                    if apart == 1
                    else f"the first of every {apart} days: what came in each of them",
                ),
            )
        }
        if time
        else {}
    )
    also: dict[str, Noted] = dict.fromkeys(totals, (LEAVE_OUT, "a total of the others"))
    grain = (
        f"grain: counts, one row for each arm{f' and {_span(apart)}' if time else ''} ({rows:,} rows); no rows of units"
    )
    return StudyProposal(
        source="aggregates", mode="online", rows=rows, arms=tuple(arms), weights=weights(arms), also=also, columns=mapped,
        start=start, end=end, period=period, time_format=roles.time_format(time), metrics=metrics, segments=(),
        outcomes={names[c.name]: (c.name, _seen(c, found)) for c in ranked},
        deviations={names[name]: c.name for name, c in found.deviations.items() if name in names},
        squares={names[name]: c.name for name, c in found.squares.items() if name in names},
        rate=ranked[0].mean / found.units.mean if metrics[0].type == "proportion" else 0,
        suspicious=found.left, revenue=money[0] if money else "", currency=paid.noted, control=said.note("control", ""),
        assumed=(
            grain,
            f"units: column '{vocabulary.printable(found.units.name)}', {found.why}",
            f"variant: column '{vocabulary.printable(variant.name)}', units {_levels(arms)}; {why}",
            *(f"variant '{vocabulary.printable(level)}': left out, {told}" for level, (_, told) in also.items()),
            f"weights: {weights(arms)}",
            f"time: column '{vocabulary.printable(time.name)}' ({roles.read_as(time)}UTC), {start:%Y-%m-%d} to {end - timedelta(days=1):%Y-%m-%d}" if time
            else f"time: no column holds a day; the period is a placeholder of two weeks from {start:%Y-%m-%d}",
            f"metrics: {units.measured(metrics, units.how_said(metrics, ranked, said))}",
        ),
        first=(
            f"Does {vocabulary.printable(found.units.name)} count each unit once, on the day of its exposure? A user who comes on two days must not count twice."
            if time else f"Does {vocabulary.printable(found.units.name)} count each unit once?",
            f"Were {ratio([a.weight for a in arms])} the designed weights?",
            *(() if "control" in said else (f"Is the control right? {why[0].upper()}{why[1:]}.",)),
            *paid.first,
            *(() if said.measured else ("Is the primary metric what the test was made for? It is guessed from names and values.",)),
        ),
    )  # fmt: skip


def of_parts(seen: "TableView", variant: Column, time: Column | None, *, sure: bool = False) -> ReportError | None:
    """What is said of counts of parts of an arm, such as its countries; None of another table.

    Each combination of the arm, the day and one or two columns of words stands there once, and most of them do. It is
    ``sure`` that these are counts where their values said so already.
    """
    table, rows, columns = seen.table, seen.rows, seen.columns
    free = [c for c in columns if c is not variant and c is not time and c.distinct <= rows // 2]
    parts = [c for c in free if c.words or _counts_weeks(c)]
    of_all = [c for c in (variant, time) if c is not None]
    for some in [*([p] for p in parts), *map(list, combinations(parts, 2))]:
        keys = [table.text(c.name) for c in (*of_all, *some)]
        asked = f"select count(distinct ({', '.join(keys)})), {', '.join(f'count(distinct {key})' for key in keys)} from {{table}}"
        pairs, *levels = (int(n) for n in table.rows(asked)[0])  # type: ignore[call-overload]
        if pairs < rows or rows < counted_rows.GRID * prod(levels):
            continue
        found = counted_columns.sort(table, [c for c in columns if c not in (*of_all, *some)], variant, None)
        if found is None or not (sure or counted_columns.named(found.units) or (time is not None and rows >= MANY)):
            continue
        named = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in some)
        if len(some) == 1 and (_counts_weeks(some[0]) or weeks.are_weeks(some[0].values)):
            return _of_weeks(table, rows, some[0])
        remedy, totals = part_totals.remedy(table, of_all, some, found)
        return ReportError(
            f"{table.called} is a table of counts of parts of an arm",
            got=f"{rows:,} rows, one for each level of {named} in each arm" + f", and totals of the others, {totals}" * bool(totals),
            expected="one row for each arm, or for each arm and day", remedy=remedy,
        )  # fmt: skip
    return frequencies.refused(table, rows, columns, variant, seen.said.measured)


def _counts_weeks(column: Column) -> bool:
    """Whether a column is called as weeks, and its numbers are such."""
    called = bool(weeks.CALLED & set(vocabulary.tokens(column.name)))
    numbers = [float(value) for value in column.values if value.replace(".", "", 1).isdecimal()]
    return called and len(numbers) == len(column.values) and weeks.are_numbers(numbers)


def _of_weeks(table: "SourceTable", rows: int, column: Column) -> ReportError:
    """What is said of weeks that do not tell their years as ISO 8601 does, with the query that writes them so."""
    numbers = [float(told[1]) for value in column.values if (told := re.search(weeks.AT_THE_END, value))]
    year = "" if weeks.has_year(numbers) else f", with their year in the place of {weeks.YEAR}"
    if year and weeks.turn(numbers):
        year = f", with their years in the place of {weeks.YEAR - 1} and {weeks.YEAR}: the first weeks of a year stand beside the last of another"
    return ReportError(
        f"{table.called} is a table of counts of weeks",
        got=f"{rows:,} rows, one for each of {column.distinct} weeks in '{vocabulary.printable(column.name)}' and each arm, such as"
        f" {vocabulary.printable(min(column.values))}",
        expected="weeks with their year, such as 2026-W06, days, or no time at all: one row for each arm, or for each arm and day",
        cause="nothing tells the year of a week" if year else "a year and a week as one number",
        remedy=f"write them so by a query in a file beside it (weeks.sql){year}, and give that: {weeks.in_iso(table.selected, column.name, numbers)}",
    )


def _refuse_hours(table: "SourceTable", rows: int, variant: Column, time: Column, found: CountedColumns) -> None:
    """Raise for several rows of an arm on a day, such as its hours, with the query that sums them up."""
    day = f"({times_sql.moment(*times_sql.raw_of(time.name, table.parts.types), time.times)})::date"
    of_days = int(table.number(f"select count(distinct ({table.text(variant.name)}, {day})) from {{table}}"))
    if of_days == rows:
        return
    numbers = {c.name: written_numbers.in_query(table, c.name) for c in (found.units, *found.shares)}
    counts = ", ".join(f"sum({number}) as {quoted(name)}" for name, number in numbers.items())
    moment = written_moments.in_query(table, time)
    query = f"select ({moment})::date as day, {quoted(variant.name)}, {counts} from {table.selected} group by all"
    by = f" by a query in a file beside it (days.sql), and give that: {query}" * bool(moment and all(numbers.values()))
    raise ReportError(
        f"{table.called} is a table of counts of hours",
        got=f"{rows:,} rows, each of an arm at a moment of '{vocabulary.printable(time.name)}', on {of_days:,} days of the arms",
        expected="one row for each arm, or for each arm and day",
        remedy=f"sum the hours of a day up{by}; who comes in several hours of a day is then counted in each",
    )


def _refuse_running(table: "SourceTable", variant: Column, time: Column, found: CountedColumns) -> None:
    """Raise for counts that only rise from day to day."""
    day = times_sql.moment(*times_sql.raw_of(time.name, table.parts.types), time.times)
    units = table.value(found.units.name)
    values = [units, *(table.value(c.name) for c in found.shares)]
    values += [
        f"{table.value(c.name)} * {units}" if c.name in found.deviations else table.value(c.name) for c in found.summed
    ]
    lists = ", ".join(f"list({value} order by {day}) filter ({value} is not null)" for value in values)
    rows = table.rows(f"select {lists} from {{table}} group by {table.text(variant.name)}")
    arms: list[list[list[float]]] = [[list(line) for line in lines if line] for lines in rows]  # type: ignore[call-overload]
    if only_rise([lines for lines in arms if lines]):
        raise running(table.called, arms)


def _of_units(table: "SourceTable", variant: Column, counted: Column) -> Column:
    """The variant with the units of each level in the place of its rows."""
    found = table.rows(
        f"select {table.text(variant.name)} as arm, sum({table.value(counted.name)})::bigint from {{table}} group by 1 having arm is not null"
    )
    sizes = {str(arm): int(n) for arm, n in found}  # type: ignore[call-overload]
    return replace(variant, levels=tuple((level, sizes.get(level, 0)) for level, _ in variant.levels))


def _totals(table: "SourceTable", variant: Column, counted: Column, found: CountedColumns) -> list[str]:
    """Levels that sum up the others: by their name, or by the units and every outcome, for a control may be as large as two arms."""
    named = [level for level, _ in counted.levels if is_total(level)]
    whole = sum(n for _, n in counted.levels)
    sized = [level for level, n in counted.levels if 2 * n == whole] if len(counted.levels) > 2 else []
    return list(dict.fromkeys([*named, *(level for level in sized if _sums_up(table, variant, level, found.shares))]))


def _sums_up(table: "SourceTable", variant: Column, level: str, shares: Sequence[Column]) -> bool:
    its = questions.is_level(table, variant, level)
    sums = ", ".join(
        f"sum({table.value(c.name)}) filter ({its}) = sum({table.value(c.name)}) filter (not {its})" for c in shares
    )
    return all(table.rows(f"select {sums} from {{table}}")[0]) if shares else True


def _ranked(table: "SourceTable", found: CountedColumns, said: Said) -> list[Column]:
    """Outcomes, the primary one first: as said, else counts of units by what a business decides by, the rarest first."""
    outcomes = [*found.shares, *found.summed]
    named = {c.name: c for c in outcomes}
    for name in said.measured:
        if name not in named:
            raise no_column(table.called, name, named, "--primary" if name == said.primary else "--outcome")
    stated = [named[name] for name in said.measured]

    def rank(column: Column) -> tuple[bool, bool, int, float]:
        sure = [i for i, words in enumerate(vocabulary.OUTCOME[:SURE]) if vocabulary.touches(column.name, words)]
        return harms.is_harm(column.name), column in found.summed, min(sure, default=SURE), column.mean

    rest = [] if said.outcomes else sorted((c for c in outcomes if c not in stated), key=rank)
    return [*stated, *rest]


def _span(days: int) -> str:
    return {1: "day", 7: "week"}.get(days, f"{days} days")


def _metric(column: Column, name: str, role: str, found: CountedColumns, said: Said) -> Measure:
    label = vocabulary.label(_without_sign(column.name))
    if column not in found.summed:
        return Measure(name, label, role, "proportion", name)
    is_money = column.name == said.money or (said.money is None and vocabulary.touches(column.name, vocabulary.MONEY))
    return Measure(name, _of_a_unit(label), role, "mean", name, "sum", "money" if is_money else "number")


def _without_sign(name: str) -> str:
    """A name without the sign of a number in front of what is counted.

    >>> _without_sign("# of Purchase"), _without_sign("#clicks"), _without_sign("of")
    ('Purchase', 'clicks', 'of')
    """
    return re.sub(r"^#\s*(?:of\s+)?(?=\w)", "", name)


SUMMED_UP = re.compile(r"^(?:sum|total|mean|avg|average)(?: of)? ", re.IGNORECASE)


def _of_a_unit(label: str) -> str:
    """A column of sums or means, called as what a report tells of it: the mean of a unit.

    >>> _of_a_unit("Sum gifts"), _of_a_unit("Revenue"), _of_a_unit("Avg order value"), _of_a_unit("Mean")
    ('Gifts per unit', 'Revenue per unit', 'Order value per unit', 'Mean')
    """
    bare = SUMMED_UP.sub("", label)
    return label if SUMMED_UP.fullmatch(f"{label} ") else f"{bare[0].upper()}{bare[1:]} per unit"


def _seen(column: Column, found: CountedColumns) -> str:
    if column.name in found.deviations:
        return f"its mean; '{found.deviations[column.name].name}' is the standard deviation"
    if column.name in found.squares:
        return f"its sum; '{found.squares[column.name].name}' is the sum of squares"
    return f"how many of '{found.units.name}' have it: never more than these"


def _levels(arms: Sequence[Arm]) -> str:
    return ", ".join(f"{vocabulary.printable(a.level)} ({a.count:,})" for a in arms)
