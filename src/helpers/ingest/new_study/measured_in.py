"""Numbers with the word of what they count beside them, as 7 pcs or x2: the query that leaves the number alone.

It leaves the number as it is written. How that is read, 1.002 as a thousand and two or as little more than one, all of
the column tells then, as of every other column; or it is asked.
"""

import re
from typing import TYPE_CHECKING

from helpers.ingest.new_study import typed, vocabulary, worded
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.counted_in import is_plain

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

_PARTED = r"[0-9.,'\x{2019} \x{a0}\x{202f}]"
_NUMBER = rf"[-+]?[0-9](?:{_PARTED}*[0-9])?"
"""A number in whatever format."""
_WORD = r"\pL{1,12}[.]?"
_BLANK = r"[ \x{a0}\x{202f}]?"
SPELLED = 4
"""Ways in capitals and small letters of one word, at most."""
_SHAPE = rf"([xX×]|{_WORD}(?:[ \x{{a0}}\x{{202f}}]))?{_BLANK}{_NUMBER}{_BLANK}({_WORD})?"
"""A number with a word; before it the word stands apart, for W12 and R100 are names."""
TIMES = frozenset(("x", "×"))
"""What says before or behind a number that it counts times."""


def remedy(table: "SourceTable", column: Column) -> str:
    """The query where each number, but for 0, has the same word behind it that only says in what it is counted; '' for all others."""
    spelled, where = _beside(table, column)
    if not spelled or not all(each.casefold() in TIMES or (where == "behind" and is_plain(each)) for each in spelled):
        return ""
    name, field = vocabulary.printable(column.name), quoted(column.name)
    of = "|".join(sorted(re.escape(each).replace("\\.", "[.]") for each in spelled))
    there = f"^({of})" if where == "before" else f"({of})$"
    return (
        f"'{max(spelled)}' {where} each number says what '{name}' counts: take the number by a query in a file beside it, in place of the table, and say --primary {typed.name(column.name)}:"
        f" select * replace (trim(regexp_replace(trim({field}::varchar), {literal(there)}, '')) as {field}) from {table.selected}"
    )


def or_asked(table: "SourceTable", column: Column) -> str:
    """The query, or where the same word of another kind stands beside each number, what only a person knows of it."""
    spelled, where = _beside(table, column)
    return remedy(table, column) or (
        f"what does '{max(spelled)}' {where} each number of '{vocabulary.printable(column.name)}' say? It may make another number of it, as thousands, a debt and"
        " at least do, or the whole may be a name, as that of a seat is. If it only says what is counted, write the numbers without it;"
        " if it makes another number, write that one; a name is no outcome"
        if spelled
        else ""
    )


def _beside(table: "SourceTable", column: Column) -> tuple[set[str], str]:
    """The word that each number but 0 has, in its spellings, and whether it stands before or behind; none where words differ."""
    text = table.text(column.name)
    shape = literal(_SHAPE)
    words = table.rows(
        f"select regexp_extract({text}, {shape}, 1) as before, regexp_extract({text}, {shape}, 2) as behind,"
        f" bool_and(regexp_full_match({text}, {shape})) from {{table}}"
        f" where {text} is not null and {table.value(column.name)} is distinct from 0 group by 1, 2 limit {SPELLED + 1}"
    )
    before, behind = ({str(row[at]).strip() for row in words} for at in (0, 1))
    spelled = (before | behind) - {""}
    whole = 0 < len(words) <= SPELLED and all(row[2] for row in words) and "" not in before & behind
    one = min(len(before), len(behind)) == 1 and len({each.casefold() for each in spelled}) == 1
    return (spelled, "before" if behind == {""} else "behind") if whole and one else (set(), "")


def or_of_words(table: "SourceTable", column: Column) -> str:
    """What makes an outcome of a column of texts: numbers without their word, else the level that says that it happened."""
    return or_asked(table, column) or worded.remedy(table.selected, column)
