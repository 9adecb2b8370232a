"""What is decided of a column of times by looking at all of it, and what is said of times that cannot be read."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from helpers.config import ColumnOf, Log, Study, Units
from helpers.config.columns import logged
from helpers.config.design import Period
from helpers.config.times import EPOCHS, ORDERS, WEEKS
from helpers.errors import ReportError
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal
from helpers.ingest.values import times_shapes as shapes
from helpers.ingest.values import times_sql
from helpers.ingest.values.times import Times
from helpers.ingest.values.times_column import FIRST, TimeColumn, shown
from helpers.ingest.values.times_days import clock_of
from helpers.ingest.values.times_digits import calendar_of, elsewhere, meets, unlikely
from helpers.ingest.values.times_origins import of_a_calendar, of_an_origin
from helpers.ingest.values.times_unread import unread_times

if TYPE_CHECKING:
    import duckdb

CHANGES = 3
"""In dates with years of two digits, days have at least so many times as many values as years, or it is asked."""

STATED = "day_first, month_first, epoch_seconds, ... or codes as in '%d.%m.%Y %H:%M'"
"""What ``data.time_format`` may say."""

_FORMS = {
    "iso": "ISO", "timezone_offset": "ISO with an offset from UTC", "named_month": "with the name of the month",
    "own_format": "as data.time_format says", "typed": "of the type that the table gives them", "unknown": "written otherwise",
    **{word: f"{word.removeprefix('epoch_')} since 1970" for word in EPOCHS},
    WEEKS: "weeks of ISO 8601, each told by its Monday",
}  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """The decision, sentences that tell it, and what must be mended or stated first; ``of_days`` as in :mod:`times_days`."""

    times: Times
    notes: tuple[str, ...] = ()
    faults: tuple[ReportError, ...] = ()
    of_days: bool = False


def decide(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts) -> Decided:
    """Look at the times of a table, or of a sample of it: their order, their forms, and those that nobody can read."""
    data = study.data
    assert isinstance(data, Log | Units)
    times = Times.stated(data.time_format, data.timezone)
    source = data.columns.get("event_time")
    if not isinstance(source, str | ColumnOf):
        return Decided(times)
    raw, kind = times_sql.raw_of(source, parts.types)
    column = TimeColumn(con, parts, source if isinstance(source, str) else source.column, raw, kind)
    told = ""
    if not (times.order or times.format):
        format_, fault = calendar_of(column, study.period)
        if fault:
            return Decided(times, faults=(fault,))
        if format_:
            times = replace(times, format=format_)
            return _looked(column, times, f"digits of a calendar, {format_}", data.tolerate.unparseable_time, study)
    times = replace(times, plain=column.rows(f"select {times_sql.is_plain(raw, kind, times)} from {{table}}")[0][0])
    if kind == "VARCHAR" and not (times.order or times.format or times.plain):
        order, told, fault = order_of(column)
        if fault:
            return Decided(times, faults=(_unreadable(column, times, data.tolerate.unparseable_time) or fault,))
        times = replace(times, order=order)
    return _looked(column, times, told, data.tolerate.unparseable_time, study)


def order_of(column: TimeColumn, key: str = "data.time_format: ") -> tuple[str, str, ReportError | None]:
    """The one order in which every date of three numbers is a day of the calendar, and the value that tells it.

    A date that the calendar has in no order, such as 31.02.2026, tells none.
    ``key`` is where the order may be said.
    """
    blanks = f"{shapes.BLANKS[:-1]}*"
    parts = literal(f"^{blanks}([0-9]{{1,2}})([-/.])([0-9]{{1,2}})[-/.]([0-9]{{4}}|[0-9]{{2}})")
    found = column.rows(
        f"""select regexp_extract(t, {parts}, ['a', 'sign', 'b', 'c']) as date, count(*), {FIRST}
        from (select {column.raw} as t, file_index, file_row_number from {{table}}
            where regexp_full_match({column.raw}, {literal(f"(?i:{blanks}(?:{shapes.NUMBERED}))")})) group by 1"""
    )
    dates = [Dates(**date, rows=n, first=first) for date, n, first in found]
    dates = sorted(
        (date for date in dates if any(map(date.day, date.orders))),
        key=lambda date: (date.first["file"], date.first["row"]),
    )
    if not dates:
        return "", "", None
    against = {
        order: next(date.first for date in dates if order not in date.orders)
        for order in ORDERS
        if any(order not in date.orders for date in dates)
    }
    fit = _fitting(dates)
    if not fit:
        return "", "", _contradicting(column, [against[order] for order in ORDERS[:2] if order in against], key)
    if len(fit) > 1 and not _alike(dates, fit):
        return "", "", _ambiguous(column, dates, fit, key)
    signs = [[date for date in dates if date.sign == sign] for sign in dict.fromkeys(date.sign for date in dates)]
    open_ = [own for own in signs if len(own_fit := _fitting(own)) > 1 and not _alike(own, own_fit)]
    if open_:
        return "", "", _told_by_others(column, open_[0], [each for each in dates if each not in open_[0]], fit[0], key)
    if len(fit) == 1:
        other = "month_first" if fit[0] == "day_first" else "day_first"
        return fit[0], f", told by {column.first(against[other])}" if other in against else "", None
    named = " or ".join(order.replace("_", " ") for order in fit[1:])
    return fit[0], f" (or {named}, which gives the same day in all rows)", None


def _unreadable(column: TimeColumn, times: Times, tolerated: float) -> ReportError | None:
    """What is said of dates whose order is not told, where most of them are unread in every order."""
    numbered = f"regexp_full_match({column.raw}, {literal(f'(?i:{shapes.BLANKS[:-1]}*(?:{shapes.NUMBERED}))')})"
    found = column.rows(
        f"""select count(*), count(moment), count(*) filter (numbered), count(*) filter (numbered and any_order is not null)
        from (select {numbered} as numbered, {times_sql.moment(column.raw, column.kind, times)} as moment,
            {times_sql.in_any_order(column.raw)} as any_order from {{table}})"""
    )
    total, read, dates, readable = found[0]
    return unread_times(column, times, total, total - read, tolerated) if 2 * readable < dates else None


@dataclass(frozen=True)
class Dates:
    """A date of three numbers: what stands behind the first, in how many rows it stands, and in which first."""

    a: str
    sign: str
    b: str
    c: str
    rows: int
    first: dict[str, Any]

    @property
    def orders(self) -> set[str]:
        return _orders(self.a, self.b, self.c)

    def day(self, order: str) -> date | None:
        """The day of the calendar that it is in an order."""
        year, month, day = map(int, _day(order, self.a, self.b, self.c))
        try:
            return date(year if year > 99 else year + (2000 if year < 69 else 1900), month, day)
        except ValueError:
            return None


def _fitting(dates: list[Dates]) -> list[str]:
    """The orders that these dates leave; years change less often than days."""
    fit = [order for order in ORDERS if all(order in each.orders for each in dates)]
    firsts, lasts = (len({getattr(each, part) for each in dates}) for part in "ac")
    if "year_first" in fit and len(fit) > 1 and max(firsts, lasts) >= CHANGES * min(firsts, lasts):
        fit = ["year_first"] if firsts < lasts else [order for order in fit if order != "year_first"]
    return fit


def _alike(dates: list[Dates], fit: list[str]) -> bool:
    """Whether the orders give one day, whatever the date."""
    return all(len({tuple(map(int, _day(order, each.a, each.b, each.c))) for order in fit}) == 1 for each in dates)


def _orders(a: str, b: str, c: str) -> set[str]:
    """The orders in which three numbers are a day; only years have four digits.

    >>> sorted(_orders("13", "07", "2026")), sorted(_orders("02", "03", "26"))
    (['day_first'], ['day_first', 'month_first', 'year_first'])
    """
    return {
        order
        for order in ORDERS
        for year, month, day in [_day(order, a, b, c)]
        if len(year) > 1 and 1 <= int(month) <= 12 and len(day) <= 2 and 1 <= int(day) <= 31
    }


def _day(order: str, a: str, b: str, c: str) -> tuple[str, str, str]:
    """Year, month and day of a date of three numbers."""
    return {"day_first": (c, b, a), "month_first": (c, a, b), "year_first": (a, b, c)}[order]


def _meant(dates: list[Dates], fit: list[str]) -> tuple[dict[str, Any], str]:
    """The first of the dates that is another day of the calendar in each order, and which these are."""
    first = next((each for each in dates if len({*map(each.day, fit)} - {None}) == len(fit)), dates[0])
    days = [(order, first.day(order)) for order in fit]
    return first.first, " or ".join(f"{day.day} {day:%B %Y} ({order})" for order, day in days if day)


def _ambiguous(column: TimeColumn, dates: list[Dates], fit: list[str], key: str) -> ReportError:
    (first, ways), total = _meant(dates, fit), sum(each.rows for each in dates)
    return ReportError(
        f"{column.called} does not tell the order of day and month",
        got=f"{column.first(first)} is {ways}" + (f"; none of {total:,} such dates tells which" if total > 1 else ""),
        expected=f"the order, as {key}{' or '.join(fit)}",
        remedy=f"say which: {key}{fit[0]} (or {fit[1]})",
    )


def _told_by_others(column: TimeColumn, dates: list[Dates], others: list[Dates], order: str, key: str) -> ReportError:
    """Dates that tell their order beside dates with another sign in them, that may be of another country."""
    first, ways = _meant(dates, _fitting(dates))
    telling = next((each for each in others if len(each.orders) == 1), others[0])
    rows = [sum(each.rows for each in some) for some in (dates, others)]
    return ReportError(
        f"{column.called} does not tell the order of day and month of all its dates",
        got=f"{column.first(first)} is {ways}, and none of the {rows[0]:,} dates with '{dates[0].sign}' tells which;"
        f" only the {rows[1]:,} with '{others[0].sign}' do, as {column.first(telling.first)}: {order}",
        expected="one order in all dates, stated or told by dates of each kind",
        cause="files of two countries in one column",
        remedy=f"if all dates have one order, say which: {key}{order}; else write them in one order",
    )  # fmt: skip


def _contradicting(column: TimeColumn, first: list[dict[str, Any]], key: str) -> ReportError:
    return ReportError(
        f"{column.called} holds dates in more than one order",
        got=" and ".join(str(column.first(each)) for each in first),
        expected="the day first in all of them, or the month first",
        cause="files of two countries in one column",
        remedy=f"write them in one order; or say which one counts, {key}day_first (or month_first), and the others are unread",
    )  # fmt: skip


def _looked(column: TimeColumn, times: Times, told: str, tolerated: float, study: Study) -> Decided:
    """Count what is read, form by form; ask for examples only of what is not."""
    raw, kind = column.raw, column.kind
    asked = f"{times_sql.form(raw, kind, times)} as form, {times_sql.moment(raw, kind, times)} as m, {times_sql.clockless(raw, kind, times)} as day"
    found = column.rows(
        f"select form, count(*), count(m), count(m) filter (day), min(m), max(m) from (select {asked} from {{table}}) group by 1 order by 3 desc, 1"
    )
    total, read, days = (sum(row[i] for row in found) for i in (1, 2, 3))
    if fault := _of_another_day(column, times, [row for row in found if row[2]], study.period):
        return Decided(times, faults=(fault,))
    if total - read > tolerated * total:
        return Decided(times, faults=(unread_times(column, times, total, total - read, tolerated),))
    counts = [row for row in found if row[2] and row[0] in EPOCHS and not times.format]
    apart = [row for row in counts if not meets(row[4], row[5], study.period)]
    for form, _, n, _, first, last in apart:
        if fault := unlikely(column, _FORMS[form], first, last, n):
            return Decided(times, faults=(fault,))
    strange = [elsewhere(column, _FORMS[form], first, last) for form, *_, first, last in apart]
    strange = strange if len(apart) == len([row for row in found if row[2]]) else []
    forms = {_form(form, times, told): n for form, _, n, *_ in found if n}
    listed = next(iter(forms)) if len(forms) == 1 else ", ".join(f"{form} ({n:,})" for form, n in forms.items())
    notes = [
        f"times of column '{shown(logged(column.name))}': {listed}; in UTC"
        + ("" if times.zone == "UTC" else f" where they carry an offset, else in {times.zone}")
    ]
    if total > read:
        notes.append(
            f"{total - read:,} of {total:,} times cannot be read and {'is' if total - read == 1 else 'are'} left out"
        )
    is_log, order = isinstance(study.data, Log), "events of one unit on one day are in no known order"
    clock = clock_of(column, times) if is_log else ()
    if clock and days < read:
        notes.append(f"all times have one time of day, {' or '.join(clock)}, so they are days: {order}")
    elif days:
        which = "all times are days" if days == read else f"{days:,} of {read:,} times are days"
        order = f", and {order}" if is_log else ""
        notes.append(f"{which} without a time of day: each counts as its midnight{order}")
    return Decided(times, (*notes, *strange, *_cut(column, times), *_clocks(column, times)), of_days=bool(clock))


def _of_another_day(
    column: TimeColumn, times: Times, found: list[tuple[Any, ...]], period: Period
) -> ReportError | None:
    """What is said of times of which none lies in the period, and some would by another count or calendar."""
    if any(meets(first, last, period) for *_, first, last in found):
        return None
    if not times.format and (fault := of_an_origin(column, period)):
        return fault
    dates = [row for row in found if row[0] not in EPOCHS]
    return of_a_calendar(column, min(r[4] for r in dates), max(r[5] for r in dates), period) if dates else None


def _form(form: str, times: Times, told: str) -> str:
    """What is said of a form; ``told`` is how the order was found, or the format that no study states."""
    if form == "three_numbers":
        return times.order.replace("_", " ") + told
    return told if form == "own_format" and told else _FORMS[form]


def _cut(column: TimeColumn, times: Times) -> list[str]:
    """What is said of times that are finer than a moment is kept."""
    finer = times_sql.is_finer(column.raw, column.kind, times)
    if finer == "false":
        return []
    cut = column.rows(f"select count(*) from {{table}} where {finer}")[0][0]
    return [f"{_times(cut, 'with digits past the microsecond')} read without these"] if cut else []


def _clocks(column: TimeColumn, times: Times) -> list[str]:
    """What a change of the clocks made of times without a zone."""
    if times.zone == "UTC" or "TIME ZONE" in column.kind:
        return []
    local = times_sql.moment(column.raw, column.kind, replace(times, zone="UTC"))
    utc = times_sql.moment(column.raw, column.kind, times)
    bare = f"m <> local or {times_sql.there('m', times.zone)} = local"
    twice, skipped = column.rows(
        f"""select count(*) filter ({times_sql.shown_twice("local", times.zone)}), count(*) filter ({times_sql.skipped("local", times.zone)})
        from (select {local} as local, {utc} as m from {{table}}) where {bare}"""
    )[0]
    notes = []
    if twice:
        notes.append(f"{_times(twice, f'that clocks of {times.zone} show twice')} taken for the first of the two")
    if skipped:
        notes.append(f"{_times(skipped, f'that clocks of {times.zone} skip')} taken for as much later as they skip")
    return notes


def _times(count: int, which: str) -> str:
    return f"1 time {which} is" if count == 1 else f"{count:,} times {which} are"
