"""Numbers with the word of what they count behind them, as 7 pcs: the query that takes the number."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

_NUMBER = r"-?[0-9]+(?:[.][0-9]+)?"
_SHAPE = rf"{_NUMBER} ?(\pL{{1,12}}[.]?)"
MANY = frozenset(["k", "m", "b", "t", "mm", "mn", "mio", "mln", "mrd", "tsd", "bn", "thousand", "million"])
"""Words that make another number of one, and count nothing."""


def remedy(table: "SourceTable", column: Column) -> str:
    """What to do where each value that is no number is one with the same word behind it; '' for all others."""
    text = table.text(column.name)
    shape = literal(_SHAPE)
    words = table.rows(
        f"select regexp_extract(lower({text}), {shape}, 1) as word, bool_and(regexp_full_match({text}, {shape})) from {{table}}"
        f" where {text} is not null and {table.value(column.name)} is null group by 1 limit 2"
    )
    if len(words) != 1 or not words[0][1] or words[0][0] in MANY:
        return ""
    name, word = vocabulary.printable(column.name), vocabulary.printable(str(words[0][0]))
    field = quoted(column.name)
    return (
        f"'{word}' behind each number says what '{name}' counts: take the number by a query in a file in place of the table:"
        f" select * replace (try_cast(regexp_extract({field}::varchar, {literal(_NUMBER)}) as double) as {field}) from {table.selected}"
    )
