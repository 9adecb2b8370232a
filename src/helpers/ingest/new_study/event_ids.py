"""The column of a log that says which event a row is: by its name, or by ids that only whole copies of an event share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 0.95
"""Share of the rows with an id of their own, at least: the others are copies."""
UUID = "[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
"""How a program writes an id that it has made for one thing alone."""
MADE = ({"uuid"}, {"guid"}, {"event", "uuid"}, {"event", "guid"}, {"dedup", "id"}, {"deduplication", "id"})


def of(table: "SourceTable", columns: Sequence[Column], unit: Column, time: Column, event: Column) -> Column | None:
    """The column among those that nothing else is made of."""
    able = [c for c in columns if c.filled == c.rows and c.distinct > MOST * c.rows]
    named = [c for c in able if _names_an_event(c)]
    return next(iter(named or [c for c in able if _is_made(table, c) and _copies(table, c, unit, time, event)]), None)


def _names_an_event(column: Column) -> bool:
    """Whether a column is called as the id of an event is, such as event_id, $insert_id and messageId."""
    parts = set(vocabulary.tokens(column.name))
    return parts in ({"event", key} for key in vocabulary.KEY) or parts in ({"insert", "id"}, {"message", "id"})


def _is_made(table: "SourceTable", column: Column) -> bool:
    """Whether a program made the ids for one thing each, by their name or by their form."""
    if column.numeric or column.has_time:
        return False
    form = f"select count(*) from {{table}} where not regexp_full_match({table.text(column.name)}, {literal(UUID)})"
    return set(vocabulary.tokens(column.name)) in MADE or not table.number(form)


def _copies(table: "SourceTable", column: Column, unit: Column, time: Column, event: Column) -> bool:
    """Whether rows of one id are of one unit, one moment and one event."""
    same = ", ".join(f"coalesce({table.text(c.name)}, '')" for c in (unit, time, event))
    return not table.number(
        f"select count(*) from (select {table.text(column.name)} as k from {{table}} group by k having count(distinct ({same})) > 1)"
    )
