"""Columns of a panel that tell a total so far: their rows are not summed again, the largest is the total."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import quoted
from helpers.ingest.values import times_sql

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

RISES = 20
"""So many rises without a fall are no chance: of values in any order, half of the changes would be falls."""
CALLED = {"cum", "cumulative", "cumul", "cumulated", "running", "ytd", "mtd", "kumuliert", "cumule", "acumulado"}
"""Words of a total so far; its rows may fall now and then, as where something was given back."""
FEW = 0.05
"""Falls for each rise, at most, of what is called a total so far."""


def of(table: "SourceTable", columns: Sequence[Column], unit: Column, period: Column) -> set[str]:
    """Names of the columns whose numbers never fall from one row of a unit to the next, by ``period``, and often rise."""
    asked = [c for c in columns if c.numeric and not c.binary and not c.constant]
    if not asked:
        return set()
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
    changes = [(int(found[2 * i]), int(found[2 * i + 1])) for i in range(len(asked))]  # type: ignore[call-overload]
    return {
        c.name
        for c, (up, down) in zip(asked, changes, strict=True)
        if up >= RISES and down <= (FEW * up if _called(c.name) else 0)
    }


def in_order(table: "SourceTable", period: Column) -> str:
    """SQL of what orders the rows of a unit: moments, numbers, or the number at the end of a text such as Week 9."""
    if period.has_time:
        kind = table.parts.types[period.name]
        return times_sql.moment("raw_period" if kind != "VARCHAR" else "period", kind, period.times)
    return "coalesce(try_cast(period as double), try_cast(regexp_extract(period, '([0-9]+)$', 1) as double)), period"


def _called(name: str) -> bool:
    parts = vocabulary.tokens(name)
    return bool(CALLED & set(parts)) or list(parts[-2:]) == ["to", "date"]
