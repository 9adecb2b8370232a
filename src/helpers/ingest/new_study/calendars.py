"""Moments whose years no experiment lies in, as those of the Buddhist and of the Persian calendar."""

from datetime import datetime
from typing import TYPE_CHECKING

from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.vocabulary import printable
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FIRST, LAST = 1970, 2100
"""Years between which an experiment lies."""
BUDDHIST = 543
"""Years by which the Buddhist calendar is ahead, whose months and days are ours."""
PERSIAN = range(1370, 1480)
"""Years of the Persian calendar, and of the Islamic one, of our time."""


def is_ours(moment: datetime | None) -> bool:
    """Whether an experiment may lie in a moment: in 9999-12-31, which says of what did not happen that it never will, none does."""
    return moment is not None and FIRST <= moment.year <= LAST


def is_of_none(column: Column) -> bool:
    """Whether the last moment of a column lies where no experiment does."""
    return column.last is not None and not is_ours(column.last)


def is_far(column: Column) -> bool:
    """Whether the last moment of a column lies behind all experiments."""
    return column.last is not None and column.last.year > LAST


def called(column: Column) -> str:
    """What the years of such a column are, in words.

    >>> from datetime import datetime
    >>> from dataclasses import replace
    >>> some = Column("d", "DATE", 3, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 9, 9, 0.0, 0.0, 0.0, 0.0, datetime(2569, 3, 2), datetime(2569, 3, 9))
    >>> called(some), called(replace(some, first=datetime(1404, 12, 11), last=datetime(1404, 12, 21)))
    ('years of the Buddhist calendar (2569 is 2026)', 'years as of the Persian or the Islamic calendar (1404)')
    """
    assert column.first is not None and column.last is not None
    year = column.last.year
    if all(FIRST <= each.year - BUDDHIST <= LAST for each in (column.first, column.last)):
        return f"years of the Buddhist calendar ({year} is {year - BUDDHIST})"
    if column.first.year in PERSIAN and year in PERSIAN:
        return f"years as of the Persian or the Islamic calendar ({year})"
    return f"the year {year}, in which no experiment lies"


def remedy(table: "SourceTable", column: Column) -> str:
    """What makes them ours."""
    if not called(column).startswith("years of the Buddhist"):
        return "write the days of the Gregorian calendar, or name another column with --time, or none"
    name, order = quoted(column.name), {"day_first": "%d/%m", "month_first": "%m/%d"}.get(column.times.order)
    ways = ", ".join(literal(f"{order}/%Y".replace("/", sign)) for sign in "/.-") if order else ""
    moment = f"{name}::timestamp"
    if order:  # a reader of the query may have read them as days already
        moment = f"coalesce(try_strptime({name}::varchar, [{ways}]), try_cast({name} as timestamp))"
    return f"by a query in a file beside it, in place of the table: select * replace ({moment} - interval {BUDDHIST} year as {name}) from {table.selected}"


def lacking(columns: list[Column]) -> str:
    """That a column of moments is of no experiment, behind that there is no other one; '' without one."""
    found = next((c for c in columns if c.has_time and is_of_none(c)), None)
    return f" of the rows ('{printable(found.name)}' holds {called(found)})" if found else ""
