"""Numbers with the word of what they count beside them, as 7 pcs or x2: the query that leaves the number alone.

It leaves the number as it is written. How that is read, 1.002 as a thousand and two or as little more than one, all of
the column tells then, as of every other column; or it is asked.
"""

import re
from typing import TYPE_CHECKING

from helpers.ingest.new_study import languages, vocabulary, worded
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import scales

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
ANOTHER = (
    languages.words(
        "k m b t mm mn mio mln mrd mld bn tsd tys tis mil mille mila bin milyon thousand thousands million millions billion hundred hundreds lakh lakhs lac crore crores cr dr"
        " dozen dozens dutzend douzaine pair pairs paar gross score half"
        " minus plus less more over under above below max min maximum minimum ca circa about approx etwa rund bis ab mehr weniger menos mas moins meno mas hasta unter uber mindestens hochstens"
        " e x10 percent pct prozent per"
        " loss lost left verlust rest remaining restant uber unter alle kein no not yli alle minst inntil ribu juta ratus 千 百 万 萬 億 亿 тыс млн"
    )
    | scales.ANYWHERE.keys()
    | scales.IN_PLACE.keys()
    | scales.BESIDE.keys()
)
"""Words that make another number of one, as thousands, a sign or a limit do."""


def remedy(table: "SourceTable", column: Column) -> str:
    """What to do where each number, but for 0, has the same word behind or before it; '' for all others."""
    text = table.text(column.name)
    shape = literal(_SHAPE)
    words = table.rows(
        f"select regexp_extract({text}, {shape}, 1) as before, regexp_extract({text}, {shape}, 2) as behind,"
        f" bool_and(regexp_full_match({text}, {shape})) from {{table}}"
        f" where {text} is not null and {table.value(column.name)} is distinct from 0 group by 1, 2 limit {SPELLED + 1}"
    )
    before, behind = ({str(row[at]).strip() for row in words} for at in (0, 1))
    if not words or len(words) > SPELLED or not all(row[2] for row in words):
        return ""
    spelled = (before | behind) - {""}
    word = max(spelled, default="")
    if min(len(before), len(behind)) > 1 or len({each.casefold() for each in spelled}) != 1 or "" in before & behind:
        return ""
    if {*vocabulary.tokens(word), word.strip(" .").casefold()} & ANOTHER:
        return ""
    name, field = vocabulary.printable(column.name), quoted(column.name)
    of = "|".join(sorted(re.escape(each).replace("\\.", "[.]") for each in spelled))
    there = f"^({of})" if behind == {""} else f"({of})$"
    return (
        f"if '{word}' {'before' if behind == {''} else 'behind'} each number says what '{name}' counts, and makes no other number of it, take the number by a query in a"
        f" file in place of the table: select * replace (trim(regexp_replace(trim({field}::varchar), {literal(there)}, '')) as {field}) from {table.selected}"
    )


def or_of_words(table: "SourceTable", column: Column) -> str:
    """What makes an outcome of a column of texts: numbers without their word, else the level that says that it happened."""
    return remedy(table, column) or worded.remedy(table.selected, column)
