"""The moment of each row of a log, beside those of its unit and of what is still to come."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import deliveries, roles, ways
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

SHARED = 0.95
"""Share of the units with rows of several moments whose rows all have one of another column, from which on that is the unit's."""
AHEAD = 0.5
"""Share of the rows in which a moment lies more than a day behind the row's own delivery, from which on it is a plan."""


def of(table: "SourceTable", columns: Sequence[Column], unit: Column, time: Column) -> Column:
    """The moment that ``time`` may be: it differs between rows of a unit, and lies ahead of their delivery.

    Names tell a delivery, and rows of which only that differs are looked at by the values: what they all share is of their unit.
    """
    sent = [c for c in columns if deliveries.is_one(c) and c.filled >= roles.MOSTLY * c.rows]
    left: list[Column] = [c for c in columns if c.has_time]
    while time not in sent and sent and not _is_of_row(table, unit, time, min(sent, key=deliveries.rank)):
        left = [c for c in left if c is not time]
        if (other := roles.time_of(left)) is None:
            return time
        time = other
    return time


def _is_of_row(table: "SourceTable", unit: Column, time: Column, sent: Column) -> bool:
    who, own, by = table.text(unit.name), ways.moment_of(table, time), ways.moment_of(table, sent)
    units, shared, ahead, rows = table.rows(
        f"""select count(*) filter (deliveries > 1), count(*) filter (deliveries > 1 and moments = 1), sum(ahead), sum(n) from (
            select count(distinct sent) as deliveries, count(distinct own) as moments, count(*) filter (own > sent + interval 1 day) as ahead,
                count(own) as n
            from (select {who} as who, {own} as own, {by} as sent from {{table}} where {who} is not null and {ways.some(table, unit)[0]}) group by who)"""
    )[0]
    is_shared = int(units) > 0 and int(shared) > SHARED * int(units)  # type: ignore[call-overload]
    return not (is_shared or int(ahead or 0) > AHEAD * int(rows or 0))  # type: ignore[call-overload]
