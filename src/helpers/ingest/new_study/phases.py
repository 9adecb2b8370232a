"""Rows from before the experiment in a panel: a column that says so is no attribute, and its rows are asked about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 4
"""Phases of an experiment, at most."""


def asked(table: "SourceTable", columns: Sequence[Column], period: Column) -> ReportError | None:
    """What is asked where a column parts the periods into those before the experiment and those of it, or a period is
    called so itself.
    """
    if before := _before(period):
        return _asking(table, period, before)
    phase = next((c for c in columns if is_phase(table, c, period)), None)
    return _asking(table, phase, _before(phase)) if phase else None


def is_phase(table: "SourceTable", column: Column, period: Column) -> bool:
    """Whether each period is of one level of a column, and the name of a level, or the name of a column of 0 and 1, says
    which came before the experiment.
    """
    if not _before(column) or not 2 <= column.distinct <= MOST:
        return False
    several = table.number(
        f"select max(k) from (select count(distinct {table.text(column.name)}) as k from {{table}}"
        f" group by {table.text(period.name)})"
    )
    return several == 1


def _before(column: Column) -> str:
    """The level of the rows before the experiment, by what it or its column is called; '' where nothing says so."""
    for level in column.values:
        if vocabulary.PHASE_BEFORE & set(vocabulary.tokens(level)):
            return level
    words = set(vocabulary.tokens(column.name))
    if column.binary and words & (vocabulary.PHASE_BEFORE | vocabulary.PHASE_AFTER):
        yes = bool(words & vocabulary.PHASE_BEFORE)
        return next(level for level in column.values if (level.lower() in ("1", "true", "1.0")) == yes)
    return ""


def _asking(table: "SourceTable", column: Column, before: str) -> ReportError:
    name, level = vocabulary.printable(column.name), before.replace("'", "''")
    kept = typed.condition(f"\"{name}\" <> '{level}'")
    return ReportError(
        f"{table.called}: rows from before the experiment would be summed up with those of it",
        got=f"'{name}' says which are which: {', '.join(f'{vocabulary.printable(v)} ({n:,} rows)' for v, n in column.levels[:MOST])}",
        expected="rows from the start of the experiment on",
        remedy=f"leave the earlier rows out: --where {kept}; if all of them are of the experiment, say so: --where true",
    )
