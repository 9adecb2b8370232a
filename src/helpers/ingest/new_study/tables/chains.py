"""A table without ids of assigned units, whose own ids another table knows beside them: devices of users, lines of orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.tables.seen import TableSeen, written
from helpers.ingest.sql import quoted

KNOWN = 0.9
"""Share of the ids of a table that the table between must know; numbers that count something meet others by chance."""


@dataclass(frozen=True)
class Between:
    """A table that knows the units by its column ``unit``, and by ``theirs`` what a stranger calls ``ours``."""

    table: TableSeen
    unit: Column
    ours: Column
    theirs: Column


def found(stranger: TableSeen, knowing: Sequence[tuple[TableSeen, Column]]) -> Between | None:
    """The table that has one row for each id of the stranger's and the unit beside it; the one that knows most, names count too."""
    ranked = []
    for table, unit in knowing:
        for theirs in (c for c in table.keys if c is not unit):
            for ours in stranger.keys:
                same = vocabulary.tokens(ours.name) == vocabulary.tokens(theirs.name)
                if same or not ours.numeric:
                    known, once = _shares(stranger, ours, table, theirs)
                    if known >= KNOWN and once:
                        ranked.append((known + same, table.called, Between(table, unit, ours, theirs)))
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


def _shares(stranger: TableSeen, ours: Column, table: TableSeen, theirs: Column) -> tuple[float, bool]:
    """The share of the ids of one column that stand in the other as they are written, and whether each stands there once."""
    one, other = stranger.source.text(ours.name), table.source.text(theirs.name)
    known, distinct, rows = stranger.source.rows(
        f"""select avg((id in (select {other} from {table.source.relation}))::integer),
            (select count(distinct {other}) from {table.source.relation}), (select count({other}) from {table.source.relation})
        from (select distinct {one} as id from {{table}}) where id is not null"""
    )[0]
    return float(known or 0), distinct == rows  # type: ignore[arg-type]


def told(stranger: TableSeen, assigned: TableSeen, unit: Column, between: Between) -> ReportError:
    """What is said of such a table, with the query that writes the assigned unit's id beside each of its rows."""
    bridge = between.table
    there = {c.name.casefold() for c in stranger.columns}
    moments = [] if any(c.has_time for c in stranger.columns) else [c for c in bridge.columns if c.has_time]
    taken = [c for c in (between.unit, *moments) if c.name.casefold() not in there]
    columns = ", ".join(f"known.{quoted(c.name)}" for c in taken)
    ours, theirs = written("told", stranger, between.ours), written("known", bridge, between.theirs)
    if between.ours.kind != between.theirs.kind:
        ours, theirs = f"{ours}::varchar", f"{theirs}::varchar"
    query = f"select told.*, {columns} from {stranger.source.selected} as told join {bridge.source.selected} as known on {ours} = {theirs}"
    more = any(c not in (between.unit, between.theirs) for c in bridge.columns)
    places = stranger.called if more else f"{stranger.called} and {bridge.called}"
    name, key, known = (vocabulary.printable(c.name) for c in (unit, between.ours, between.theirs))
    return ReportError(
        f"{stranger.called} holds no '{name}', and a chain of keys is not joined",
        got=f"'{key}', which stands as '{known}' in {bridge.called} beside '{vocabulary.printable(between.unit.name)}'",
        expected=f"the id of the assigned unit in each table, as '{name}' in {assigned.called}",
        cause="lines of orders, or events of devices, whose unit another table knows",
        remedy=f"write it there by a query in a file beside them ({_file(stranger, bridge)}), and give that in the place of {places}: {query}",
    )


def _file(*seen: TableSeen) -> str:
    """The name of a file for the query, which is that of no query that it reads."""
    taken = {each.called for each in seen}
    return next(name for n in range(1, 100) if (name := f"joined{n if n > 1 else ''}.sql") not in taken)
