"""Whether a column of moments tells when each row happened, or when all of an arm began or ended, or was exported."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from helpers.config.base import YEARS
from helpers.errors import ReportError
from helpers.ingest.new_study import calendars, roles, vocabulary, ways
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MADE = {"export", "exported", "extract", "extracted", "snapshot", "dump", "downloaded", "loaded", "synced", "ingested"}
"""Words of the moment at which rows were written, which is that of none of them."""

SELDOM = 0.1
"""Share of the rows up to which a moment that never comes is a mistake, and not what a column tells."""
LOGS = 2005
"""The year before which hardly any log counts its seconds,"""
SINCE_2001 = timedelta(seconds=978_307_200)
"""and what lies between 1970 and 2001,"""
BEFORE_1970 = (
    ("1960", "Stata and SAS count", timedelta(days=3_653)),
    ("1904", "older Macs and QuickTime count", timedelta(days=24_107)),
)
"""Years before 1970 from which on some programs count, and what lies between."""


def of(table: "SourceTable", columns: Sequence[Column], variant: Column, said: Said) -> tuple[Column | None, str]:
    """The column of the moments of the rows, and why there is none where others hold moments; what was said is taken.

    A moment that follows from the variant, as the end of a trial that is another one in each arm, tells the time of no
    row; nor does that of what happened in some of them, or of the export.
    """
    if "time" in said:
        return said.column("time", columns), ""
    free = [c for c in columns if c.name not in said.named]
    why = ""
    while (time := roles.time_of(free)) is not None:
        if roles.happens(time):
            return None, why or " of all rows"
        if not (is_of_arms(table, time, variant) or _is_of_export(time)):
            return time, ""
        why = f" of the rows ('{vocabulary.printable(time.name)}' is one moment for all rows{' of an arm' * (time.distinct > 1)})"
        free = [c for c in free if c is not time]
    return None, why or calendars.lacking(free)


def asked_of_years(time: Column | None) -> list[str]:
    """What is asked of a count that, taken from 1970 on, lies in years of hardly any log: some systems count from 2001 on."""
    if time is None or time.first is None or time.last is None or not time.numeric or time.times.format:
        return []
    name = vocabulary.printable(time.name)
    if time.first > datetime.now():
        lies = f"Will it run until {time.last:%B %Y}? '{name}' is read as a count since 1970, and lies ahead"
        for year, who, between in BEFORE_1970:
            meant = time.last - between
            if meant <= datetime.now():
                off = int(between.total_seconds())
                return [
                    f"{lies}; from {year} on, as {who}, it would be {meant:%B %Y}: then take {off} seconds off each ({off}000 of milliseconds)"
                    " by a query in a file beside it, in place of the table."
                ]
        return [f"{lies}."]
    if time.last.year >= LOGS:
        return []
    meant = time.last + SINCE_2001
    return [
        f"Did it run until {time.last:%B %Y}? '{name}' is read as a count since 1970; from 2001 on, as some systems count, it would be"
        f" {meant:%B %Y}: then add 978307200 seconds to each by a query in a file beside it, in place of the table."
    ]


def refuse_far(table: "SourceTable", columns: Sequence[Column], time: Column | None, *, stated: bool = False) -> None:
    """Raise where a few rows of a log have a moment that no experiment lies in, as 9999-12-31 and 0001-01-01.

    Without a ``time`` it is the column that is called as one, and is no time for such a moment alone. Of one that was taken, or
    ``stated``, no such moment is taken, however many there are.
    """
    called = [c for c in columns if calendars.is_far(c) and vocabulary.touches(c.name, vocabulary.TIME)]
    for column in [time] if time else called:
        if column.first is None or column.last is None or (column.first.year in YEARS and not calendars.is_far(column)):
            continue
        moment = f"select {table.text(column.name)} as t, {ways.moment_of(table, column)} as m, file_index, file_row_number from {{table}}"
        far, text, file, row = table.rows(
            f"select count(*), {', '.join(f'arg_min({x}, (file_index, file_row_number))' for x in ('t', 'file_index', 'file_row_number'))}"
            f" from ({moment}) where year(m) < {YEARS.start} or year(m) > {calendars.LAST}"
        )[0]
        few = int(far) <= SELDOM * column.rows  # type: ignore[call-overload]
        if not (few or stated or time):
            continue
        name = vocabulary.printable(column.name)
        place = table.parts.place(table.con, int(file), int(row))  # type: ignore[call-overload]
        raise ReportError(
            f"{table.called}: '{name}' holds moments that no experiment lies in",
            got=f"{far:,} of {column.rows:,} rows, first '{vocabulary.printable(str(text))}' in {place}",
            expected=f"moments of the years {YEARS.start} to {calendars.LAST}", cause="a moment that stands for none, or for never",
            remedy="write when each of these rows happened: to leave them out would choose units by what became of them"
            if few
            else "name another column with --time, or none: this one does not tell when a row happened",
        )  # fmt: skip


def is_of_arms(table: "SourceTable", time: Column, variant: Column) -> bool:
    """Whether a moment is one and the same in all rows of a level of the variant, and another one in others."""
    if not 1 < time.distinct <= variant.distinct or not time.levels:
        return False
    mixed = table.number(
        f"select count(*) from (select 1 from {{table}} where {table.text(variant.name)} is not null"
        f" group by {table.text(variant.name)} having min({table.text(time.name)}) <> max({table.text(time.name)}))"
    )
    return mixed == 0


def _is_of_export(time: Column) -> bool:
    return time.constant and bool(MADE & set(vocabulary.tokens(time.name)))
