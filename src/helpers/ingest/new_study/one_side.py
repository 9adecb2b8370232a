"""Columns that hold one value alone in a variant, and others in another: what only that one could get, such as a click on its banner."""

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.ingest.new_study import questions, vocabulary
from helpers.ingest.new_study.measures import MAY_BE, Sorted
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MANY = 20
"""Rows of a variant in which something happened that happened in no row of another: chance does not explain it."""
OFTEN = 0.2
"""Share of a variant's rows in which it happened, at least, where it is a yes or no: what is rare may have been prevented."""


def without(table: "SourceTable", kinds: Sorted, variant: Column) -> tuple[Sorted, list[tuple[Column, str]]]:
    """The outcomes that are not of one side alone, and the columns that are, each with the reason.

    The likeliest outcome is never one of these where it is a yes or no: that nobody was infected in one arm is what a trial
    may find.
    """
    likeliest = [c for c in kinds.outcomes[:1] if _is_yes_no(c)]
    maybe = [c for c, reason in kinds.left if reason.endswith(MAY_BE) and _is_yes_no(c)]
    able = [c for c in (*kinds.outcomes, *maybe) if c not in likeliest]
    found = [(c, reason) for c in able if (reason := _reason(table, c, variant))]
    named = {c.name for c, _ in found}
    outcomes = tuple(c for c in kinds.outcomes if c.name not in named)
    return replace(
        kinds, outcomes=outcomes, left=tuple(each for each in kinds.left if each[0].name not in named)
    ), found


def _is_yes_no(column: Column) -> bool:
    return column.binary or column.in_words


def _reason(table: "SourceTable", column: Column, variant: Column) -> str:
    """That a column holds one value alone in a variant, and others in many rows of another; empty where it does not."""
    value = questions.number(table, column)
    arms = table.rows(
        f"select {table.text(variant.name)}, count(distinct {value}), count(*) filter ({value} <> 0), count(*) from {{table}}"
        f" where {value} is not null group by all"
    )
    named = [(str(arm), int(distinct), int(other), int(n)) for arm, distinct, other, n in arms if arm is not None]  # type: ignore[call-overload]
    alone = [vocabulary.printable(arm) for arm, distinct, *_ in named if distinct == 1]
    often = [
        other for _, distinct, other, n in named if distinct > 1 and (not _is_yes_no(column) or other >= OFTEN * n)
    ]
    if not alone or max(often, default=0) < MANY:
        return ""
    return f"a leak: one value alone in {', '.join(sorted(alone))}, so it is of other variants"
