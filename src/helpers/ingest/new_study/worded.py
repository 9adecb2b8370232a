"""An outcome in words, such as won and lost: the level that says that it happened, and the query that makes 1 and 0 of it."""

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

BECAME = vocabulary.UNDONE_STATE | vocabulary.HARM | vocabulary.OUTCOME[0]
"""Words of levels that say what became of a unit."""


def says(level: str, words: frozenset[str]) -> bool:
    """Whether a word of a level is one of some."""
    return any(vocabulary.is_said(token, words) for token in vocabulary.tokens(level))


def happened(column: Column) -> str | None:
    """The level that says that it happened: the one that is called as the column, else by a word for what is wanted, or for what is not.

    None where no level says so.
    """
    own = frozenset(vocabulary.tokens(column.name))
    for words in (own, vocabulary.OUTCOME[0], BECAME):
        found = [level for level in column.values if says(level, words)]
        if len(found) == 1:
            return found[0]
    return None


def as_flag(called: str, column: Column) -> str:
    """The query that adds a column of 1 and 0 to the table."""
    level = happened(column) or column.values[0]
    made = vocabulary.slug(level)
    made = vocabulary.slug(f"{level} yes") if made == column.name.lower() or made == "x" else made
    return f'select *, ({quoted(column.name)} = {literal(level)})::integer as {made} from "{called}"'


def remedy(called: str, column: Column) -> str:
    """What is done about an outcome in words."""
    return f"as an outcome, by a query in a file in place of the table: {as_flag(called, column)}"
