"""Times that cannot be read: what stands there, and what is to be done, which is tried on the column before it is said."""

import re
from calendar import month_name, monthrange
from typing import Any

from helpers.config.columns import logged
from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest.values import times_sql, weeks
from helpers.ingest.values.times import Times, parse
from helpers.ingest.values.times_column import FIRST, LONGEST, Example, TimeColumn
from helpers.ingest.values.times_elsewhere import likeness
from helpers.ingest.values.times_proposed import Format, proposed

SHAPES = 3
"""Shapes of unread times that are shown, the most frequent ones."""

LONGEST_MONTH = 31
"""Days; a larger number is no day of any month, so another one of the three is."""

FEW = 0.05
"""With more unread times than this share, the column may be the wrong one."""

EXAMPLES = (
    ("ISO", "2026-03-02 10:11:12.123", "`T` for the blank, a comma, no seconds; `20260302T101112`"),
    ("with an offset", "2026-03-02T10:11:12+02:00", "`+0200`, `+02`, `Z`, `UTC`, `GMT`"),
    ("a day", "2026-03-02", "`20260302`; it counts as its midnight"),
    ("since 1970", "1772446272", "milliseconds, microseconds, nanoseconds and fractions: the size tells which"),
    ("three numbers", "17.03.2026 08:03", "`/` and `-`, years of two digits, `3/17/26 2:31 PM`: the whole column tells what is the day"),
    ("with a month's name", "2 Mar 2026 10:11", "`Mar 2, 2026 2:31 PM`, `02-MAR-26`, `Mon, 02 Mar 2026 10:11:12 GMT`, `02/Mar/2026:10:11:12 +0200`"),
)  # fmt: skip
"""Times that are read without a word of the study: what they are, one of them, and how else they may look."""

KNOWN = "times such as " + ", ".join(example for _, example, _ in EXAMPLES)


def unread_times(column: TimeColumn, times: Times, total: int, unread: int, tolerated: float) -> ReportError:
    """What is said of a column of which more is ``unread`` than is tolerated."""
    shape = f"regexp_replace(regexp_replace(left(t, {LONGEST}), '[0-9]', '9', 'g'), '[A-Za-z]', 'a', 'g')"
    found = column.rows(
        f"""select case when coalesce(trim(t), '') = '' then '' else {shape} end as shape, count(*), {FIRST}
        from (select {column.text} as t, {times_sql.moment(column.raw, column.kind, times)} as m, file_index, file_row_number from {{table}})
        where m is null group by 1 order by 2 desc, 1"""
    )
    empty, nothing = next(((n, first) for shape, n, first in found if not shape), (0, None))
    firsts = [(n, first) for shape, n, first in found if shape][:SHAPES]
    odd = [(n, column.first(first)) for n, first in firsts]
    told = [str(first) + (f" and {n - 1:,} of this shape" if n > 1 else "") for n, first in odd]
    more = unread - empty - sum(n for n, _ in odd)
    told += [f"{more:,} of other shapes"] if more else []
    told += [f"{empty:,} empty ({'' if empty == 1 else 'first '}{column.first(nothing).place})"] if nothing else []
    stated = f"as data.time_format says: {times.format}" if times.format else KNOWN
    if times.order and not times.format:
        stated = f"dates with the {times.order.replace('_first', '')} first"
    like = likeness([first.text for _, first in odd])
    lacks = [] if more else [no_such_day(first.text) for _, first in odd]
    no_day = lacks[0] if lacks and all(lacks) else ""
    formats = [] if like or no_day else proposed(column, [f["text"] for _, f in firsts], times)
    way = ["correct these times" if unread <= FEW * total else "map another column to event_time"]
    cause = "another time format, or the wrong column mapped to event_time" if odd else "rows without a time"
    if odd and not more and all(first.text.strip() == logged(column.name) for _, first in odd):
        cause = "the header stands there again, as in files that were put together"
        way = ["take these lines out of the file"]
    elif no_day:
        cause, way = f"there is no such day: {no_day}", ["correct these times"]
    elif odd and not more and weeks.are_weeks([first.text for _, first in odd]):
        cause, way = "weeks, which stand for no moment", [weeks.advice([first.text for _, first in odd])]
    elif like:
        cause, way = like.told(odd[0][1].text), [like.remedy]
    elif formats:
        cause, way = _meant(firsts, odd, formats, times), [_said(formats)]
    elif odd:
        way = ["write all times in one form, such as 2026-03-02 10:11:12", *way]
    return ReportError(
        f"{column.called} holds times that cannot be read",
        got=f"{unread:,} of {total:,} rows: {'; '.join(told)}",
        expected=stated
        + (f", in all rows but {formatted(tolerated, 'share')} (data.tolerate.unparseable_time)" if tolerated else ""),
        cause=cause,
        remedy="; or ".join(way),
    )


def no_such_day(text: str) -> str:
    """Why the three numbers at the head of a time are no day of the calendar in any order; empty where they are one.

    >>> no_such_day("31.02.2026 08:00"), no_such_day("2026-02-31"), no_such_day("29.02.2024"), no_such_day("noon")
    ('February 2026 has 28 days', 'February 2026 has 28 days', '', '')
    """
    found = re.match(
        r"\s*(?:([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})|([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4}))(?![0-9])",
        text,
    )
    if not found:
        return ""
    a, b, c, d, e, f = (int(part or 0) for part in found.groups())
    ways = [(a, b, c)] if a else [(f, e, d), (f, d, e)]
    lengths = [(year, month, day, monthrange(year, month)[1]) for year, month, day in ways if year and 1 <= month <= 12]
    if not lengths or any(day <= length or day > LONGEST_MONTH for *_, day, length in lengths):
        return ""
    year, month, _, length = lengths[0]
    return f"{month_name[month]} {year} has {length} days"


def _meant(
    firsts: list[tuple[int, dict[str, Any]]], odd: list[tuple[int, Example]], formats: list[Format], times: Times
) -> str:
    """What the first of the unread times would be, by each of the formats."""
    for (_, first), (_, example) in zip(firsts, odd, strict=True):
        moments = [(each, parse(first["text"], Times(format=each.written))) for each in formats]
        if len({moment for _, moment in moments if moment}) == len(formats):
            ways = [f"{m.day} {m:%B %Y %H:%M} ({each.written!r})" for each, m in moments if m]
            return f"another time format: '{example.text}' would be {' or '.join(ways)}"
    return "another time format"


def _said(formats: list[Format]) -> str:
    first, *others = [repr(each.written) for each in formats]
    also = f" (or {', or '.join(others)})" if others else ""
    left = f"; and correct the {formats[0].unread:,} that it leaves unread" if formats[0].unread else ""
    return f"say {'which' if others else 'how they are written'}: data.time_format: {first}{also}{left}"
