"""Times of nothing but digits: a count since 1970, or year, month, day and hour in a row, told by all of the column.

Ten digits may be seconds, ``yyyymmddhh`` or ``yymmddhhmm``, twelve milliseconds or ``yyyymmddhhmm``. A count fits the
months, days and hours of a calendar by chance only, and then lies decades away from what the calendar says. Eight digits
are a day, or ``yymmddhh`` where the day would lie in no year of an experiment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from helpers.config.columns import logged
from helpers.config.design import Period
from helpers.config.times import EPOCHS
from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest.sql import literal
from helpers.ingest.values import times_sql
from helpers.ingest.values.times import Times, parse
from helpers.ingest.values.times_column import FIRST, shown

if TYPE_CHECKING:
    from helpers.ingest.values.times_column import TimeColumn

CALENDARS: Final = {
    8: ("%y%m%d%H",),
    10: ("%Y%m%d%H", "%y%m%d%H%M"),
    12: ("%Y%m%d%H%M", "%y%m%d%H%M%S"),
    **dict.fromkeys((15, 16, 18, 19), ("%Y%m%d%H%M%S%f",)),
}
"""Formats of so many digits that without them would be read as :data:`ELSE`."""
ELSE: Final = {8: "%Y%m%d", 10: "epoch_seconds", 12: "epoch_milliseconds", 15: "epoch_microseconds", 16: "epoch_microseconds",
                18: "epoch_nanoseconds", 19: "epoch_nanoseconds"}  # fmt: skip
LIKELY: Final = (datetime(1991, 1, 1), datetime(2101, 1, 1))
"""Between these lie the times of an experiment, and of what was before it; this century in ticks of .NET lies before, read as nanoseconds."""
MANY: Final = 10
"""Different counts that fit a calendar by chance with less than one in a million: one in four has an hour up to 23."""
LOOKED: Final = 1_000
"""First values that tell whether the column is looked at for its digits."""


@dataclass(frozen=True)
class _Way:
    """A way to read the digits, and from when until when they then are."""

    format: str
    first: datetime
    last: datetime


def meets(first: datetime, last: datetime, period: Period | None) -> bool:
    """Whether some of these times may lie in the study's period."""
    return period is not None and first < period.end and last >= period.first


def calendar_of(
    column: "TimeColumn", period: Period | None, key: str = "data.time_format: "
) -> tuple[str, ReportError | None]:
    """The format of a column whose digits are those of a calendar; '' where they are not, and what is to be asked.

    ``key`` is where the format may be said.
    """
    if column.kind.startswith(("TIMESTAMP", "DATE", "BOOLEAN", "TIME")):
        return "", None
    text = times_sql.written(column.raw, column.kind)
    digits = f"regexp_replace(trim({text}), '[.]0*$', '')"
    found = column.rows(
        f"select distinct length(t) from (select {digits} as t from {{table}} where {column.text} <> '' limit {LOOKED})"
        " where regexp_full_match(t, '[0-9]{8,19}')"
    )
    for length in sorted(row[0] for row in found if row[0] in CALENDARS):
        format_, fault = _decided(column, digits, length, period, key)
        if format_ or fault:
            return format_, fault
    return "", None


def _decided(
    column: "TimeColumn", digits: str, length: int, period: Period | None, key: str
) -> tuple[str, ReportError | None]:
    formats = [*CALENDARS[length], ELSE[length]]
    so = f"regexp_full_match(t, '[0-9]{{{length}}}')"
    within = "between timestamp {} and timestamp {}".format(*map(literal, LIKELY))
    asked = ", ".join(
        f"bool_and(coalesce(m{i} {within}, false)) filter ({so}), min(m{i}) filter ({so}), max(m{i}) filter ({so})"
        for i in range(len(formats))
    )
    moments = ", ".join(f"{times_sql.moment('t', 'VARCHAR', Times(format=f))} as m{i}" for i, f in enumerate(formats))
    table = f"(select {digits} as t, file_index, file_row_number from {{table}} where {column.text} <> '')"
    few = (
        "select "
        + " and ".join(f"bool_or((m{i} {within}) is not true)" for i in range(len(formats) - 1))
        + f" from (select {moments} from (from {table} where {so} limit {LOOKED}))"
    )
    if column.rows(few)[0][0]:
        return "", None
    row = column.rows(
        f"""select count(*) filter ({so} or other is not null), count(*) filter ({so}), count(distinct t) filter ({so}),
            {FIRST} filter ({so}), {FIRST} filter (not {so} and other is not null), {asked}
        from (select *, {moments}, case when not {so} then {times_sql.in_any_order("t")} end as other from {table})"""
    )[0]
    every, rows, values, first, other = row[:5]
    ways = [_Way(f, *row[6 + 3 * i : 8 + 3 * i]) for i, f in enumerate(formats) if row[5 + 3 * i]]
    calendars = [way for way in ways if way.format in CALENDARS[length]]
    if not calendars:
        return "", None
    met = [way for way in ways if meets(way.first, way.last, period)]
    if len(met) == 1:
        ways = met
    elif values >= MANY and ELSE[length] in EPOCHS:
        ways = calendars
    if len(ways) > 1:
        return "", _open(column, first, ways, key)
    if ways[0] not in calendars:
        return "", None
    if rows < every:
        return "", _beside_others(column, first, other, rows, every, ways[0].format)
    return ways[0].format, None


def _open(column: "TimeColumn", first: dict[str, Any], ways: list[_Way], key: str) -> ReportError:
    meant = [(way.format, parse(first["text"].strip().partition(".")[0], Times(format=way.format))) for way in ways]
    return ReportError(
        f"{column.called} holds digits that may be read in two ways",
        got=f"{column.first(first)} is {' or '.join(f'{when.day} {when:%B %Y %H:%M} ({how})' for how, when in meant if when)}",
        expected="digits that are one time only, or a word of the study",
        remedy=f"say which: {' or '.join(f'{key}{how!r}' for how, _ in meant)}",
    )


def _beside_others(
    column: "TimeColumn", first: dict[str, Any], other: dict[str, Any], rows: int, every: int, how: str
) -> ReportError:
    return ReportError(
        f"{column.called} holds digits that are a calendar's beside times of another form",
        got=f"{column.first(first)}, {how}, in {formatted(rows / every, 'share')} of the times, and {column.first(other)}",
        expected="one form, for alone these digits would be a count since 1970",
        remedy="write all times in one form, such as 2026-03-02 10:11",
    )


def unlikely(column: "TimeColumn", form: str, first: datetime, last: datetime, rows: int) -> ReportError | None:
    """What is said of counts since 1970 that all lie in years of no experiment."""
    if last >= LIKELY[0] and first < LIKELY[1]:
        return None
    return ReportError(
        f"{column.called} holds numbers that are no likely times",
        got=f"{rows:,} numbers that, as {form}, lie {_span(first, last)}",
        expected="counts since 1970 that lie in years of an experiment, or a word of the study on what they count",
        cause=OTHERWISE,
        remedy=f"say what they count, data.time_format: {', '.join(EPOCHS)} or codes such as '%Y%m%d%H%M'; {WRITTEN}",
    )


OTHERWISE: Final = "a count in another unit or from another day, such as seconds since 2001; or digits of a calendar"
WRITTEN: Final = "what counts from another day, write as in 2026-03-02 10:11:12"


def elsewhere(column: "TimeColumn", form: str, first: datetime, last: datetime) -> str:
    """What is said of counts of which none lies in the study's period."""
    return (
        f"times of column '{shown(logged(column.name))}', as {form}, lie {_span(first, last)}, none of them in the study's"
        f" period; if they are {OTHERWISE}, say which, data.time_format; {WRITTEN}"
    )


def _span(first: datetime, last: datetime) -> str:
    days = [f"{day.day} {day:%B %Y}" for day in (first, last)]
    return f"on {days[0]}" if days[0] == days[1] else f"from {days[0]} to {days[1]}"
