"""Units that change their variant from one period to the next, as in a roll-out by steps or a cross-over.

Each row of such a table is one unit in one period. The rows of a unit are alike, so none of them is a unit of its own; and
who changes is in no one arm. What can be compared is one period, in which each unit stands once and in one variant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest import panel
from helpers.ingest.new_study import flaws, panels, typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

OFTEN = 2
"""Units that change more often than this, on average, are drawn anew in each period: there each row is what was randomised."""
ONE_WAY = 0.9
"""Share of the units that change whose first and last variant are the same two, where a change is a roll-out."""


@dataclass(frozen=True)
class Changes:
    """How the units of a panel change their variant: how many do and how often on average, the commonest first and last
    variant and how many go that way, and the period in which the smallest variant is largest, with its units by variant."""

    units: int
    changed: int
    often: float
    before: str
    after: str
    that_way: int
    period: str
    counts: tuple[tuple[str, int], ...]


def refuse(seen: TableView, unit: Column | None, variants: Sequence[Column]) -> None:
    """Raise where the units of a panel, those of the ``unit`` or of any column, change their variant from period to period."""
    variant = next(iter(variants), None)
    if variant is None:
        return
    for key, period in panels.mixed(seen.table, seen.columns, unit, variant):
        found = _changes(seen.table, key, period, variant)
        if found.changed > (panels.MIXED - 1) * found.units and found.often <= OFTEN:
            raise _told(seen, key, period, variant, found)


def _changes(table: "SourceTable", unit: Column, period: Column, variant: Column) -> Changes:
    who, when, arm = table.text(unit.name), table.text(period.name), flaws.spelled(table, variant)
    rows = (
        f"select {who} as who, {when} as stage, {arm} as arm, row_number() over (order by {panel.order_sql(when)}) as turn"
        f" from {{table}} where {who} is not null and {when} is not null and {arm} is not null"
    )
    units, changed, often = table.rows(
        f"""select count(*), count(*) filter (k > 0), coalesce(avg(k) filter (k > 0), 0) from (select sum(differs) as k from (
            select who, (arm <> lag(arm) over (partition by who order by turn))::integer as differs from ({rows})) group by who)"""
    )[0]
    before, after, that_way = next(
        iter(
            table.rows(
                f"""select first, last, count(*) from (select arg_min(arm, turn) as first, arg_max(arm, turn) as last from ({rows})
                group by who having count(distinct arm) > 1) group by all order by 3 desc, 1, 2 limit 1"""
            )
        ),
        ("", "", 0),
    )
    best = table.rows(
        f"""select stage from (select stage, arm, count(*) as n, min(turn) as turn from ({rows}) group by all)
        group by stage having count(*) > 1 order by min(n) desc, min(turn) limit 1"""
    )
    at = str(best[0][0]) if best else ""
    counts = table.rows(f"select arm, count(*) from ({rows}) where stage = {literal(at)} group by 1 order by 1")
    return Changes(int(units), int(changed), float(often), str(before), str(after), int(that_way), at,  # type: ignore[call-overload, arg-type]
                   tuple((str(level), int(n)) for level, n in counts))  # type: ignore[call-overload]  # fmt: skip


def _told(seen: TableView, unit: Column, period: Column, variant: Column, found: Changes) -> ReportError:
    name, when, arm = (vocabulary.printable(c.name) for c in (unit, period, variant))
    one_way = found.that_way >= ONE_WAY * found.changed
    levels = {level.lower(): vocabulary.printable(level) for level, _ in reversed(variant.levels)}
    before, after = levels.get(found.before, ""), levels.get(found.after, "")
    how = f"go from '{before}' to '{after}'" if one_way else f"change between the levels of '{arm}'"
    if found.period:
        kept = typed.condition(written_texts.is_one_of(seen.table, period.name, [found.period]))
        arms = ", ".join(f"{levels[level]} {n:,}" for level, n in found.counts)
        remedy = f"compare one '{when}', in which each '{name}' stands once: --where {kept} ({arms}), if chance decided who had which then"
    else:
        remedy = f"no '{when}' has units of two variants, so before and after is all there is: describe it with --descriptive"
    return ReportError(
        f"{seen.table.called}: the rows of a '{name}' are not of one variant",
        got=f"{found.changed:,} of {found.units:,} units of '{name}' {how} from one '{when}' to another",
        expected=f"one variant for each '{name}'",
        cause="a roll-out by steps (stepped wedge)" if one_way and found.period else
        "a change for all at once" if one_way else "a cross-over, in which each unit gets one after the other",
        remedy=f"{remedy}; if chance drew the variant of each row anew, give each an id by a query in a file,"
        f' select *, concat({quoted(name)}, \' \', {quoted(when)}) as row_id from {seen.table.selected}, and say --unit row_id',
    )  # fmt: skip
