"""How a moment may be written, and how it is read back by Python's datetime alone."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from tests.fuzz.worlds import DAY, SECOND, microseconds, moment

Write = Callable[[int, random.Random], str]
Back = Callable[[str], int]


@dataclass(frozen=True)
class Spelling:
    """One way to write every moment of a column.

    ``precision`` in microseconds is what survives it, ``keys`` are those of the study that say how it is to be read.
    ``evident`` tells whether the texts themselves leave one reading only; where they leave two, a question is right.
    """

    name: str
    precision: int
    write: Write
    back: Back
    keys: dict[str, Any] = field(default_factory=dict)
    evident: Callable[[Sequence[str]], bool] = lambda texts: True


def written(pattern: str, zone: str = "UTC", padded: bool = True) -> Write:
    """By a pattern of strftime, as clocks in a zone show it; ``%f`` and more digits are cut by who needs fewer."""

    def write(at: int, _: random.Random) -> str:
        text = moment(at).astimezone(ZoneInfo(zone)).strftime(pattern)
        return text if padded else _unpadded(text)

    return write


def _unpadded(text: str) -> str:
    """``03/07/2026 04:05 PM`` as people write it: ``3/7/2026 4:05 PM``."""
    date, _, clock = text.partition(" ")
    parts = [part.lstrip("0") or "0" for part in date.split("/")]
    return "/".join(parts) + (" " + clock.removeprefix("0") if clock else "")


def read(pattern: str, zone: str = "UTC") -> Back:
    """By the same pattern of strptime; of an hour that comes twice, the first."""
    return lambda text: microseconds(datetime.strptime(text, pattern).replace(tzinfo=ZoneInfo(zone), fold=0))


def _iso(sep: str = "T", digits: int = 0, offsets: Sequence[str] = ("",), comma: bool = False) -> Write:
    """ISO 8601 with so many digits after the second, each row with one of the offsets."""

    def write(at: int, rng: random.Random) -> str:
        offset = rng.choice(offsets)
        sign, hours, minutes = (offset + " ")[0], offset[1:3], offset[-2:] if len(offset) > 3 else "00"
        shift = timedelta(hours=int(hours), minutes=int(minutes)) if sign in "+-" else timedelta()
        local = moment(at).astimezone(timezone(-shift if sign == "-" else shift))
        fraction = f"{local.microsecond:06d}000"[:digits]
        return (
            local.strftime(f"%Y-%m-%d{sep}%H:%M:%S") + (f"{',' if comma else '.'}{fraction}" if digits else "") + offset
        )

    return write


def _from_iso(text: str) -> int:
    when = datetime.fromisoformat(text.removesuffix("UTC").rstrip(" ").replace(",", "."))
    return microseconds(when if when.tzinfo else when.replace(tzinfo=UTC))


def _epoch(unit: int, digits: int = 0) -> Spelling:
    """A count since 1970 of so many units a second, with digits after the point."""
    names = {1: "seconds", 10**3: "milliseconds", 10**6: "microseconds", 10**9: "nanoseconds"}
    factor = unit * 10**digits
    precision = max(1, SECOND // factor)

    def write(at: int, _: random.Random) -> str:
        count = at * factor // SECOND
        return f"{count // 10**digits}.{count % 10**digits:0{digits}d}" if digits else str(count)

    def back(text: str) -> int:
        whole, _, fraction = text.partition(".")
        return int(whole + fraction.ljust(digits, "0")) * SECOND // factor

    return Spelling(f"epoch {names[unit]}{f' .{digits}' if digits else ''}", precision, write, back)


def _first_is_a_day(texts: Sequence[str]) -> bool:
    """Some date has a first part that no month can be."""
    return any(part > 12 for part in _parts(texts, 0))


def _second_is_a_day(texts: Sequence[str]) -> bool:
    return any(part > 12 for part in _parts(texts, 1))


def _parts(texts: Sequence[str], which: int) -> list[int]:
    dates = [re.match(r"(\d\d?)[./-](\d\d?)[./-]\d", text) for text in texts]
    return [int(date[which + 1]) for date in dates if date]


def _offsets(name: str, *offsets: str, sep: str = "T", digits: int = 0) -> Spelling:
    return Spelling(f"iso {name} .{digits}", max(1, SECOND // 10**digits), _iso(sep, digits, offsets), _from_iso)


def _patterned(
    name: str,
    pattern: str,
    precision: int = SECOND,
    zone: str = "UTC",
    padded: bool = True,
    evident: Any = None,
    **keys: Any,
) -> Spelling:
    more = {"evident": evident} if evident else {}
    return Spelling(name, precision, written(pattern, zone, padded), read(pattern, zone), keys, **more)


def _mixed() -> Spelling:
    """Servers that do not agree: every row in one of four ways that cannot be taken for each other."""
    ways = [_iso(), _iso(" ", 0, ("+02:00", "-0530", "Z")), _epoch(1_000).write, written("%d/%b/%Y %H:%M:%S")]

    def write(at: int, rng: random.Random) -> str:
        return rng.choice(ways)(at, rng)

    def back(text: str) -> int:
        if text.isdigit():
            return int(text) * 1_000
        return read("%d/%b/%Y %H:%M:%S")(text) if "/" in text else _from_iso(text)

    return Spelling("mixed", SECOND, write, back)


MINUTE = 60 * SECOND


def _many(texts: Sequence[str]) -> bool:
    """So many different digits that they are the months, days and hours of a calendar by chance no more."""
    return len(set(texts)) >= 10


SPELLINGS = [
    Spelling("iso", SECOND, _iso(), _from_iso),
    Spelling("iso blank", SECOND, _iso(" "), _from_iso),
    *(
        Spelling(f"iso blank .{digits}", max(1, SECOND // 10**digits), _iso(" ", digits), _from_iso)
        for digits in (1, 3, 5, 6, 7, 9)
    ),
    _offsets("Z", "Z"),
    _offsets("Z", "Z", digits=3),
    _offsets("Z", "Z", digits=9),
    _offsets("UTC", " UTC", sep=" "),
    _offsets("UTC", " UTC", sep=" ", digits=6),
    _offsets("hours", "+02", "-05", sep=" ", digits=3),
    _offsets("hours", "+02", "-11", "+00"),
    _offsets("digits", "+0200", "-0530", digits=6),
    _offsets("colon", "+02:00", "-03:30", "+05:45", "-12:00", "+14:00"),
    _offsets("colon", "+02:00", "-03:30", "Z", digits=6),
    _patterned("iso minutes", "%Y-%m-%d %H:%M", MINUTE),
    _patterned("iso day", "%Y-%m-%d", DAY),
    *(_epoch(unit) for unit in (1, 10**3, 10**6, 10**9)),
    _epoch(1, 3),
    _epoch(1, 6),
    _patterned("dd.mm.yyyy", "%d.%m.%Y", DAY, evident=_first_is_a_day),
    _patterned("dd.mm.yyyy time", "%d.%m.%Y %H:%M:%S", evident=_first_is_a_day),
    _patterned("dd.mm.yyyy minutes", "%d.%m.%Y %H:%M", MINUTE, evident=_first_is_a_day),
    _patterned("dd/mm/yyyy time", "%d/%m/%Y %H:%M:%S", evident=_first_is_a_day),
    _patterned("dd-mm-yyyy time", "%d-%m-%Y %H:%M:%S", evident=_first_is_a_day),
    _patterned("mm/dd/yyyy", "%m/%d/%Y", DAY, evident=_second_is_a_day),
    _patterned("mm/dd/yyyy time", "%m/%d/%Y %H:%M:%S", evident=_second_is_a_day),
    _patterned("mm/dd/yyyy AM", "%m/%d/%Y %I:%M:%S %p", evident=_second_is_a_day),
    _patterned("m/d/yyyy AM", "%m/%d/%Y %I:%M %p", MINUTE, padded=False, evident=_second_is_a_day),
    _patterned("day first stated", "%d/%m/%Y %H:%M:%S", time_format="day_first"),
    _patterned("month first stated", "%m/%d/%Y %H:%M:%S", time_format="month_first"),
    _patterned("dd/Mon/yyyy", "%d/%b/%Y %H:%M:%S"),
    _patterned("dd Mon yyyy", "%d %b %Y %H:%M:%S"),
    _patterned("dd-Mon-yyyy", "%d-%b-%Y %H:%M:%S"),
    _patterned("dd Month yyyy", "%d %B %Y", DAY),
    _patterned("Mon dd, yyyy AM", "%b %d, %Y %I:%M:%S %p"),
    _patterned("own format", "%Y%m%d-%H%M%S", time_format="%Y%m%d-%H%M%S"),
    _patterned("own format with words", "at %H.%M on %d|%m|%Y", MINUTE, time_format="at %H.%M on %d|%m|%Y"),
    _patterned("Berlin", "%Y-%m-%d %H:%M:%S", zone="Europe/Berlin", timezone="Europe/Berlin"),
    _patterned("Berlin .6", "%Y-%m-%dT%H:%M:%S.%f", 1, zone="Europe/Berlin", timezone="Europe/Berlin"),
    _patterned(
        "New York AM",
        "%m/%d/%Y %I:%M:%S %p",
        zone="America/New_York",
        evident=_second_is_a_day,
        timezone="America/New_York",
    ),
    _patterned(
        "Kolkata", "%d.%m.%Y %H:%M", MINUTE, zone="Asia/Kolkata", evident=_first_is_a_day, timezone="Asia/Kolkata"
    ),
    _mixed(),
    Spelling("iso comma", 1_000, _iso(" ", 3, comma=True), _from_iso),
    _patterned("iso basic", "%Y%m%dT%H%M%SZ"),
    _patterned("day digits", "%Y%m%d", DAY),
    _patterned("hours in digits", "%Y%m%d%H", 60 * MINUTE, evident=_many),
    _patterned("minutes in digits", "%Y%m%d%H%M", MINUTE, evident=_many),
    _patterned("two-digit year in digits", "%y%m%d%H%M%S", evident=_many),
    _patterned("yyyy/mm/dd", "%Y/%m/%d %H:%M:%S"),
    _patterned("mail", "%a, %d %b %Y %H:%M:%S +0000"),
    _patterned("web server", "%d/%b/%Y:%H:%M:%S +0000"),
    _patterned("two-digit year", "%m/%d/%y %H:%M", MINUTE, evident=_second_is_a_day),
]
"""What is read, each alone in a column but for the mixture."""

UNREADABLE = [
    "yesterday",
    "2026-13-01 00:00:00",
    "2026-02-30",
    "31.02.2026",
    "24:61",
    "0000-00-00 00:00:00",
    "#REF!",
    "12",
    "-",
]
"""No moment in any spelling."""
