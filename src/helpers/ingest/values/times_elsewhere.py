"""Ways to write a time that are not read, because another meaning is as likely or a part is missing: what they look like."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from helpers.ingest.values.times import parse


@dataclass(frozen=True)
class Likeness:
    """What a value looks like, and what is to be done; ``meant`` says what it would mean, as it can be read."""

    what: str
    pattern: str
    remedy: str
    meant: Callable[[re.Match[str]], date | None] = lambda found: None

    def told(self, text: str) -> str:
        """The likely cause, with what a value would mean."""
        found = re.fullmatch(self.pattern, text.strip(), re.IGNORECASE)
        try:
            meant = self.meant(found) if found else None
        except (ValueError, OverflowError):
            meant = None
        return self.what + (f": {text.strip()} would be {meant}" if meant else "")


def _serial(found: re.Match[str]) -> date:
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(float(found[0].replace(",", ".")) * 86_400))
    return moment if found[1] else moment.date()


_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
"""The year before the first one of each."""


def _of_an_era(found: re.Match[str]) -> date:
    year = 1 if found[2] == "元" else int(found[2])
    return date(_ERAS[found[1]] + year, int(found[3]), int(found[4]))


def _past_midnight(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second)


def _of_dot_net(found: re.Match[str]) -> datetime:
    return datetime(1970, 1, 1) + timedelta(milliseconds=int(found[1]))


def _since(year: int) -> Callable[[re.Match[str]], date]:
    return lambda found: datetime(year, 1, 1) + timedelta(microseconds=int(found[0]) // 10)


SCRIPTS = "\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19"
"""Digits of Arabic, Persian, Devanagari, Bengali and Thai, and those as wide as a Chinese sign."""


def _in_digits(found: re.Match[str]) -> date | None:
    return parse("".join(str(int(sign)) if sign.isdigit() else sign for sign in found[0].strip()))


def _of_a_short_era(found: re.Match[str]) -> date:
    return date({"R": 2018, "H": 1988, "S": 1925}[found[1].upper()] + int(found[2]), int(found[3]), int(found[4]))


_ZONES = (
    "EST EDT ET CST CDT CT MST MDT MT PST PDT PT AKST AKDT HST AST ADT NST NDT BST IST WET WEST CET CEST EET EEST MEZ MESZ"
    " MSK MSD SAST EAT WAT CAT PKT NPT ICT WIB WITA WIT SGT HKT JST KST PHT MYT AEST AEDT AET ACST ACDT AWST NZST NZDT NZT"
    " BRT ART CLT COT PET GST TRT"
).replace(" ", "|")
"""Abbreviations of time zones, several of which share one."""

SPANS = "weeks, months or quarters without a day"

LIKENESSES = (
    Likeness("digits of another script", rf".*[{SCRIPTS}].*", "write the digits 0 to 9", _in_digits),
    Likeness(
        "counts with an exponent, as a spreadsheet rounds them",
        r"[1-9](?:[.,][0-9]+)?e[+]?[0-9]{1,2}",
        "write their digits: give these cells a format of numbers without decimals, and export it anew",
    ),
    Likeness(
        "tenths of microseconds since year 1, as .NET counts its ticks",
        r"6[2-5][0-9]{16}",
        "write them as in 2026-03-02 10:11:12; take 621355968000000000 from each and divide by 10000000, and they are seconds since 1970",
        _since(1),
    ),
    Likeness(
        "tenths of microseconds since 1601, as Windows counts them",
        r"1[2-4][0-9]{16}",
        "write them as in 2026-03-02 10:11:12; divide by 10000000 and take 11644473600 from each, and they are seconds since 1970",
        _since(1601),
    ),
    Likeness(
        "hours past 23, which go on from the day before",
        r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ](2[4-9]|3[0-9]):([0-5][0-9])(?::([0-5][0-9]))?",
        "write the next day, and its hour",
        _past_midnight,
    ),
    Likeness(
        "milliseconds since 1970, as .NET writes them into JSON",
        r"\\?/Date\((-?[0-9]+)(?:[+-][0-9]{4})?\)\\?/",
        "write the number alone, or the time as in 2026-03-02T10:11:12Z",
        _of_dot_net,
    ),
    Likeness(
        "names or abbreviations of time zones, which are not read: EST and IST are several",
        rf".*[0-9](?: ?[ap]\.?m\.?)? ?[(\[]?(?:{_ZONES}|[a-z]+/[a-z_]+)[)\]]?(?: [0-9]{{4}})?",
        "write offsets, as in 2026-03-02 10:11:12-05:00; or, if all rows are of one place, take the names off and state"
        " data.timezone, such as America/New_York",
    ),
    Likeness(
        "years of an era",
        r"(令和|平成|昭和) ?([0-9]{1,2}|元)年([0-9]{1,2})月([0-9]{1,2})日.*",
        "write the year of the common era, as in 2026-03-02",
        _of_an_era,
    ),
    Likeness(
        "years of an era of Japan",
        r"([RHS])\.? ?([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{1,2})(?: .*)?",
        "write the year of the common era, as in 2026-03-02",
        _of_a_short_era,
    ),
    Likeness(
        "years of the Republic of China, 1911 fewer",
        r"([01][0-9]{2})[./-]([0-9]{1,2})[./-]([0-9]{1,2})(?: .*)?",
        "write the year of the common era, as in 2026-03-02",
        lambda found: date(1911 + int(found[1]), int(found[2]), int(found[3])),
    ),
    Likeness(
        "days since 1900, as a spreadsheet counts them",
        r"[3-5][0-9]{4}([.,][0-9]*)?",
        "give these cells a format of dates in the spreadsheet, yyyy-mm-dd hh:mm:ss, and export it anew",
        _serial,
    ),
    Likeness(
        "days of a week of ISO 8601",
        r"([0-9]{4})-?W([0-9]{2})-?([1-7])(?:[T ].*)?",
        "write the date instead, as in 2026-03-02",
        lambda found: date.fromisocalendar(int(found[1]), int(found[2]), int(found[3])),
    ),
    Likeness(
        "days of a year, counted from 1",
        r"([0-9]{4})-([0-9]{3})(?:[T ].*)?",
        "write the date instead, as in 2026-03-02",
        lambda found: date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1),
    ),
    Likeness(
        SPANS,
        r"[0-9]{4}-?W[0-9]{2}|[0-9]{4}[-/. ]?Q[1-4]|Q[1-4][-/. ]?[0-9]{4}|[0-9]{4}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{4}",
        "write the day of each event; or map another column to event_time",
    ),
    Likeness(
        "times of day without a day",
        r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[ap]\.?m\.?)?",
        "write the day before the time, as in 2026-03-02 10:11:12; or map another column to event_time",
    ),
)


def likeness(texts: Sequence[str]) -> Likeness | None:
    """The one that all texts look like.

    >>> likeness(["46174.5", "46175"]).told("46174.5")
    'days since 1900, as a spreadsheet counts them: 46174.5 would be 2026-06-01 12:00:00'
    >>> likeness(["2026-W37-1"]).told("2026-W37-1"), likeness(["46174.5", "soon"])
    ('days of a week of ISO 8601: 2026-W37-1 would be 2026-09-07', None)
    """
    for each in LIKENESSES:
        if texts and all(re.fullmatch(each.pattern, text.strip(), re.IGNORECASE) for text in texts):
            return each
    return None
