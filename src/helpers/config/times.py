"""How a study says what its times mean: the words and codes of ``time_format``, and the name of a time zone."""

import re
from functools import cache

from helpers.config.base import ConfigError, nearest

ORDERS = ("day_first", "month_first", "year_first")
"""Which part of a date of numbers comes first, where the year does not tell it by its four digits."""

EPOCHS = {"epoch_seconds": 6, "epoch_milliseconds": 3, "epoch_microseconds": 0, "epoch_nanoseconds": -3}
"""Units since 1970 that a number may count, and the power of ten that makes microseconds of it."""

WEEKS = "iso_week"
"""Weeks of ISO 8601 with their years, such as 2026-W06 and KW 6/2026, each of which is told by its Monday."""

CODES = {
    "Y": "year", "y": "year", "m": "month", "b": "month", "B": "month", "d": "day", "e": "day", "H": "hour", "I": "hour",
    "M": "", "S": "", "f": "", "p": "", "z": "", "Z": "", "a": "", "A": "", "%": "",
}  # fmt: skip
"""Codes of a format after ``%``, as Python's ``strptime`` knows them, each with the part of a moment that must be there."""

_SHORT = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y"}


def spelled(written: str) -> str:
    """A format without its abbreviations.

    >>> spelled("%F %T"), spelled("%-d.%-m.%Y")
    ('%Y-%m-%d %H:%M:%S', '%d.%m.%Y')
    """
    return re.sub(r"%-?(.)", lambda code: _SHORT.get("%" + code[1], "%" + code[1]), written)


def check_format(written: str) -> None:
    """Refuse what is neither a word nor a format that tells day, month and year. Raises :class:`ConfigError`."""
    words = (*ORDERS, *EPOCHS, WEEKS)
    if written in words:
        return
    codes = re.findall(r"%(.?)", spelled(written))
    strange = [code for code in codes if code not in CODES]
    told = [CODES[code] for code in codes if code in CODES]
    twice = [code for code in codes if codes.count(code) > 1 and code not in "aA%"]
    parts = [part for part in ("year", "month", "day") if told.count(part) != 1]
    known = f"one of {', '.join(words)}, or codes as in '%d.%m.%Y %H:%M'"
    if not codes:
        raise ConfigError("time_format", written, known, remedy=nearest(written, words))
    if strange:
        raise ConfigError("time_format", f"%{strange[0]}", f"codes of {' '.join('%' + code for code in CODES)}")
    if parts or twice or told.count("hour") > 1:
        raise ConfigError("time_format", written, "year, month and day, and each part once")
    if ("p" in codes) != ("I" in codes):
        raise ConfigError("time_format", written, "%I and %p together: a 12-hour clock needs both")


def check_zone(name: str) -> None:
    """Refuse what is no time zone of the IANA. Raises :class:`ConfigError`."""
    if name not in zones():
        raise ConfigError(
            "timezone", name, "the name of a time zone, such as Europe/Berlin or UTC",
            remedy=nearest(name, zones()) or "see en.wikipedia.org/wiki/List_of_tz_database_time_zones",
        )  # fmt: skip


@cache
def zones() -> frozenset[str]:
    """Names of time zones that mean the same on every machine: those of places, and UTC."""
    from zoneinfo import available_timezones

    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(("posix", "right"))
    ) | {"UTC"}
