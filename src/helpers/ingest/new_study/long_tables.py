"""A long table: a row holds one metric of a unit, or of an arm, which one column names and another holds the value of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import no_outcome, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 40
"""Metrics of a long table, at most."""
FEW = 20
"""So few units may be arms and their days."""


def refuse(table: "SourceTable", rows: int, columns: Sequence[Column], said: Said) -> None:
    """Raise for a long table, with the query that makes a column of each metric where every unit has a row of each.

    A column is called as what names metrics, another one as their value, and no unit has a metric twice. Where rows are
    not there, they may be zeros or never measured, and units without any row are not in the file at all: that is asked,
    as it is where everybody has done what only some do.
    """
    if said.event:
        return
    for metric in (c for c in columns if c.words and 2 <= c.distinct <= MOST and _is(c, vocabulary.METRIC)):
        for value in (c for c in columns if c is not metric and c.numeric and _is(c, vocabulary.VALUE)):
            keys = [c for c in columns if c not in (metric, value)]
            units = _units(table, rows, keys, metric) if keys else 0
            if 0 < units < rows:
                if rows < units * metric.distinct:
                    raise _question(table, rows, units, metric, value, "not every unit has a row of each")
                if any(c.distinct > 0.9 * units > FEW for c in keys) and (did := _by_all(table, metric, value)):
                    raise _question(table, rows, units, metric, value, f"'{did}' is above zero for every unit")
                raise _refusal(table, rows, keys, metric, value)


def _is(column: Column, words: vocabulary.Words) -> bool:
    """Whether a name is made of such words alone, and of those beside them, as ``kpi_name``."""
    found = vocabulary.tokens(column.name)
    both = vocabulary.METRIC | vocabulary.VALUE | {"name", "type", "id", "key"}
    return any(vocabulary.is_said(t, words) for t in found) and all(vocabulary.is_said(t, both) for t in found)


def _units(table: "SourceTable", rows: int, keys: Sequence[Column], metric: Column) -> int:
    """How many units, or arms, have rows; 0 where one has a metric twice."""
    of, what = ", ".join(table.text(c.name) for c in keys), table.text(metric.name)
    units, pairs = table.rows(f"select count(distinct ({of})), count(distinct ({of}, {what})) from {{table}}")[0]
    return int(units) if pairs == rows else 0  # type: ignore[call-overload]


def _told(table: "SourceTable", metric: Column, value: Column) -> str:
    name, holds = (vocabulary.printable(c.name) for c in (metric, value))
    return (
        f"{table.called} is a long table: each row holds one metric, which '{name}' names, and its value in '{holds}'"
    )


def _by_all(table: "SourceTable", metric: Column, value: Column) -> str:
    """A metric of what some do and others do not, which is above zero wherever it stands; '' where one of them is not."""
    what = table.text(metric.name)
    found = table.rows(f"select {what}, min({table.value(value.name)}) from {{table}} group by 1 order by 1")
    done = [(str(level), low) for level, low in found if level and vocabulary.touches(str(level), no_outcome.DONE)]
    all_above = all(low is not None and float(low) > 0 for _, low in done)  # type: ignore[arg-type]
    return vocabulary.printable(done[0][0]) if done and all_above else ""


def _question(table: "SourceTable", rows: int, units: int, metric: Column, value: Column, why: str) -> ReportError:
    counted = ", ".join(f"{vocabulary.printable(level)} ({n:,})" for level, n in metric.levels[:6])
    return ReportError(
        f"{_told(table, metric, value)}, and {why}",
        got=f"{rows:,} rows of {units:,} units: {counted}",
        expected="a row of each metric for every unit that was assigned, also of those who did nothing and of whom nothing is known",
        cause="rows whose value was 0 were not written, or what is not there was never measured: only a person knows; a unit without"
        " any row is not in the file at all",
        remedy="get the list of all units that were assigned with their variant, and write one row for each: a column for each metric,"
        " 0 where nothing happened, empty where nobody measured it",
    )


def _refusal(table: "SourceTable", rows: int, keys: Sequence[Column], metric: Column, value: Column) -> ReportError:
    taken = {c.name for c in keys}
    made = []
    for level in metric.values:
        called = level if vocabulary.slug(level) == level and level not in taken else vocabulary.slug(level, taken)
        taken.add(called)
        made.append(
            f"max({quoted(value.name)}) filter ({written_texts.is_one_of(table, metric.name, [level])}) as {quoted(called)}"
        )
    query = f"select {', '.join([*(quoted(c.name) for c in keys), *made])} from {table.selected} group by all"
    return ReportError(
        _told(table, metric, value),
        got=f"{rows:,} rows with {metric.distinct} metrics: {', '.join(map(vocabulary.printable, metric.values[:6]))}",
        expected="a column for each metric, and one row for all of them",
        remedy=f"turn it by a query in a file beside it (wide.sql), and give that: {query}",
    )
