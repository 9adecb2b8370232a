"""Weeks of the calendar, as 2026-W06 or KW 6: how those with a year are read, and what is said of others."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from helpers.config.times import WEEKS
from helpers.ingest.sql import literal, quoted
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


AT_THE_END = r"([0-9]+)(?:[.]0+)?\s*$"
"""The number at the end of a week, as of KW 6 and 6.0."""
HALF = 26
"""Weeks of half a year: between more than these lies no experiment."""


def in_iso(source: str, column: str, numbers: Sequence[float] = ()) -> str:
    """A query that writes weeks without a year as weeks with one, those at the end of a year in the year before those at its beginning.

    Six digits, as 202606, begin with their year.

    >>> print(in_iso('"counts.csv"', "week", (6, 7)))
    select * replace ('2026-W' || lpad(regexp_extract("week"::varchar, '([0-9]+)(?:[.]0+)?\\s*$', 1), 2, '0') as "week") from "counts.csv"
    """
    name = quoted(column)
    number = f"regexp_extract({name}::varchar, {literal(AT_THE_END)}, 1)"
    week = f"'{YEAR}-W' || lpad({number}, 2, '0')"
    if has_year(numbers):
        week = f"left({number}, 4) || '-W' || right({number}, 2)"
    elif first := turn(numbers):
        week = (
            f"case when {number}::integer >= {first} then '{YEAR - 1}-W' else '{YEAR}-W' end || lpad({number}, 2, '0')"
        )
    return f"select * replace ({week} as {name}) from {source}"


def turn(numbers: Sequence[float]) -> int:
    """The first of the weeks of an earlier year, where the last weeks of one and the first of the next stand there; 0 where all are of one.

    >>> turn([48, 49, 52, 1, 3]), turn([6, 7]), turn(range(1, 53)), turn([202552, 202601])
    (48, 0, 0, 0)
    """
    told = sorted({int(n) for n in numbers})
    apart = max(((later - week, later) for week, later in pairwise(told)), default=(0, 0))
    return apart[1] if apart[0] > HALF and told[-1] <= WEEKS_OF_A_YEAR else 0


WEEKS_OF_A_YEAR = 53


def has_year(numbers: Sequence[float]) -> bool:
    """Whether all numbers are a year and a week, as 202606."""
    return bool(numbers) and all(n == int(n) and 1900 <= n // 100 <= 2100 and 1 <= n % 100 <= 53 for n in numbers)


def are_numbers(numbers: Sequence[float]) -> bool:
    """Whether all numbers are those of weeks, alone or behind their years.

    >>> are_numbers([6, 53]), are_numbers([202606]), are_numbers([0]), are_numbers([])
    (True, True, False, False)
    """
    return bool(numbers) and (all(n == int(n) and 1 <= n <= 53 for n in numbers) or has_year(numbers))
