"""A unit table whose outcome nothing tells: what is said where no column can be one, and where several may."""

from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import measures, pieces, typed, vocabulary, worded
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def which(table: "SourceTable", several: list[tuple[Column, str]]) -> ReportError:
    """The error for several columns among which nothing tells what is decided by, each with what it holds."""
    return ReportError(
        f"{table.called}: which column is decided by? Several may be an outcome, and nothing tells them from attributes",
        got="; ".join(f"'{vocabulary.printable(c.name)}' ({seen})" for c, seen in several[:6]),
        expected="one that was measured after the assignment",
        remedy=f"name it: --primary COLUMN, such as --primary {typed.name(vocabulary.printable(several[0][0].name))}",
    )


def none(table: "SourceTable", kinds: measures.Sorted) -> ReportError:
    """The error for a table with a variant of which no column can be an outcome."""
    reasons = "; ".join(f"'{vocabulary.printable(c.name)}' {reason}" for c, reason in kinds.left[:6])
    in_words = next((c for c, reason in kinds.left if reason.startswith(measures.IN_WORDS[0])), None)
    price = next((reason for _, reason in kinds.left if reason.startswith(pieces.OF_PIECE)), "")
    marked = next(
        (c for c, _ in kinds.left if c.constant and 0 < c.filled < c.rows and c.values and measures.came_of_it(c)), None
    )
    seldom = [c for c in measures.seldom(kinds) if c.low >= 0 and not c.constant]
    told = (
        [worded.remedy(table.selected, in_words)]
        if in_words
        else [worded.marked(table.selected, marked)]
        if marked
        else [f"if an empty field means that nothing happened: --primary {typed.name(seldom[0].name)} --empty zero"]
        if seldom
        else []
    )
    return ReportError(
        f"{table.called} has a variant, but no column that can be an outcome",
        got=reasons or f"{len(kinds.segments)} attributes and nothing else",
        expected="a number that is zero or more in every row: 0 and 1, a count, or money",
        remedy=(f"take {price.partition(': ')[2]}; or " if price else "")
        + "".join(f"{each}; or " for each in told)
        + "name the column to decide by (--primary COLUMN), or of a log that of what happened (--event COLUMN); else add the outcome as numbers, 0 where nothing happened",
    )
