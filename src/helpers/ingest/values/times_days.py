"""Whether the times of a log are days, however they are written: at midnight, or at any other time of day that all have.

A clock that shows one time on every day tells nothing of the order of events within it, nor a copy from what happened
twice. One time of day is that of the texts themselves, of the study's zone, or in UTC two that are an hour apart, where
clocks were set. A single moment is no evidence, unless it is a midnight.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from helpers.ingest.values import times_sql
from helpers.ingest.values.times import WRITTEN, Times

if TYPE_CHECKING:
    from helpers.ingest.values.times_column import TimeColumn

LOOKED: Final = 1_000
"""First rows that tell whether all are looked at: of a log with a clock they nearly always show several times of day."""
MOST: Final = 20_000
"""A log of days has fewer different ones."""
SET: Final = timedelta(hours=1)
"""So far clocks are set, at most."""
BETWEEN: Final = timedelta(days=20)
"""Clocks are not set again within so many days."""


def clock_of(column: "TimeColumn", times: Times) -> tuple[str, ...]:
    """The time of day that all times of a column have, as it may be told; two of UTC where clocks were set, none else."""
    as_written = replace(times, zone=WRITTEN)
    moments = [times_sql.moment(column.raw, column.kind, each) for each in (times, as_written)]
    asked = f"select distinct {moments[0]} as utc, {moments[1]} as written from {{table}}"
    first = column.rows(
        f"select * from ({asked.replace('{table}', f'(from {{table}} limit {LOOKED})')}) where utc is not null"
    )
    if not first or not _may(first, times.zone):
        return ()
    every = column.rows(f"select * from ({asked}) where utc is not null limit {MOST + 1}")
    return one_clock(every, times.zone) if len(every) <= MOST else ()


def one_clock(moments: Collection[tuple[datetime, datetime]], zone: str) -> tuple[str, ...]:
    """The time of day of all moments, given each in UTC and as it is written.

    >>> noon = [datetime(2026, 3, day, 12) for day in (2, 3)]
    >>> one_clock([(each, each) for each in noon], "UTC"), one_clock([(noon[0], noon[0])], "UTC")
    (('12:00:00',), ())
    """
    for local in ({written for _, written in moments}, _local((utc for utc, _ in moments), zone)):
        clocks = {moment.time() for moment in local}
        if clocks == {time()} or (len(clocks) == 1 < len(local)):
            return (_told(clocks.pop()),)
    several = sorted({utc for utc, _ in moments})
    clocks = {moment.time() for moment in several}
    if len(clocks) != 2 or _apart(clocks) > SET or len(several) < 4:
        return ()
    a_day = all(after - before >= timedelta(days=1) - SET for before, after in pairwise(several))
    changed = [after for before, after in pairwise(several) if before.time() != after.time()]
    if a_day and all(after - before > BETWEEN for before, after in pairwise(changed)):
        return tuple(f"{_told(clock)} UTC" for clock in sorted(clocks))
    return ()


def _may(moments: Collection[tuple[datetime, datetime]], zone: str) -> bool:
    """Whether more of the column could show that these have one time of day."""
    clocks = [
        {written.time() for _, written in moments},
        {each.time() for each in _local((utc for utc, _ in moments), zone)},
    ]
    in_utc = {utc.time() for utc, _ in moments}
    return min(map(len, clocks)) == 1 or (len(in_utc) == 2 and _apart(in_utc) <= SET)


def _local(moments: Iterable[datetime], zone: str) -> set[datetime]:
    there = ZoneInfo(zone)
    return {moment.replace(tzinfo=UTC).astimezone(there).replace(tzinfo=None) for moment in moments}


def _apart(clocks: Collection[time]) -> timedelta:
    """How far two times of day are from each other, past midnight too."""
    one, other = (
        timedelta(hours=c.hour, minutes=c.minute, seconds=c.second, microseconds=c.microsecond) for c in clocks
    )
    return min(abs(one - other), timedelta(days=1) - abs(one - other))


def _told(clock: time) -> str:
    return clock.isoformat() if clock.microsecond else f"{clock:%H:%M:%S}"
