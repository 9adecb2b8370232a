"""Columns of a panel that tell a total so far: their rows are not summed again, the largest or the last is the total."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from helpers.ingest import panel
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import quoted
from helpers.ingest.values import times_sql

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

RISES = 20
"""So many rises without a fall are no chance: of values in any order, half of the changes would be falls."""
CALLED = frozenset(
    {"cum*", "kum*", "acum*", "acc", "running", "ytd", "mtd", "qtd", "lifetime", "ltd", "bisher", "bislang", "aufgelaufen*", "progressiv*",
     "birikimli", "kumulatif", "skumulowan*", "narastajac*", "cumulat*", "накоп*", "нараста*", "累計", "累积", "累计", "누적"}
)  # fmt: skip
"""Words of a total so far; its rows may fall now and then, as where something was given back."""
PAIRS = (
    ("to", "date"),
    ("so", "far"),
    ("bis", "jetzt"),
    ("bis", "heute"),
    ("a", "date"),
    ("hasta", "ahora"),
    ("tot", "nu"),
    ("ate", "agora"),
)
WHOLE = frozenset({"total", "totals", "gesamt*", "insgesamt", "totale", "totaal", "toplam", "итого", "всего"})
"""Words of a sum, of a period or of all that were before: values that mostly rise tell it."""
MOSTLY = 0.8
"""Share of the changes that are rises, at least, in what is called a total so far and is one."""


@dataclass(frozen=True)
class SoFar:
    """What the rows of each total so far become, and what is asked of columns that are called so."""

    how: dict[str, str]
    asked: tuple[str, ...] = ()


def of(table: "SourceTable", columns: Sequence[Column], unit: Column, period: Column) -> SoFar:
    """Columns whose numbers never fall from one row of a unit to the next, by ``period``, and often rise: the largest is the
    total. In those that are called so they may fall: the last is the total.
    """
    changes = _changes(table, columns, unit, period)
    how: dict[str, str] = {}
    asked: list[str] = []
    for column in columns:
        up, down = changes.get(column.name, (0, 0))
        called, name = is_called(column.name), vocabulary.printable(column.name)
        rising = up >= RISES and up > MOSTLY * (up + down)
        if up >= RISES and not down:
            how[column.name] = "max"
        elif rising and (called or vocabulary.touches(column.name, WHOLE)):
            how[column.name] = "last" if _ordered(table, period) else "max"
            asked.append(
                f"Is '{name}' a total so far? It is called so and rises in {up:,} of {up + down:,} changes:"
                f" its {'last' if how[column.name] == 'last' else 'largest'} value is taken; data.panel.how says it otherwise."
            )
        elif called and up + down >= RISES:
            asked.append(
                f"Is '{name}' a total so far? It is called so, and falls in {down:,} of {up + down:,} changes, so its rows"
                " are not taken for one; data.panel.how: last makes it one."
            )
    return SoFar(how, tuple(asked))


def _changes(
    table: "SourceTable", columns: Sequence[Column], unit: Column, period: Column
) -> dict[str, tuple[int, int]]:
    """Rises and falls of each column of numbers, from one row of a unit to the next."""
    asked = [c for c in columns if c.numeric and not c.binary and not c.constant]
    if not asked:
        return {}
    when = in_order(table, period)
    values = ", ".join(f"{table.value(c.name)} as v{i}" for i, c in enumerate(asked))
    steps = ", ".join(
        f"v{i} - lag(v{i} ignore nulls) over (partition by who order by {when}) as s{i}" for i in range(len(asked))
    )
    counted = ", ".join(f"count(*) filter (s{i} > 0), count(*) filter (s{i} < 0)" for i in range(len(asked)))
    found = table.rows(
        f"""select {counted} from (select {steps} from (
            select {table.text(unit.name)} as who, {table.text(period.name)} as period, {quoted(period.name)} as raw_period, {values}
            from {{table}}) where who is not null)"""
    )[0]
    return {c.name: (int(found[2 * i]), int(found[2 * i + 1])) for i, c in enumerate(asked)}  # type: ignore[call-overload]


def _ordered(table: "SourceTable", period: Column) -> bool:
    """Whether a report puts the periods in their order too, so that the last of them is known."""
    if not period.has_time or table.parts.types[period.name] != "VARCHAR":
        return True
    text = table.text(period.name)
    return not table.number(
        f"select count(*) from {{table}} where {text} is not null and {panel.place_sql(text)} is null"
    )


def in_order(table: "SourceTable", period: Column) -> str:
    """SQL of what orders the rows of a unit: moments, numbers, or the number at the end of a text such as Week 9."""
    if period.has_time:
        kind = table.parts.types[period.name]
        return times_sql.moment("raw_period" if kind != "VARCHAR" else "period", kind, period.times)
    return panel.order_sql("period")


def is_called(name: str) -> bool:
    """Whether a name is that of a total so far."""
    parts = vocabulary.tokens(name)
    return vocabulary.touches(name, CALLED) or any(pair in pairwise(parts) for pair in PAIRS)
