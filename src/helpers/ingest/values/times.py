"""Times: the moment that a text or a typed value means, in Python; :mod:`times_sql` is the same for the database.

Moments are UTC, to the microsecond; further digits of a fraction are cut. Decided once and for all: a leap second
(``:60``) is the first second of the next minute; 24:00 is the next midnight; a clock of twelve hours shows 12 or 0 at
midnight and at noon; a day without a time is its midnight; years of two digits are 1969 to 2068. A time of ``zone`` that
clocks show twice is the first of the two, and one that they skip is as much later as they skipped. What lies before year
1 or after 9999, or is no day of the calendar, is unread.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import floor, isfinite
from zoneinfo import ZoneInfo

from helpers.config.times import EPOCHS, ORDERS, WEEKS
from helpers.ingest.values import times_shapes as shapes

WRITTEN = "as written"
"""The zone of times that are taken as their clocks show them, whatever their offset."""

EXACT = 2**53
"""Up to here every whole number of a float is that number."""


@dataclass(frozen=True)
class Times:
    """What was decided of the column of times, for all of its values.

    ``order`` is that of dates of three numbers, ``format`` what the study states (a unit since 1970, or codes), ``zone``
    that of times without one; ``plain`` is whether each stands there as a database writes it, so that a cast reads it.
    """

    order: str = ""
    format: str = ""
    zone: str = "UTC"
    plain: bool = False

    @classmethod
    def stated(cls, time_format: str | None, zone: str) -> "Times":
        """The decision as far as a study makes it."""
        written = time_format or ""
        return cls(written, "", zone) if written in ORDERS else cls("", written, zone)

    @property
    def patterns(self) -> tuple[str, ...]:
        """What a text in small letters may fit, unless it is a number since 1970."""
        if self.format == WEEKS:
            return shapes.WEEKS
        return (shapes.own(self.format),) if self.format else shapes.known(self.order)


def parse(value: object, times: Times = Times()) -> datetime | None:
    """The moment in UTC that a value means, without a zone; None where it cannot be read.

    >>> parse("2026-03-02 10:11:40.123+02")
    datetime.datetime(2026, 3, 2, 8, 11, 40, 123000)
    >>> parse("05/11/2026 02:31:10 PM", Times(order="month_first"))
    datetime.datetime(2026, 5, 11, 14, 31, 10)
    >>> parse(1772446272), parse("30.02.2026", Times(order="day_first"))
    (datetime.datetime(2026, 3, 2, 10, 11, 12), None)
    """
    try:
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, datetime):
            if times.zone == WRITTEN:
                return value.replace(tzinfo=None)
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else _from_zone(value, times.zone)
        if isinstance(value, date):
            return _from_zone(datetime(value.year, value.month, value.day), times.zone)
        if isinstance(value, float):
            return _of_float(value, times)
        return _of_text(f"{value:f}" if isinstance(value, Decimal) else str(value), times)
    except (ValueError, OverflowError):
        return None


def _of_text(written: str, times: Times) -> datetime | None:
    text = re.sub(shapes.BLANKS, " ", written).strip(" ").replace("\u0130", "i").lower()
    if times.format in EPOCHS:
        number = re.fullmatch(f"([0-9]{{1,{12 + 6 - EPOCHS[times.format]}}})(?:[.,]([0-9]*))?", text)
        return _since_1970(number[1], number[2] or "", EPOCHS[times.format]) if number else None
    number = None if times.format else re.fullmatch(shapes.EPOCH, text)
    if number:
        return _since_1970(number[1], number[2] or "", power(len(number[1])))
    found = next(filter(None, (re.fullmatch(pattern, text) for pattern in times.patterns)), None)
    if not found:
        return None
    part = {name: told or "" for name, told in found.groupdict().items()}
    moment = (_monday(part) if "w" in part else datetime(*_day(part))) + timedelta(microseconds=_time(part))
    if times.zone == WRITTEN or not part.get("z"):
        return _from_zone(moment, times.zone)
    away = timedelta(hours=int(part.get("oh") or 0), minutes=int(part.get("om") or 0))
    return moment + away if part.get("o") == "-" else moment - away


def power(digits: int) -> int:
    """The power of ten that makes microseconds of a whole number since 1970, by its digits.

    >>> power(10), power(13), power(16), power(19)
    (6, 3, 0, -3)
    """
    return 6 - 3 * ((digits - 8) // 3)


def _since_1970(whole: str, fraction: str, tens: int) -> datetime:
    digits = (whole + fraction).ljust(len(whole) + 6, "0")[: max(0, len(whole) + tens)]
    return datetime(1970, 1, 1) + timedelta(microseconds=int(digits or 0))


def _of_float(value: float, times: Times) -> datetime | None:
    """A number since 1970 to the nearest microsecond; whole ones are read as they are written."""
    if not isfinite(value) or value < 0:
        return None
    if value == floor(value) and value < EXACT:
        return _of_text(str(int(value)), times)
    if times.format and times.format not in EPOCHS:
        return None
    if times.format:
        tens = EPOCHS[times.format]
    else:
        tens = next((t for t, least in ((6, 1e8), (3, 1e11), (0, 1e14), (-3, 1e17)) if least <= value < least * 100), 9)
        if tens == 9:
            return None
    micros = value * 10**tens if tens >= 0 else value / 1000
    return datetime(1970, 1, 1) + timedelta(microseconds=floor(micros + 0.5))


def _day(part: dict[str, str]) -> tuple[int, int, int]:
    year, month = part["y"], part["m"]
    if len(year) == 2:
        year = ("20" if year < "69" else "19") + year
    if month[0] >= "a":
        month = str(shapes.MONTHS.index(month[:3]) // 3 + 1)
    return int(year), int(month), int(part["d"])


def _monday(part: dict[str, str]) -> datetime:
    return datetime.fromisocalendar(int(part["y"]), int(part["w"]), 1)


def _time(part: dict[str, str]) -> int:
    """Microseconds since midnight; raises ValueError for what no clock shows."""
    hour, minute, second = (int(part.get(name) or 0) for name in "his")
    micro = int(part.get("f", "")[:6].ljust(6, "0"))
    if part.get("p"):
        if hour > 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if part["p"] == "p" else 0)
    midnight = hour == 24 and not (minute or second or micro)
    if not (hour < 24 or midnight) or minute > 59 or second > 60:
        raise ValueError(hour)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro


def _from_zone(moment: datetime, zone: str) -> datetime:
    if zone in (WRITTEN, "UTC"):
        return moment
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
