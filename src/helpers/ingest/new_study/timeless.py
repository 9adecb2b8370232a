"""Rows without a moment, such as the 0000-00-00 of a database, or with one that stands for none: asked about, unless they are nobody's."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import roles, vocabulary, ways
from helpers.ingest.new_study.nobody import LeftOut
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.happened import is_nothing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from helpers.ingest.new_study.source import SourceTable

GAP = timedelta(days=730)
"""Time without any row, at least, beyond which moments are none of an experiment, where all others lie closer together."""
FEW = 0.001
"""Share of the rows of each kind of event that may lack a moment, at most, without that their leaving out moves a result."""
MOST_LEVELS = 4
"""Levels whose rows are counted in a message, at most."""
REMEDY = "write when each of these rows happened: to leave them out would choose units by what became of them"
OF_UNITS = "; if all units count, whenever they came in, give the table without this column"


def of(table: "SourceTable", rows: int, time: Column | None, telling: "Sequence[Column]") -> LeftOut | None:
    """The rows that have no moment and lack one of the columns that tell whose they are, as a total or a torn last line does.

    As well a :data:`FEW` of each kind, which the last of these columns tells: a fault of writing, too rare to choose units by.
    """
    if time is None or time.moments == rows or roles.happens(time) or not telling:
        return None
    text, none = table.text(time.name), f"{ways.moment_of(table, time)} is null"
    told = " and ".join(f"{table.text(c.name)} is not null" for c in telling)
    last = "file_row_number = max(file_row_number) over (partition by file_index)"
    kind, gone = table.text(telling[-1].name), f"{none} and ({text} is null or {is_nothing(text)})"
    kinds = table.rows(f"select count(*) filter ({gone}), count(*) from {{table}} where {told} group by {kind}")
    few = sum(k for k, _ in kinds) > 0 and all(k <= FEW * n for k, n in kinds)  # type: ignore[misc, operator]
    torn = f"not ({told}) or {last}" + f" or ({gone})" * few
    found = table.rows(
        f"select t, count(*) from (select coalesce({text}, '') as t, {none} as none, {torn} as torn from {{table}})"
        " where none group by 1 having bool_and(torn) order by 2 desc, 1"
    )
    words = {str(word): int(n) for word, n in found}  # type: ignore[call-overload]
    if not words:
        return None
    name, n = vocabulary.printable(time.name), sum(words.values())
    stands = " or ".join(repr(vocabulary.printable(word)) if word else "empty" for word in words)
    asked = (
        f"May the {n:,} of {rows:,} rows be left out whose '{name}' is {stands}? Of no kind of event are they more than 1 in"
        f" {round(1 / FEW):,}; nothing tells when they happened (data.where)."
        if few
        else f"Are the {n:,} of {rows:,} rows whose '{name}' is {stands} none of the experiment, as a total or a torn last line? They do not tell whose"
        " they are, or end the file, and are left out (data.where)."
    )
    return LeftOut(
        f"coalesce(trim({quoted(time.name)}::varchar), '') not in ({', '.join(map(literal, words))})",
        f"{n:,} of {rows:,} rows are left out, whose '{name}' is {stands}",
        asked,
    )


def refuse(
    table: "SourceTable", time: Column, telling: "Collection[Column]", by: Column | None, *, units: bool = False
) -> None:
    """Raise where rows that tell whose they are have no moment: to leave them out would choose units by what became of them.

    What an event has in place of a moment and nobody can read is no word for none: that is asked about as a way of writing times.
    """
    none, text = f"{ways.moment_of(table, time)} is null", table.text(time.name)
    if not units:
        none += f" and ({text} is null or {is_nothing(text)})"
    known = " and ".join(["true", *(f"{table.text(c.name)} is not null" for c in telling)])
    found = table.rows(
        f"select {table.text(time.name)}, count(*) from {{table}} where {none} and {known} group by 1 order by 2 desc, 1"
    )
    if not found:
        return
    name, n = vocabulary.printable(time.name), sum(int(each) for _, each in found)  # type: ignore[call-overload]
    stands = [repr(vocabulary.printable(str(word))) if word is not None else "empty" for word, _ in found[:2]]
    where = ""
    if by is not None:
        counted = table.rows(
            f"select {table.text(by.name)}, count(*) filter ({none}), count(*) from {{table}} where {known} group by 1 order by 2 desc, 1"
        )
        where = ": " + ", ".join(
            f"{k:,} of {of:,} '{vocabulary.printable(str(level))}'" for level, k, of in counted[:MOST_LEVELS]
        )
    raise ReportError(
        f"{table.called}: '{name}' tells no moment in {n:,} of {time.rows:,} rows",
        got=" or ".join(stands) + where, expected="a moment in every row, for the study counts what came after it",
        cause="what never happened, what is not settled yet, or a moment that was lost: only a person knows",
        remedy=REMEDY + OF_UNITS * units,
    )  # fmt: skip


def refuse_gap(table: "SourceTable", time: Column, *, units: bool = False) -> None:
    """Raise where some rows lie years before or after all others, as 1970-01-01 and 2099-12-31 do, which stand for none.

    No experiment lasts as long as the gap between them; which rows of both sides are fewer is asked about.
    """
    if time.first is None or time.last is None or time.last - time.first < GAP:
        return
    day = f"date_trunc('day', {ways.moment_of(table, time)})"
    found = table.rows(f"select {day} as d, count(*) from {{table}} where d is not null group by 1 order by 1")
    at: list[datetime] = [each for each, _ in found]  # type: ignore[misc]
    n = [int(each) for _, each in found]  # type: ignore[call-overload]
    gap, cut = max((after - before, i) for i, (before, after) in enumerate(pairwise(at), 1))
    early = sum(n[:cut]) <= sum(n[cut:])
    few, rest = (slice(0, cut), slice(cut, None)) if early else (slice(cut, None), slice(0, cut))
    if gap < max(GAP, at[rest][-1] - at[rest][0]):
        return
    few_on, rest_on = (
        " to ".join(dict.fromkeys(f"{day:%Y-%m-%d}" for day in (at[some][0], at[some][-1]))) for some in (few, rest)
    )
    raise ReportError(
        f"{table.called}: does {at[few][0]:%Y-%m-%d} stand for none in '{vocabulary.printable(time.name)}'?",
        got=f"{sum(n[few]):,} of {sum(n):,} rows: {few_on}; all others: {rest_on}",
        expected="moments of one experiment", cause="a moment that stands for none, or for never, or a clock that was not set",
        remedy=REMEDY + OF_UNITS * units,
    )  # fmt: skip
