"""Columns that number the rows within what was randomised, as days 0, 2, 4 of each animal: no outcome."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

CALLED = (
    vocabulary.LENGTHS
    | vocabulary.OTHER_TIMES
    | vocabulary.TIME
    | vocabulary.PASSING
    | vocabulary.STAGES
    | {"age", "period"}
)
FEWEST, SHARED = 3, 0.5
"""Values at least, and the share of what repeats in which each of them stands, on average."""


def of(table: "SourceTable", columns: Sequence[Column], whole: Column | None) -> list[tuple[Column, str]]:
    """Whole numbers called as times, each of which stands at most once within a ``whole``, and in most of these; with the reason."""
    if whole is None:
        return []
    able = [
        c
        for c in columns
        if c.numeric and not c.decimal and c.levels and c.distinct >= FEWEST and vocabulary.touches(c.name, CALLED)
    ]
    found = []
    for column in able:
        pairs = f"count(distinct ({table.text(whole.name)}, {table.text(column.name)}))"
        apart, rows = (int(n) for n in table.rows(f"select {pairs}, count(*) from {{table}}")[0])  # type: ignore[call-overload]
        if apart == rows >= SHARED * column.distinct * whole.distinct and rows > whole.distinct:
            found.append(
                (
                    column,
                    f"not used: each value stands once for each '{vocabulary.printable(whole.name)}', so it tells its rows apart and is no outcome",
                )
            )
    return found
