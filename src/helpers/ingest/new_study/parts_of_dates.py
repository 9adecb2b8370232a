"""What is a part of a date: days written as digits, hours, weeks, months and years, as numbers and as texts."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from helpers.ingest.new_study import languages, vocabulary, written_numbers
from helpers.ingest.sql import quoted
from helpers.ingest.values import weeks
from helpers.ingest.values.times_elsewhere import SPANS, likeness

if TYPE_CHECKING:
    from helpers.ingest.new_study.profile import Column
    from helpers.ingest.new_study.source import SourceTable

PARTS_OF_DATES = {
    "hour": (0.0, 24.0),
    "week": (0.0, 53.0),
    "weekday": (0.0, 7.0),
    "month": (1.0, 12.0),
    "quarter": (1.0, 4.0),
    "year": (1900.0, 2100.0),
}
"""Last words of names of parts of a date, each with the range of its numbers."""
EARLIEST, LATEST = 1900, 2100
"""Between these years eight digits may be a day."""
SOME = 2
"""Two values may be those of what did or did not happen as well."""


def of(column: "Column") -> str:
    """That numbers are days written as digits, or hours, months and years by name and range, and texts weeks or months; empty where
    they are not."""
    if not column.numeric:
        return _of_texts(column)
    if _are_serials(column):
        first, last = (date(1899, 12, 30) + timedelta(days=int(n)) for n in (column.low, column.high))
        return f"days as Excel counts them, {first} to {last}, and no amount"
    if column.numbers != column.whole:
        return ""
    if is_day(column.low) and is_day(column.high):
        return "days written as digits: a moment that is not used (--time says so)"
    if EARLIEST <= column.low < column.high <= LATEST:
        return "a part of a date: its values are those of years"
    found = vocabulary.tokens(column.name)
    for word, behind in zip(found, [*found[1:], ""], strict=False):  # a name without a word has none
        low, high = PARTS_OF_DATES.get(word, (1.0, 0.0))
        if behind.isdecimal() and low <= float(behind) < high:
            continue  # pain_week8 is what was measured in that week
        if low <= column.low <= column.high <= high and column.distinct > SOME:
            return f"a part of a date: its values are those of {word}s"
    return ""


FIRST_SERIAL, LAST_SERIAL = 36_526.0, 54_789.0
"""The days from 2000 to 2049 as spreadsheets count them, from the end of 1899 on."""
DATED = frozenset(
    {"at", "on", "day", "signup", "registered", "created", "exposed", "assigned"}
) | languages.TIME - languages.words("momento marca ora* hora* heure uhrzeit")
"""Words of days and moments, not of lengths of time."""


def _is_dated(name: str) -> bool:
    words = vocabulary.tokens(name)
    return any(
        vocabulary.is_said(word, DATED | {"date", "datetime", "timestamp"}) for word in (*words[:1], *words[-1:])
    )


def _are_serials(column: "Column") -> bool:
    return column.numeric and FIRST_SERIAL <= column.low < column.high <= LAST_SERIAL and _is_dated(column.name)


def as_times(table: "SourceTable", column: "Column") -> str:
    """How days as spreadsheets count them become times; '' for all others, and where no query reads them as they are meant."""
    number = written_numbers.in_query(table, column.name) if _are_serials(column) else ""
    name = quoted(column.name)
    return (
        "; a query in a file beside it, in place of the table writes them as times: select * replace"
        f" (timestamp '1899-12-30' + to_seconds(round({number} * 86400)::bigint) as {name}) from {table.selected}, and --time then takes them"
    ) * bool(number)


def _of_texts(column: "Column") -> str:
    """That texts are weeks by name, as W34, or months, as 2026-10: neither describes a unit, nor tells a moment of its own."""
    called = bool(weeks.CALLED & set(vocabulary.tokens(column.name)))
    found = likeness(column.values)
    if not (called and weeks.are_weeks(column.values)) and (found is None or found.what != SPANS):
        return ""
    return f"a part of a date: {SPANS if found else 'weeks without a year'}; a week written with its year, as 2026-W34, tells when"


def is_day(number: float) -> bool:
    """Whether a number is a day of the calendar as eight digits.

    >>> is_day(20260708), is_day(20260732), is_day(7)
    (True, False, False)
    """
    try:
        return EARLIEST < datetime.strptime(f"{number:08.0f}", "%Y%m%d").year < LATEST
    except ValueError:
        return False
