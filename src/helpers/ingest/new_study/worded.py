"""An outcome in words, such as won and lost: the level that says that it happened, and the query that makes 1 and 0 of it."""

import re
from collections import Counter
from dataclasses import replace

from helpers.ingest.new_study import typed, vocabulary, yes_no
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.amounts import is_float

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


LEVEL = "LEVEL"
"""What stands in a query in the place of the level that only a person knows: it is none, so that it counts nothing as it stands."""


def as_flag(source: str, column: Column, told: str | None = None) -> tuple[str, str]:
    """The query that adds a column of 1 and 0 to a table, 1 for the level that was ``told`` or says so, and the name of that.

    What holds another level is 0, whatever it says.
    """
    column, once = _once(column)
    level = told or happened(column)
    made = _called(column, level) if level else f"{vocabulary.slug(column.name)}_yes"
    text, yes = f"trim({quoted(column.name)})", literal(level or LEVEL)
    if column.filled < column.rows:
        text = f"nullif({text}, '')"
    if once:
        text, yes = f"lower({text})", literal(level.lower()) if level else f"lower({yes})"
    return f"select *, ({text} = {yes})::integer as {quoted(made)} from {source}", made


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
    """What is done about an outcome in words, or in numbers beside lists."""
    if _numbers_and_lists(column):
        field = quoted(column.name)
        return (
            f"where a list stands there is no number: take the numbers by a query in a file beside it, in place of the table, and say --primary {typed.name(column.name)}:"
            f" select * replace (try_cast({field}::varchar as double) as {field}) from {source}"
        )
    if numbers_with_words(column):
        name, levels = (vocabulary.printable(each) for each in (column.name, ", ".join(map(repr, column.values[:4]))))
        return (
            f"'{name}' holds numbers with words beside them ({levels}): what does what stands beside a number make of it, and is every other value 0, or not known? Who knows it writes the"
            f" number alone in each row, 0 where there was nothing and an empty field where nobody knows it, and says --primary {typed.name(column.name)}"
        )
    query, made = as_flag(source, column)
    column, _ = _once(column)
    if others := _others(column):
        return asked(column, [vocabulary.printable(repr(level)) for level in others])
    if column.distinct > 2:
        return of_several(column)
    if happened(column) is None:
        levels = ", ".join(repr(vocabulary.printable(level)) for level in column.values[:4])
        return (
            f"which of {levels} says that it happened? Nothing tells it. Put that one into a query in a file beside it, in place of the table, where {LEVEL} stands, and say"
            f" --primary {made}: {query}"
        )
    return f"as an outcome, by a query in a file beside it, in place of the table, and --primary {made}: {query}"


def _numbers_and_lists(column: Column) -> bool:
    """Whether lists or objects stand among the levels of a column, and else numbers alone."""
    nested = [level for level in column.values if level[:1] in ("[", "{")]
    return bool(nested) and column.numbers > 0 and len(nested) == sum(not is_float(v) for v in column.values)


_WITH_WORD = re.compile(r"[x×]? ?[-+]?[0-9][0-9.,'\u2019 \xa0\u202f]*(?P<word>.*)")
"""A number with what stands behind it, a word or another number, as in 4/10; or with a cross before it."""


def numbers_with_words(column: Column) -> bool:
    """Whether several levels are a number with the same behind it, which are amounts, whatever the others are."""
    found = map(_WITH_WORD.fullmatch, column.values)
    words = Counter(each["word"].casefold() for each in found if each and not is_float(each[0]))
    return any(n > 1 for n in words.values())


def _others(column: Column) -> list[str]:
    """Answers that are neither yes nor no, where both of these are given."""
    answer = yes_no.among(column.values)
    return [level for level in column.values if answer and level not in (answer.yes, answer.no)]


def asked(column: Column, others: list[str]) -> str:
    """What only a person knows of answers beside yes and no, in words alone: to count them as no, or not at all, may turn the result."""
    name, levels = vocabulary.printable(column.name), " and ".join(others)
    return (
        f"what {'do' if len(others) > 1 else 'does'} {levels} of '{name}' say: yes, no, or that nobody knows it? Who knows it writes 1 for yes and 0 for no in each row of the file, and an empty field"
        f" where nobody knows it, and says --primary {typed.name(column.name)}. {ANSWERED}"
    )


def of_several(column: Column, cluster: str = "") -> str:
    """The same of three levels or more: a query of one of them would count those that nobody knows, or that go further, as no."""
    name, levels = (
        vocabulary.printable(column.name),
        ", ".join(repr(vocabulary.printable(v)) for v in column.values[:6]),
    )
    return (
        f"which of {levels}{', ...' * (column.distinct > 6)} of '{name}' say that it happened, which that it did not, and which that nobody knows it? One level may hold another, as who clicked has"
        f" opened too. Who knows it writes 1, 0 or an empty field in each row, in a column of the file, and names that: --primary COLUMN{f' --cluster {cluster}' if cluster else ''}. "
        + ANSWERED
    )


ANSWERED = (
    "Know then that who answers may have come of the variant, so that those who did are no longer alike in the arms as units were assigned:"
    " how many answered in each arm is an outcome of its own"
)
"""What is to be known of an outcome of those who answered."""
