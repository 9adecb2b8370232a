"""An outcome in words, such as won and lost: the level that says that it happened, and the query that makes 1 and 0 of it."""

from dataclasses import replace

from helpers.ingest.new_study import vocabulary, yes_no
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

BECAME = vocabulary.UNDONE_STATE | vocabulary.HARM | vocabulary.OUTCOME[0]
"""Words of levels that say what became of a unit."""


def says(level: str, words: frozenset[str]) -> bool:
    """Whether a word of a level is one of some."""
    return any(vocabulary.is_said(token, words) for token in vocabulary.tokens(level))


def ended(column: Column) -> bool:
    """Whether two levels say that something ended well and that it did not, whatever their column is called: Erfolg and Misserfolg."""
    if column.distinct != 2 or column.in_words:
        return False
    well, ill = ([says(level, words) for level in column.values] for words in (vocabulary.SUCCEEDED, vocabulary.FAILED))
    return sum(well) == sum(ill) == 1 and well != ill


def happened(column: Column) -> str | None:
    """The level that says that it happened: a yes, what another level denies, the one that is called as the column, else by a word
    for what is wanted, or for what is not.

    None where no level says so.
    """
    if answer := yes_no.among(column.values) or yes_no.denied(column.values):
        return answer.yes
    own = frozenset(vocabulary.tokens(column.name))
    for words in (own, vocabulary.WELL, BECAME):
        found = [level for level in column.values if says(level, words)]
        if len(found) == 1:
            return found[0]
    return None


def _called(column: Column, level: str) -> str:
    """What the column of 1 and 0 is called: as the level where that says what happened, else as the column and its level."""
    answers = yes_no.among(column.values) or any(len(token) == 1 for token in vocabulary.tokens(level))
    made, name = vocabulary.slug(level), vocabulary.slug(column.name)
    if answers or made in ("x", name):
        return f"{name}_yes" if happened(column) == level else f"{name}_{made}"
    return made


def as_flag(source: str, column: Column) -> tuple[str, str]:
    """The query that adds a column of 1 and 0 to a table, and the name of that."""
    column, once = _once(column)
    level, answer = happened(column) or column.values[0], yes_no.among(column.values)
    made, text = _called(column, level), f"trim({quoted(column.name)})"
    if once:
        return f"select *, (lower({text}) = {literal(level.lower())})::integer as {quoted(made)} from {source}", made
    flag = f"({text} = {literal(level)})::integer"
    if answer and column.distinct > 2:  # others say neither
        flag = f"case {text} when {literal(answer.yes)} then 1 when {literal(answer.no)} then 0 end"
    return f"select *, {flag} as {quoted(made)} from {source}", made


def _once(column: Column) -> tuple[Column, bool]:
    """The column with each level once, as most rows write it, and whether some were written in several capitals."""
    if yes_no.among(column.values):
        return column, False
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    for level, n in sorted(column.levels, key=lambda told: (-told[1], told[0])):
        of = first.setdefault(level.lower(), level)
        counts[of] = counts.get(of, 0) + n
    once = len(counts) < len(column.levels)
    return (replace(column, levels=tuple(counts.items()), distinct=len(counts)) if once else column), once


def remedy(source: str, column: Column) -> str:
    """What is done about an outcome in words."""
    query, made = as_flag(source, column)
    column, _ = _once(column)
    if happened(column) is None:
        levels = ", ".join(repr(vocabulary.printable(level)) for level in column.values[:4])
        return (
            f"which of {levels} says that it happened? Nothing tells it. Put that one into a query in a file in place of the table, and say"
            f" --primary {made}: {query}"
        )
    return f"as an outcome, by a query in a file in place of the table, and --primary {made}: {query}"
