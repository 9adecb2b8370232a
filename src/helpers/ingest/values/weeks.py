"""Weeks of the calendar, as 2026-W06 or KW 6: the Monday that stands for one, where its year is written."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

_WEEK: Final = re.compile(
    r"(?:(?P<before>(?:19|20)\d\d)[ /-]*)?(?:kw|w|wk|week|woche|semaine|semana|cw|calendar week)[ .-]*(?P<week>\d{1,2})(?:[ ,/-]+(?P<after>(?:19|20)\d\d))?",
    re.IGNORECASE,
)


def monday(text: str) -> date | None:
    """The Monday of an ISO week with its year; None for what is none.

    >>> monday("2026-W06"), monday("KW 6/2026"), monday("KW 6"), monday("2026-W54"), monday("b2")
    (datetime.date(2026, 2, 2), datetime.date(2026, 2, 2), None, None, None)
    """
    found = _WEEK.fullmatch(text.strip())
    year = found and (found["before"] or found["after"])
    if not found or not year:
        return None
    try:
        return date.fromisocalendar(int(year), int(found["week"]), 1)
    except ValueError:
        return None


def are_weeks(texts: Sequence[str]) -> bool:
    """Whether all texts are weeks of a calendar, with their years or without."""
    found = [_WEEK.fullmatch(text.strip()) for text in texts]
    return bool(texts) and all(each is not None and 1 <= int(each["week"]) <= 53 for each in found)


def advice(texts: Sequence[str]) -> str:
    """What to write in the place of weeks, which stand for no moment.

    >>> print(advice(["2026-W06", "2026-W07"]))
    write the Monday of each week in its place: 2026-02-02 for 2026-W06
    >>> print(advice(["KW 6"]))
    write the Monday of each week in its place, as 2026-02-02 for week 6 of 2026: without a year nothing tells which it is
    """
    first = min(texts)
    if day := monday(first):
        return f"write the Monday of each week in its place: {day} for {first}"
    return "write the Monday of each week in its place, as 2026-02-02 for week 6 of 2026: without a year nothing tells which it is"
