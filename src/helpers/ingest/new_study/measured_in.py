"""Numbers with the word of what they count beside them, as 7 pcs or x2: the query that leaves the number alone.

It leaves the number as it is written. How that is read, 1.002 as a thousand and two or as little more than one, all of
the column tells then, as of every other column; or it is asked.
"""

import re
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary, worded
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

_PARTED = r"[0-9.,'\x{2019} \x{a0}\x{202f}]"
_NUMBER = rf"[-+]?[0-9](?:{_PARTED}*[0-9])?"
"""A number in whatever format."""
_WORD = r"\pL{1,12}[.]?"
_BLANK = r"[ \x{a0}\x{202f}]?"
_SHAPE = rf"({_WORD})?{_BLANK}{_NUMBER}{_BLANK}({_WORD})?"
MANY = frozenset(["k", "m", "b", "t", "mm", "mn", "mio", "mln", "mrd", "tsd", "bn", "thousand", "million"])
"""Words that make another number of one, and count nothing."""


def remedy(table: "SourceTable", column: Column) -> str:
    """What to do where each value that is no number is one with the same word behind or before it; '' for all others."""
    text = table.text(column.name)
    shape = literal(_SHAPE)
    words = table.rows(
        f"select regexp_extract(lower({text}), {shape}, 1) as before, regexp_extract(lower({text}), {shape}, 2) as behind,"
        f" bool_and(regexp_full_match({text}, {shape})) from {{table}}"
        f" where {text} is not null and {table.value(column.name)} is null group by 1, 2 limit 2"
    )
    if len(words) != 1 or not words[0][2]:
        return ""
    before, behind = (str(each) for each in words[0][:2])
    if bool(before) == bool(behind) or (before or behind) in MANY:
        return ""
    name, word = vocabulary.printable(column.name), before or behind
    field, there = quoted(column.name), re.escape(word).replace("\\.", "[.]")
    there = f"^{there}" if before else f"{there}$"
    return (
        f"'{word}' {'before' if before else 'behind'} each number says what '{name}' counts: take the number by a query in a file in place of the"
        f" table: select * replace (trim(regexp_replace({field}::varchar, {literal(there)}, '', 'i')) as {field}) from {table.selected}"
    )


def or_of_words(table: "SourceTable", column: Column) -> str:
    """What makes an outcome of a column of texts: numbers without their word, else the level that says that it happened."""
    return remedy(table, column) or worded.remedy(table.selected, column)
