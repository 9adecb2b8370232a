"""A long table: a row holds one metric of a unit, or of an arm, which one column names and another holds the value of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 40
"""Metrics of a long table, at most."""
WHOLE = 1.5
"""Rows of each unit, at least, where its metrics stand in rows."""


def refuse(table: "SourceTable", rows: int, columns: Sequence[Column], said: Said) -> None:
    """Raise for a long table, with the query that makes a column of each metric.

    A column is called as what names metrics, another one as their value, and no unit has a metric twice.
    """
    if said.event:
        return
    for metric in (c for c in columns if c.words and 2 <= c.distinct <= MOST and _is(c, vocabulary.METRIC)):
        for value in (c for c in columns if c is not metric and c.numeric and _is(c, vocabulary.VALUE)):
            keys = [c for c in columns if c not in (metric, value)]
            if keys and _once(table, rows, keys, metric):
                raise _refusal(table, rows, keys, metric, value)


def _is(column: Column, words: vocabulary.Words) -> bool:
    """Whether a name is made of such words alone, and of those beside them, as ``kpi_name``."""
    found = vocabulary.tokens(column.name)
    both = vocabulary.METRIC | vocabulary.VALUE | {"name", "type", "id", "key"}
    return any(vocabulary.is_said(t, words) for t in found) and all(vocabulary.is_said(t, both) for t in found)


def _once(table: "SourceTable", rows: int, keys: Sequence[Column], metric: Column) -> bool:
    of, what = ", ".join(table.text(c.name) for c in keys), table.text(metric.name)
    units, pairs = table.rows(f"select count(distinct ({of})), count(distinct ({of}, {what})) from {{table}}")[0]
    return bool(pairs == rows and rows >= WHOLE * units)  # type: ignore[operator]


def _refusal(table: "SourceTable", rows: int, keys: Sequence[Column], metric: Column, value: Column) -> ReportError:
    name, holds = (vocabulary.printable(c.name) for c in (metric, value))
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
        f"{table.called} is a long table: each row holds one metric, which '{name}' names, and its value in '{holds}'",
        got=f"{rows:,} rows with {metric.distinct} metrics: {', '.join(map(vocabulary.printable, metric.values[:6]))}",
        expected="a column for each metric, and one row for all of them",
        remedy=f"turn it by a query in a file beside it (wide.sql), and give that: {query}",
    )
