"""Weeks of the calendar, as 2026-W06 or KW 6: how those with a year are read, and what is said of others."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from helpers.config.times import WEEKS
from helpers.ingest.sql import quoted
from helpers.ingest.values import times_shapes as shapes
from helpers.ingest.values.times import Times, parse

CALLED = {"week", "weeks", "wk", "kw", "cw", "woche", "wochen", "semaine", "semana", "isoweek", "weeknum", "weekno", "weeknr", "kalenderwoche", "kalwoche", "semanas",
          "settimana", "viikko", "vecka", "uke", "uge", "tyden", "tyzden", "tydzien", "hafta", "saptamana", "minggu", "неделя", "εβδομαδα", "週", "周", "주"}  # fmt: skip
"""Words by which a column of numbers is one of weeks."""
YEAR = 2026
"""The year of an example."""


def monday(text: str) -> datetime | None:
    """The Monday of an ISO week with its year; None for what is none.

    >>> monday("2026-W06"), monday("KW 6/2026"), monday("KW 6"), monday("2026-W54"), monday("b2")
    (datetime.datetime(2026, 2, 2, 0, 0), datetime.datetime(2026, 2, 2, 0, 0), None, None, None)
    """
    return parse(text, Times(format=WEEKS))


def are_weeks(texts: Sequence[str]) -> bool:
    """Whether all texts are weeks of a calendar, with their years or without."""
    found = [
        next(filter(None, (re.fullmatch(p, text.strip().lower()) for p in (*shapes.WEEKS, shapes.WEEK))), None)
        for text in texts
    ]
    return bool(texts) and all(each is not None and 1 <= int(each["w"]) <= 53 for each in found)


def with_years(texts: Sequence[str]) -> bool:
    """Whether all texts are weeks that tell their years.

    >>> with_years(["2026-W06", "2026-W07"]), with_years(["KW 6"]), with_years([])
    (True, False, False)
    """
    return bool(texts) and all(map(monday, texts))


def span(name: str, texts: Sequence[str]) -> tuple[datetime, datetime] | None:
    """From the first to the end of the last of some weeks with their years, as 202614 and 2026-14 are in a column called so, or where
    no months are such; None for all others.

    >>> span("KW", ["2026-09", "2026-10"]), span("period", ["202611", "202614"])
    ((datetime.datetime(2026, 2, 23, 0, 0), datetime.datetime(2026, 3, 9, 0, 0)), (datetime.datetime(2026, 3, 9, 0, 0), datetime.datetime(2026, 4, 6, 0, 0)))
    >>> span("period", ["202609", "202610"]), span("KW", ["9", "10"])
    (None, None)
    """
    found = [re.fullmatch(r"((?:19|20)[0-9]{2})[-/ ]?([0-9]{2})(?:\.0)?", text.strip()) for text in texts]
    if not texts or None in found:
        return None
    pairs = [(int(each[1]), int(each[2])) for each in found if each]
    words = re.findall(r"[^\W\d_]+", name.casefold())
    called = bool(CALLED.intersection(words)) or any(word.endswith(("week", "ww", "woche")) for word in words)
    if not (called or max(week for _, week in pairs) > MONTHS):
        return None
    try:
        days = [datetime.fromisocalendar(year, week, 1) for year, week in pairs]
    except ValueError:
        return None
    return min(days), max(days) + timedelta(weeks=1)


MONTHS = 12
"""The highest number of a month."""


def advice(texts: Sequence[str]) -> str:
    """What is to be done with weeks, which stand for no moment.

    >>> print(advice(["2026-W06", "2026-W07"]))
    say that they are weeks, each of which is then told by its Monday, 2026-02-02 for 2026-W06: data.time_format: iso_week
    """
    first = min(texts)
    if day := monday(first):
        return f"say that they are weeks, each of which is then told by its Monday, {day:%Y-%m-%d} for {first}: data.time_format: {WEEKS}"
    return "write them with their year, as 2026-W06, and say so: data.time_format: iso_week; without one nothing tells which week it is"


def in_iso(table: str, column: str, numbers: Sequence[float] = ()) -> str:
    """A query that writes weeks without a year as weeks with one; six digits, as 202606, begin with it.

    >>> print(in_iso("counts.csv", "week", (6, 7)))
    select * replace ('2026-W' || lpad(regexp_extract("week"::varchar, '[0-9]+$'), 2, '0') as "week") from "counts.csv"
    """
    name = quoted(column)
    week = f"'{YEAR}-W' || lpad(regexp_extract({name}::varchar, '[0-9]+$'), 2, '0')"
    if has_year(numbers):
        week = f"left({name}::varchar, 4) || '-W' || right({name}::varchar, 2)"
    return f'select * replace ({week} as {name}) from "{table}"'


def has_year(numbers: Sequence[float]) -> bool:
    """Whether all numbers are a year and a week, as 202606."""
    return bool(numbers) and all(n == int(n) and 1900 <= n // 100 <= 2100 and 1 <= n % 100 <= 53 for n in numbers)


def are_numbers(numbers: Sequence[float]) -> bool:
    """Whether all numbers are those of weeks, alone or behind their years.

    >>> are_numbers([6, 53]), are_numbers([202606]), are_numbers([0]), are_numbers([])
    (True, True, False, False)
    """
    return bool(numbers) and (all(n == int(n) and 1 <= n <= 53 for n in numbers) or has_year(numbers))
