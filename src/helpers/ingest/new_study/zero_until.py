"""Periods of a panel in which a number is zero of all units, as what is spent is before a test: told, and asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.ingest.new_study import running_totals, typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FEWEST, SHARE = 2, 0.5
"""Periods without a single number above zero, at least, and the share of the rows of an arm behind them, or of its periods, that have one."""


def asked(
    table: "SourceTable", columns: Sequence[Column], unit: Column, period: Column, variant: Column | None, unless: str
) -> tuple[str, ...]:
    """What is asked of the first column that is zero in all rows of the first periods and not of the rest, unless a condition on
    the rows names the periods or says that all are meant."""
    numbers = [c for c in columns if c.numeric and c.zero > 0 and c.low == 0 and not c.constant]
    if (
        variant is None
        or not numbers
        or unless.strip().casefold() == "true"
        or period.name.casefold() in unless.casefold()
    ):
        return ()
    when = running_totals.in_order(table, period)
    named = (
        f"{table.text(period.name)} as period, {quoted(period.name)} as raw_period, {table.text(variant.name)} as arm"
    )
    values = ", ".join(f"coalesce({table.value(c.name)}, 0) <> 0 as v{i}" for i, c in enumerate(numbers))
    sums = ", ".join(f"count(*) filter (v{i})" for i in range(len(numbers)))
    found: list[Any] = list(
        table.rows(
            f"select period, arm, count(*), {sums} from (select {named}, {values} from {{table}}) where period is not null and arm is not null"
            f" group by period, raw_period, arm order by {when}, arm"
        )
    )
    periods = list(dict.fromkeys(str(row[0]) for row in found))
    for i, column in enumerate(numbers):
        first = next((periods.index(str(row[0])) for row in found if row[3 + i]), 0)
        if first < FEWEST or first > len(periods) - FEWEST:
            continue
        behind: dict[str, list[int]] = {}
        for row in found:
            if periods.index(str(row[0])) >= first:
                rows, some = behind.setdefault(str(row[1]), [0, 0])
                behind[str(row[1])] = [rows + int(row[2]), some + int(row[3 + i])]
        if max(some / rows for rows, some in behind.values()) < SHARE:
            continue
        earlier = sum(int(row[2]) for row in found if periods.index(str(row[0])) < first)
        start, name = periods[first], vocabulary.printable(column.name)
        return (
            f"Did the experiment begin with '{vocabulary.printable(period.name)}' {vocabulary.printable(start)}? '{name}' is zero in all {earlier:,} rows of the"
            f" {first:,} before it, and they are summed up with the others as it stands: {_without(table, period, start, periods[:first])} leaves them out;"
            " if they are of the experiment too, --where true says so.",
        )  # fmt: skip
    return ()


def _without(table: "SourceTable", period: Column, start: str, earlier: Sequence[str]) -> str:
    kind = table.parts.types[period.name]
    iso = start[:4].isdecimal() and start[4:5] == "-" and not (period.times.order or period.times.format)
    if kind == "VARCHAR" and not iso and len(earlier) <= 30:
        return "--where " + typed.condition(written_texts.is_none_of(table, period.name, earlier))
    number = period.numeric and not period.has_time
    limit = start if number else literal(start)
    text = (
        f"try_cast({quoted(period.name)} as double)"
        if number and kind == "VARCHAR"
        else written_texts.of(table, period.name)
    )
    return "--where " + typed.condition(f"{text} >= {limit}")
