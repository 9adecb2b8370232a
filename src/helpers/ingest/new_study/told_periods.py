"""A period that somebody told, of a table whose rows are summed up: those that begin in it count, and no others."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary, written_moments
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.sound_rows import Where
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import weeks

if TYPE_CHECKING:
    from helpers.ingest.new_study.table_view import TableView

MOST = 400
"""Texts of times that a condition names, at most, where no format tells them."""
_MONTH = r"((?:19|20)[0-9]{2})[-/.]?(0[1-9]|1[0-2])(?:\.0)?"


def within(seen: "TableView", period: Column) -> tuple["TableView", Where, tuple[str, ...]]:
    """The rows that begin in the period that was said, the condition that takes these, and what is asked where nothing tells which they are.

    Raises :class:`~helpers.errors.ReportError` where none of them does.
    """
    assert seen.said.period is not None
    start, end = seen.said.period
    name = vocabulary.printable(period.name)
    condition = _condition(seen, period, start, end)
    if condition is None:
        asked = f"Which rows lie in the period that you told? '{name}' does not tell when each begins, and all {seen.rows:,} count: --where leaves some out."
        return seen, Where(), (asked,)
    kept = int(seen.table.number(f"select count(*) from {{table}} where {condition}"))
    if kept == seen.rows:
        return seen, Where(), ()
    said = " to ".join(str(each).removesuffix(" 00:00:00") for each in (start, end))
    if not kept:
        raise ReportError(
            f"{seen.table.called} holds nothing in the period",
            got=f"--period {start}..{end}",
            expected=f"a period in which some rows begin, by column '{name}'",
            cause="another time zone or year, or another column of times",
            remedy="correct --period, or name the column with --time",
        )
    told = f"period {said}, {seen.said.how('period')}: {seen.rows - kept:,} of {seen.rows:,} rows begin outside of it by '{name}', and are not taken"
    return seen.again(seen.table.narrowed(seen.table.also(condition))), Where(condition, told), ()


def _condition(seen: "TableView", period: Column, start: datetime, end: datetime) -> str | None:
    """SQL of whether a row begins in a period; None where nothing tells it."""
    field = quoted(period.name)
    if period.has_time:
        if moment := written_moments.in_condition(seen.table, period):
            return f"{moment} >= timestamp '{start}' and {moment} < timestamp '{end}'"
        found = written_moments.texts(seen.table, period)
    else:
        found = _levels(period)
    if not found or len(found) > MOST:
        return None
    inside = [text for text, moment in found.items() if start <= moment < end]
    return f"{field} in ({', '.join(map(literal, inside))})" if inside else "false"


def _levels(period: Column) -> dict[str, datetime]:
    """When each week or month begins, where all of them tell their years."""
    if weeks.span(period.name, period.values):
        found = {each: weeks.span("week", [each]) for each in period.values}
        return {each: span[0] for each, span in found.items() if span}
    months = {each: re.fullmatch(_MONTH, each.strip()) for each in period.values}
    return {each: datetime(int(m[1]), int(m[2]), 1) for each, m in months.items() if m} if all(months.values()) else {}
