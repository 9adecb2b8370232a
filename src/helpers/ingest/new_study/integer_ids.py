"""Whole numbers that repeat in a log and are the ids of its units, told by their values where no name says so."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import questions, roles, vocabulary
from helpers.ingest.new_study.profile import Column, exact

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FEWEST = 20
"""Ids of a log, at least."""
ROWS = 50
"""Rows of an id, at most, on average: numbers of fewer values are counts, or codes."""
MIXED = 0.05
"""Share of the ids, at most, whose rows are in several variants."""


def of(table: "SourceTable", columns: Sequence[Column], event: Column, time: Column) -> Column | None:
    """The column of whole numbers each of which is in one variant, in all of its rows.

    Raises :class:`~helpers.errors.ReportError` where several are such.
    """
    variant = next((c for c in roles.variants_of(columns) if c is not event), None)
    if variant is None or not vocabulary.touches(event.name, vocabulary.EVENT):
        return None
    found = [c for c in repeating(columns) if c not in (event, time, variant) and _in_one(table, c, variant)]
    if len(found) > 1:
        raise ReportError(
            f"{table.called}: which column tells whose the events are? Several hold whole numbers that repeat, and no name says so",
            got="; ".join(f"'{vocabulary.printable(c.name)}' ({exact(table, c).distinct:,} values)" for c in found),
            expected="the one of what was assigned to a variant",
            remedy=f'name it: --unit COLUMN, such as --unit "{vocabulary.printable(found[0].name)}"',
        )
    return found[0] if found else None


def repeating(columns: Sequence[Column]) -> list[Column]:
    """Columns of whole numbers that may be ids: full, many, repeated, called neither an amount nor an attribute, and no count
    that is zero of what is called an outcome."""
    said = vocabulary.MONEY | vocabulary.ATTRIBUTE | vocabulary.BEFORE | vocabulary.TIME | vocabulary.SECONDS
    said |= vocabulary.OTHER_TIMES | vocabulary.SESSION | vocabulary.PRODUCT | vocabulary.ORDER
    counts = vocabulary.HARM.union(*vocabulary.OUTCOME)
    return [
        c for c in columns
        if c.numeric and c.numbers == c.whole and not (c.decimal or c.negative or c.has_time or c.constant)
        and c.filled >= roles.UNIQUE * c.rows and c.distinct < roles.REPEATED * c.filled
        and c.distinct >= max(FEWEST, c.rows / ROWS) and not vocabulary.touches(c.name, said)
        and not (c.zero and vocabulary.touches(c.name, counts))
    ]  # fmt: skip


def _in_one(table: "SourceTable", column: Column, variant: Column) -> bool:
    mixed, ids = questions.several_levels(table, column, table.text(variant.name))
    return mixed <= MIXED * ids
