"""Rows without a moment, such as the 0000-00-00 of a database: nothing stands there, so no format is asked of it."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study import roles, vocabulary
from helpers.ingest.new_study.nobody import LeftOut
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.happened import is_nothing

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FEW = 0.05
"""Share of the rows without a moment, at most, that can be left out."""


def of(
    table: "SourceTable", rows: int, time: Column | None, *, stated: bool, empty: bool, key: str = "data.where"
) -> LeftOut | None:
    """The few rows in which a word for nothing, or a day that is none, stands in the place of a moment; ``empty`` fields too.
    ``key`` is what leaves them out."""
    if time is None or time.moments == rows or (roles.happens(time) and not stated):
        return None
    text = table.text(time.name)
    found = table.rows(
        f"select {text}, count(*) from {{table}} where {is_nothing(text)}{f' or {text} is null' * empty} group by 1 order by 2 desc, 1"
    )
    words = {str(word or ""): int(n) for word, n in found}  # type: ignore[call-overload]
    n = sum(words.values())
    if not 0 < n <= FEW * rows or n < rows - time.moments:
        return None
    name = vocabulary.printable(time.name)
    stands = " or ".join(repr(vocabulary.printable(word)) if word else "empty" for word in words)
    listed = ", ".join(map(literal, words))
    return LeftOut(
        f"coalesce(trim({quoted(time.name)}::varchar), '') not in ({listed})",
        f"{n:,} of {rows:,} rows are left out, whose '{name}' is {stands}",
        f"May the {n:,} of {rows:,} rows whose '{name}' is {stands} be left out ({key})? They have no moment, so they stand at no place of the experiment."
        " Where it is missing for what became of them, as of a purchase that is not settled, units would be chosen by that: then write when they happened.",
    )
