"""Times that count from another day than 1970, or years of another calendar: told by the one that meets the study's period."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from helpers.errors import ReportError
from helpers.ingest.values import times_sql
from helpers.ingest.values.times_column import FIRST
from helpers.ingest.values.times_digits import LIKELY

if TYPE_CHECKING:
    from helpers.config.design import Period
    from helpers.ingest.values.times_column import TimeColumn

DAY: Final = 86_400.0
NEAR: Final = timedelta(days=2)
"""The moon may move the day of a table by so much."""


@dataclass(frozen=True)
class Epoch:
    """What a program counts, in ``unit`` seconds, and the moment of 0 in seconds since 1970."""

    what: str
    unit: float
    zero: float

    @property
    def into_seconds(self) -> str:
        """What is to be done with each count.

        >>> [Epoch("", unit, zero).into_seconds for unit, zero in ((1, 5), (DAY, 0), (1e-3, -7))]
        ['add 5 to each', 'multiply each by 86400', 'multiply each by 0.001 and take off 7']
        """
        if self.unit == 1:
            return f"{'add' if self.zero > 0 else 'take'} {abs(self.zero):.0f} {'to' if self.zero > 0 else 'from'} each"
        moved = f" and {'add' if self.zero > 0 else 'take off'} {abs(self.zero):.0f}" if self.zero else ""
        return f"multiply each by {self.unit:.10g}{moved}"

    def moment(self, count: float) -> datetime | None:
        """The moment that a count means; None outside of the calendar."""
        try:
            return datetime(1970, 1, 1) + timedelta(seconds=round(count * self.unit + self.zero, 6))
        except OverflowError:
            return None


def _since(*day: int) -> float:
    return (datetime(*day) - datetime(1970, 1, 1)).total_seconds()  # type: ignore[arg-type, misc]


ORIGINS: Final = (
    Epoch("days since 1970, as R counts them", DAY, 0),
    Epoch("seconds since 2001, as Apple counts them", 1, _since(2001, 1, 1)),
    Epoch("seconds since 1960, as SAS counts them", 1, _since(1960, 1, 1)),
    Epoch("days since 1960, as SAS and Stata count them", DAY, _since(1960, 1, 1)),
    Epoch("milliseconds since 1960, as Stata counts them", 1e-3, _since(1960, 1, 1)),
    Epoch("seconds since 1582, as SPSS counts them", 1, _since(1582, 10, 14)),
    Epoch("days since 1900, as a spreadsheet counts them", DAY, _since(1899, 12, 30)),
    Epoch("days since 1904, as an old spreadsheet counts them", DAY, _since(1904, 1, 1)),
    Epoch("tenths of microseconds since 1601, as Windows counts them", 1e-7, _since(1601, 1, 1)),
    Epoch("tenths of microseconds since year 1, as .NET counts them", 1e-7, _since(1, 1, 1)),
    Epoch("days of Julius Scaliger, as astronomers count them", DAY, -2_440_587.5 * DAY),
)


def _islamic(day: datetime) -> date:
    """The day of the common era near a day of the Islamic calendar; that of its tables, which the moon may move by two."""
    year, month = day.year, day.month
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + -(-29.5 * (month - 1) // 1) + day.day
    return date(622, 7, 18) + timedelta(days=int(days))


CALENDARS: Final[dict[str, Callable[[datetime], date]]] = {
    "the Buddhist calendar, 543 more": lambda day: date(day.year - 543, day.month, 1) + timedelta(days=day.day - 1),
    "the Persian calendar": lambda day: (
        date(day.year + 621, 3, 21)
        + timedelta(days=(min(day.month - 1, 6) * 31 + max(day.month - 7, 0) * 30) + day.day - 1)
    ),
    "the Islamic calendar": _islamic,
    "the Republic of China, 1911 fewer": lambda day: date(day.year + 1911, day.month, 1) + timedelta(days=day.day - 1),
}
"""What the years of a date are of, and the day of the common era that it is, or one near it."""


def of_a_calendar(column: "TimeColumn", first: datetime, last: datetime, period: "Period") -> ReportError | None:
    """What is said of times of which none lies in the period as they are read, and some do in another calendar."""
    if any(LIKELY[0] <= each < LIKELY[1] for each in (first, last)):
        return None
    for what, day_of in CALENDARS.items():
        try:
            days = [day_of(first), day_of(last)]
            near = [days[0] - NEAR, days[1] + NEAR]
        except (ValueError, OverflowError):
            continue
        if near[0] <= period.end.date() and near[1] >= period.first.date():
            return ReportError(
                f"{column.called} holds years of another calendar",
                got=f"times from {first.date()} to {last.date()}",
                expected=f"times from {period.first:%Y-%m-%d} to {period.end:%Y-%m-%d}, the study's period, or before it",
                cause=f"years of {what}: {first.date()} would be {days[0]}",
                remedy="write the years of the common era, as in 2026-03-02; or correct the period, if these years are meant",
            )
    return None


def of_an_origin(column: "TimeColumn", period: "Period") -> ReportError | None:
    """What is said of numbers that are no times of the period as they are read, and are as some program counts."""
    if column.kind.startswith(("TIMESTAMP", "DATE", "TIME", "BOOLEAN")):
        return None
    text = times_sql.written(column.raw, column.kind) if column.kind not in ("DOUBLE", "FLOAT") else column.text
    number = f"try_cast(replace({text}, ',', '.') as double)"
    filled, rows, least, most, first = column.rows(
        f"""select count(*), count(v), min(v), max(v), {FIRST} filter (v is not null)
        from (select {column.text} as t, {number} as v, file_index, file_row_number from {{table}}) where trim(t) <> ''"""
    )[0]
    if not rows or rows < filled:
        return None
    for origin in _meeting(least, most, period):
        moment, example = origin.moment(float(first["text"].replace(",", "."))), column.first(first)
        return ReportError(
            f"{column.called} holds numbers that count from another day than 1970",
            got=f"{rows:,} numbers, such as {example}",
            expected="times such as 2026-03-02 10:11:12, or a count since 1970",
            cause=f"{origin.what}: {example.text} would be {moment:%Y-%m-%d %H:%M:%S}",
            remedy=f"write them as times; {origin.into_seconds}, and they are seconds since 1970; or correct the period, if they"
            " count from 1970 already",
        )
    return None


def _meeting(least: float, most: float, period: "Period") -> Iterator[Epoch]:
    for origin in ORIGINS:
        first, last = origin.moment(least), origin.moment(most)
        if first and last and first < period.end and last >= period.first and (last - first).days < 20 * 366:
            yield origin
