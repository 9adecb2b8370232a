"""Rows of units before they have an arm, as 'none' in the weeks before a test: they are no arm, and no unit stands in two for them."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.ingest.new_study import not_yet, phases, roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.sound_rows import Where
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable
    from helpers.ingest.new_study.table_view import TableView


@dataclass(frozen=True)
class Armless:
    """The condition that leaves out the rows without an arm, what is told of it, and the words that say none in a column."""

    where: Where
    variant: Column
    words: list[str]

    def noted(self, made: StudyProposal, seen: "TableView") -> StudyProposal:
        """A study of the other rows, with the question whether these are from before, and the query that sets them beside."""
        where = self.where.also(*made.where) if made.where[0] else self.where
        unit = next((c for c in seen.columns if c.name == made.columns["user_id"][0]), None)
        name, word = vocabulary.printable(self.variant.name), self.words[0]
        beside = (
            phases.beside(seen.table, seen.columns, unit, self.variant, word) if unit and len(self.words) == 1 else ""
        )
        asked = f"Are the rows with '{vocabulary.printable(word)}' in '{name}' from before the experiment? They are left out{beside}."
        never = not_yet.asked(seen.table, unit, self.variant, self.words) if unit else []
        return replace(made, where=where.noted, first=(asked, *never, *made.first))


def left_out(seen: "TableView", variant: Column) -> tuple["TableView", Armless | None]:
    """The rows that have an arm, where some have a word for none; None where all have one."""
    words = roles.meant(variant)[2]
    if not words:
        return seen, None
    condition = f"trim({quoted(variant.name)}::varchar) not in ({', '.join(map(literal, words))})"
    later = seen.again(seen.table.narrowed(seen.table.also(condition)))
    told = (
        f"{seen.rows - later.rows:,} of {seen.rows:,} rows have no arm, but {' or '.join(map(repr, map(vocabulary.printable, words)))}"
        f" in '{vocabulary.printable(variant.name)}', and are not taken"
    )
    return later, Armless(Where(condition, told), variant, words)


def arm_of(table: "SourceTable", variant: Column) -> str:
    """SQL of the arm that a row tells; null where it has a word for none."""
    arm, words = table.text(variant.name), roles.meant(variant)[2]
    return f"case when {arm} not in ({', '.join(map(literal, words))}) then {arm} end" if words else arm
