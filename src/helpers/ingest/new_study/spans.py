"""From when to when the rows of a file are, and whether what they are of may still go on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
YEARS = timedelta(days=2 * 365)
HALF = timedelta(hours=12)
"""Rows that end in the first half of a day were hardly written out at the end of what they are of."""


def told(time: Column, said: Said) -> str:
    """The first and the last moment of a column, or the period that somebody stated, the end of which is excluded."""
    if said.period:
        return f"{said.period[0]} to {said.period[1]}"
    spec = "%Y-%m-%d" if _dated(time) else "%Y-%m-%d %H:%M:%S"
    return f"{_at(time.first, spec)} to {_at(time.last, spec)}"


def asked(time: Column | None, said: Said) -> Iterator[str]:
    """A question where the rows break off within a day, and nobody stated until when the experiment was to run."""
    if time is None or time.last is None or time.first is None or said.period or _dated(time):
        return
    day = datetime(time.last.year, time.last.month, time.last.day)
    if time.last - day < HALF and time.last - time.first > timedelta(days=1):
        yield (
            f"Is the experiment over? Its rows break off on {time.last:%Y-%m-%d at %H:%M}, and nobody stated until when it was to run, so it is"
            f" taken as over. If it goes on, state its end: --period {time.first:%Y-%m-%d}..END; then this is an early look, and is told as one."
        )


def watched(time: Column | None, said: Said) -> Iterator[str]:
    """A question of a table of units whose moments, at which they came in, end before the time of the experiment does."""
    if time is None or time.last is None or time.first is None:
        return
    if time.last - time.first > YEARS and "time" not in said:
        yield (
            f"Is '{vocabulary.printable(time.name)}' when units were assigned? Its moments span {round((time.last - time.first) / YEARS * 2)} years,"
            " from {:%Y-%m-%d} to {:%Y-%m-%d}, and hardly an experiment does: if they say since when a unit is there, give the table without"
            " this column, and the period of the experiment (--period START..END).".format(time.first, time.last)
        )
        return
    start, end = said.period or (time.first, time.first + WEEK)
    over = max(end, start + WEEK)
    if time.last + (DAY if _dated(time) else HALF) < over:
        yield (
            f"Were the units watched for longer than their times tell? The last one came in on {time.last:%Y-%m-%d}, before"
            f" {over:%Y-%m-%d}, so that this is an early look. If all had come in by then, and what is measured covers the time after"
            " that, say until when: period.observed_until, in the study."
        )


def _dated(time: Column) -> bool:
    return time.dates == time.moments


def _at(moment: datetime | None, spec: str) -> str:
    return moment.strftime(spec) if moment else "?"
