"""The column of a log that says which event a row is: by its name, or by ids that only whole copies of an event share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import deliveries, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 0.95
"""Share of the rows with an id of their own, at least: the others are copies."""
UUID = "[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
"""How a program writes an id that it has made for one thing alone."""
MADE = ({"uuid"}, {"guid"}, {"event", "uuid"}, {"event", "guid"}, {"dedup", "id"}, {"deduplication", "id"})


LEAST = 0.5
"""The same of ids whose repeats are equal in all but the moment of their delivery."""
DELIVERY = {"attempt", "attempts", "retry", "retries", "offset", "partition", "delivery", "batch"}
"""Words of what differs from one delivery of an event to the next, beside its moment."""


def of(
    table: "SourceTable", able: Sequence[Column], columns: Sequence[Column], unit: Column, time: Column, event: Column
) -> Column | None:
    """The column among those that nothing else is made of."""
    filled = [c for c in able if c.filled == c.rows and c.distinct > LEAST * c.rows]
    many = [c for c in filled if c.distinct > MOST * c.rows]
    paid = [c for c in columns if c.decimal or vocabulary.touches(c.name, vocabulary.MONEY)]
    if named := next(
        (c for c in filled if _names_an_event(c) and (c in many or _copies(table, c, unit, time, event, *paid))), None
    ):
        return named
    if made := next((c for c in many if _is_made(table, c) and _copies(table, c, unit, time, event)), None):
        return made
    ids = [
        c
        for c in filled
        if not (c.has_time or c.decimal) and (not c.numeric or vocabulary.touches(c.name, vocabulary.KEY))
    ]
    return next((c for c in ids if _whole(table, c, columns, time)), None)


def asked(table: "SourceTable", columns: Sequence[Column], time: Column) -> list[str]:
    """What is asked of rows of a log without ids of events that are equal in all but another moment than that of the event."""
    others = [c.name for c in columns if c.has_time and c is not time and c.filled == c.rows]
    if not others:
        return []
    rows = ", ".join(quoted(c.name) for c in columns)
    same = ", ".join(quoted(c.name) for c in columns if c.name not in others)
    again = int(table.number(f"select count(distinct hash({rows})) - count(distinct hash({same})) from {{table}}"))
    if not again:
        return []
    listed, when = ", ".join(map(quoted, others)), " and ".join(f"'{vocabulary.printable(name)}'" for name in others)
    first = ", ".join(f"any_value({quoted(name)}) as {quoted(name)}" for name in others)
    return [
        f"Are {again:,} rows events that were sent again? They are equal to another row in all but {when}, and no column holds the id of an event,"
        f" so that each counts. If they are, this query in a file, in place of the table, counts each once: select * exclude ({listed}), {first}"
        f" from {table.selected} group by all"
    ]


def repeats(table: "SourceTable", column: str) -> int:
    """Rows that repeat the id of an event, which counts once."""
    return int(table.number(f"select count(*) - count(distinct {table.text(column)}) from {{table}}"))


def told(column: str, repeated: int, rows: int) -> tuple[str, ...]:
    """The line on events that stand there several times."""
    name = vocabulary.printable(column)
    return (
        f"events: column '{name}' tells them apart; {repeated:,} of {rows:,} rows repeat one, which counts once",
    ) * (repeated > 0)


def _whole(table: "SourceTable", column: Column, columns: Sequence[Column], time: Column) -> bool:
    """Whether ids repeat, and rows of one are equal in all but what differs from one delivery to the next."""
    if column.counted and column.distinct == column.filled:
        return False
    one = [c for c in columns if c is not column and (c is time or not _is_of_delivery(c))]
    same = ", ".join(quoted(c.name) for c in one)
    several, mixed = table.rows(
        f"select count(*) filter (n > 1), count(*) filter (few <> many) from (select count(*) as n, min(hash({same})) as few, max(hash({same})) as many"
        f" from {{table}} group by {table.text(column.name)})"
    )[0]
    return bool(several) and not mixed


def _is_of_delivery(column: Column) -> bool:
    return deliveries.is_one(column) or not DELIVERY.isdisjoint(vocabulary.tokens(column.name))


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


def _copies(table: "SourceTable", column: Column, *of: Column) -> bool:
    """Whether rows of one id are alike in some columns, such as unit, moment, event and what was paid."""
    same = ", ".join(f"coalesce({table.text(c.name)}, '')" for c in of)
    return not table.number(
        f"select count(*) from (select {table.text(column.name)} as k from {{table}} group by k having count(distinct ({same})) > 1)"
    )
