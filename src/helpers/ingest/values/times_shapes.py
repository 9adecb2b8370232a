"""The shapes in which a moment is written: patterns of named parts, the same for Python and for the database.

A pattern is tried on a text in small letters with single blanks, and must fit all of it. Its parts are: y, m, d, h, i
(minute), s, f (fraction), p (of AM and PM), z (any zone), o (sign of an offset), oh and om; and w, a week in the place of m and d.
"""

import re

from helpers.config.times import spelled

_DAY = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"
_MOMENT = _DAY + r"[ T](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,9})?"
PLAIN = f"{_MOMENT}(?:Z| UTC)?|{_DAY}(?:[ T](?:[01][0-9]|2[0-3]):[0-9]{{2}})?"
"""ISO as databases write it, which a cast reads: the common case, told apart without taking it to pieces."""

PLAIN_OFFSET = rf"{_MOMENT}[+-](?:0[0-9]|1[0-4])(?::[0-5][0-9])?"
"""The same with an offset, which another cast reads."""

PLAIN_EPOCH = "[1-9](?:[0-9]{9}|[0-9]{12}|[0-9]{15})"
"""What nearly all numbers since 1970 look like, and all of this century."""

EPOCH = r"([1-9](?:[0-9]{8,9}|[0-9]{11,12}|[0-9]{14,15}|[0-9]{17,18}))(?:[.,]([0-9]*))?"
"""Seconds since 1970 have 9 or 10 digits (from 1973 to 2286), milliseconds three more, and so on: the size tells."""

BLANKS = "[\t\n\x0b\x0c\r \u00a0\u2009\u202f]+"
"""What parts the words of a time; the narrow ones stand before AM and PM in newer browsers."""

MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_YEAR = "[0-9]{4}|[0-9]{2}"
_NTH = "(?:st|nd|rd|th)?"

_NUMBERS = {
    "": rf"[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.](?:{_YEAR})",
    "day_first": rf"(?P<d>[0-9]{{1,2}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<y>{_YEAR})",
    "month_first": rf"(?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}})[-/.](?P<y>{_YEAR})",
    "year_first": r"(?P<y>[0-9]{2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})",
}
_DATES = (
    rf"(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}}|{MONTH})[-/.](?P<d>[0-9]{{1,2}})",
    "(?P<y>[0-9]{4})[年년] ?(?P<m>[0-9]{1,2})[月월] ?(?P<d>[0-9]{1,2})[日일]",
    rf"(?:{WEEKDAY}[.]?,? )?(?P<d>[0-9]{{1,2}}){_NTH}(?:[-/]|[.]? ?)(?P<m>{MONTH})(?:[-/]|[.]?,? ?)(?P<y>{_YEAR})",
    rf"(?:{WEEKDAY}[.]?,? )?(?P<m>{MONTH})(?:[-/]|[.]? ?)(?P<d>[0-9]{{1,2}}){_NTH}(?:[-/]|,? )(?P<y>[0-9]{{4}})",
)
_CLOCK = (
    r"(?P<h>[0-9]{1,2}):(?P<i>[0-9]{2})(?::(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]+))?)?(?: ?(?P<p>[ap])(?:[.] ?)?m[.]?)?"
)
_ZONE = (
    r"(?: ?(?P<z>z|utc?|gmt|(?:utc|gmt)?(?P<o>[+-])(?P<oh>1[0-4]|0?[0-9])(?::?(?P<om>[0-5][0-9]))?)"
    r"(?: ?\([a-z ]+\)|\[[a-z/_+0-9-]+\])?)?"
)
_COMPACT = (
    r"(?P<y>[12][0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?:[.,]0*|"
    rf"[t ](?P<h>[0-9]{{2}}):?(?P<i>[0-9]{{2}})(?::?(?P<s>[0-9]{{2}})(?:[.,](?P<f>[0-9]+))?)?{_ZONE})?",
    r"(?P<y>[12][0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<h>[0-9]{2})(?P<i>[0-9]{2})(?P<s>[0-9]{2})[.,]?(?P<f>[0-9]*)"
    + _ZONE,
)
_UNIX = rf"{WEEKDAY},? (?P<m>{MONTH}) (?P<d>[0-9]{{1,2}}) {_CLOCK} ?(?P<z>utc|gmt)? (?P<y>[0-9]{{4}})"
_THEN = r"(?:t|,? (?:at )?|:)"


def known(order: str) -> tuple[str, ...]:
    """The patterns of the shapes that are known without a word from the study, but for :data:`EPOCH`; the first one counts.

    Dates of three numbers are read in the ``order`` that was decided for the whole column, and not at all without one.
    """
    dates = (*_DATES, _NUMBERS[order]) if order else _DATES
    return (*map(_of_day, dates), *_COMPACT, _UNIX)


def numbered(order: str) -> str:
    """The pattern of :func:`known` that reads what is :data:`NUMBERED`, which fits no other of them."""
    return _of_day(_NUMBERS[order])


def _of_day(date: str) -> str:
    return f"{date}(?:{_THEN}{_CLOCK}{_ZONE})?"


NUMBERED = rf"{_NUMBERS['']}(?:{_THEN}.*)?"
"""A date of three numbers that begins with no year of four digits."""

LIKELY = r"\s*(?:[0-9]{1,4}[-/. 年년]|[0-9]{8}|[0-9]{1,2}[A-Za-z]{2}|[A-Za-z]{3,9}[.,]? ?)[^\n]*[0-9][^\n]*"
"""How a time begins, at first sight."""

NAMED = rf"(?:^|[^a-z]){MONTH}(?:[^a-z]|$)"
"""Where the name of a month stands in a time."""

OFFSET = r":[0-9.,]+(?: ?[ap](?:[.] ?)?m[.]?)? ?(?:utc|gmt)?[+-][0-9:]+(?: ?\(.*\)|\[.*\])?"
"""How a time ends that tells its distance from UTC."""

_CALLED = "(?:calendar week|kw|cw|wk|week|woche|semaine|semana|w)[ .-]*"
_AT = rf"{_CALLED}(?P<w>[0-9]{{1,2}})"
_OF = "(?P<y>(?:19|20)[0-9]{2})"
WEEKS = (rf"{_OF}[ /-]*{_AT}", rf"{_AT}[ ,/-]+{_OF}")
"""A week with its year, in front or behind,"""
WEEK = rf"{_CALLED}(?P<w>[0-9]{{1,2}})"
"""and without one."""

_CODES = {
    "Y": "(?P<y>[0-9]{4})", "y": "(?P<y>[0-9]{2})", "m": "(?P<m>[0-9]{1,2})", "b": f"(?P<m>{MONTH})", "B": f"(?P<m>{MONTH})",
    "d": "(?P<d>[0-9]{1,2})", "e": " ?(?P<d>[0-9]{1,2})", "H": "(?P<h>[0-9]{1,2})", "I": "(?P<h>[0-9]{1,2})", "M": "(?P<i>[0-9]{1,2})",
    "S": "(?P<s>[0-9]{1,2})", "f": "(?P<f>[0-9]{1,9})", "p": "(?P<p>[ap])(?:[.] ?)?m[.]?", "a": WEEKDAY, "A": WEEKDAY, "Z": "(?P<z>utc|gmt|z)",
    "z": r"(?P<z>z|(?P<o>[+-])(?P<oh>1[0-4]|0?[0-9])(?::?(?P<om>[0-5][0-9]))?)", "%": "%",
}  # fmt: skip


def own(written: str) -> str:
    """The pattern of a format with the codes of ``strptime``.

    >>> bool(re.fullmatch(own("%d.%m.%y, %H Uhr"), "17.03.26, 8 uhr"))
    True
    """
    squeezed = re.sub(BLANKS, " ", spelled(written)).strip(" ")
    parts = re.split(r"%(.)", squeezed)
    return "".join(_CODES[part] if odd % 2 else re.escape(part.lower()) for odd, part in enumerate(parts))


def parts_of(pattern: str) -> list[str]:
    """Names of the parts of a pattern, in order.

    >>> parts_of(own("%Y-%m"))
    ['y', 'm']
    """
    return re.findall(r"\(\?P<(\w+)>", pattern)


def unnamed(pattern: str) -> str:
    """The pattern as the database takes it: its parts are named beside it, in order."""
    return re.sub(r"\(\?P<\w+>", "(", pattern)
