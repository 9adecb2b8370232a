"""Values known in part, as <5 below what was measured, or 10+: never unknown, for they are the lowest or the highest."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 20
"""Texts that are neither a number nor a limit, at most, beside which a query tells the limits apart."""
NUMBER = "[-+]?[.,]?[0-9](?:[0-9.,'\u2019 \xa0\u202f]*[0-9])?[.,]?(?:e[-+]?[0-9]+)?"
"""A number in whatever format, in small letters."""
BELOW, ABOVE = (
    rf"(<|<=|≤|&lt;|under|below|unter|less than) *{NUMBER}",
    rf"((>|>=|≥|&gt;|over|above|über|more than) *{NUMBER}|{NUMBER} *\+)",
)
"""Patterns of a value below a limit, and above one."""
LIMIT = "(the )?(limit( of (detection|quantification))?|detection( limit)?|lod|loq|lloq|mdl|dl|ld|lq|nwg|bg|nachweisgrenze|bestimmungsgrenze)"
UNTOLD = (
    rf"(<|<=|≤|&lt;|under|below|unter( der)?|less than|abaixo do|poniżej) *{LIMIT}|b\.?l?o?q\.?l?\.?|lloq|lod|loq|n\. ?n\.|nicht nachweisbar"
    "|not detect(ed|able)|none detected|undetect(ed|able)|ind[eé]tectables?|non d[eé]tect[eé]e?|no detectad[oa]|indetectable|n[aã]o detectad[oa]"
    r"|non rilevat[oa]|non rilevabile|niet detecteerbaar|nie wykryto|(>|above|over|über|more than) *(uloq|alq)|uloq|a\.?l?o?q\.?l?\.?"
)
"""The same where the limit itself does not stand there, as laboratories write it."""
IN_DOUBT = r"n\. ?d\.?|nd"
"""What is not detected to a laboratory, and no data to others."""
MEASURED = frozenset(
    [
        "mg",
        "ug",
        "µg",
        "ng",
        "pg",
        "kg",
        "ml",
        "dl",
        "mmol",
        "umol",
        "nmol",
        "pmol",
        "mol",
        "iu",
        "ppm",
        "ppb",
        "conc",
        "concentration",
        "konzentration",
        "concentracion",
        "titer",
        "titre",
        "crp",
        "ldl",
        "hdl",
        "hba1c",
        "psa",
        "tsh",
        "igg",
        "ige",
        "igm",
        "troponin",
        "ferritin",
        "cholesterol",
        "cortisol",
        "glucose",
        "insulin",
        "creatinine",
        "viral",
        "assay",
        "analyte",
        "lab",
        "serum",
        "plasma",
    ]
)
"""Words of what a laboratory measures."""


def refuse(table: "SourceTable", *columns: Column) -> None:
    """Raise for an outcome some of whose values are told as a limit alone: without them its mean lacks the ends."""
    for column in columns:
        _refuse(table, column)


def _not_detected(table: "SourceTable", column: Column) -> list[tuple[object, ...]]:
    """Words among those for nothing that say of what a laboratory measures that it was too little, with their rows."""
    words = table.words.get(column.name)
    if words is None or words.goes_with or not MEASURED & set(vocabulary.tokens(column.name)):
        return []
    return [(word, n) for word, n in words.rows.items() if re.fullmatch(IN_DOUBT, word.lower())]


def _refuse(table: "SourceTable", column: Column) -> None:
    found = _not_detected(table, column)
    if not found and (table.parts.types[column.name] != "VARCHAR" or column.numbers == column.filled):
        return
    text = table.text(column.name)
    found += table.rows(
        f"select {text}, count(*) from {{table}} where {table.value(column.name)} is null and"
        f" regexp_full_match(lower({text}), {literal(f'{BELOW}|{ABOVE}|{UNTOLD}')}) group by 1 order by 2 desc, 1"
    )
    if not found:
        return
    untold = [str(value) for value, _ in found if not re.search("[0-9]", str(value))]
    told = ", ".join(f"'{vocabulary.printable(str(value))}' in {n:,} rows" for value, n in found[:3])
    mark = quoted(column.name)
    limit = _without_marks(mark, [str(value) for value, _ in found])
    place = "write the limit in their place"
    if untold:
        limit = f"case when trim({mark}) in ({', '.join(map(literal, untold))}) then 'LIMIT' else {limit} end"
        place = (
            "write the limit that the laboratory states in their place, here LIMIT, as the other numbers are written"
        )
    raise ReportError(
        f"{table.called}: values of '{vocabulary.printable(column.name)}' are known in part",
        got=told,
        expected="a number in each row",
        cause="values below or above what was measured or counted; they are the lowest or the highest, and not unknown",
        remedy=f"{place}, which brings the arms nearer to each other where more of one lie beyond it, by a query in a file"
        f" beside it (limits.sql), and give that: select * replace ({limit} as {mark}) from {table.selected} as told"
        + _or_as_yes_and_no(table, column, [str(value) for value, _ in found]),
    )


def _without_marks(mark: str, values: Sequence[str]) -> str:
    """SQL of a text without what says that it is a limit: the number stays as it is written, and is read as all others are."""
    signs = dict.fromkeys(re.sub(NUMBER, " ", value.lower()).strip() for value in values if re.search("[0-9]", value))
    if not signs:
        return mark
    pattern = "|".join(re.escape(sign).replace("\\ ", " ").replace("\\+", "[+]") for sign in signs)
    return f"trim(regexp_replace({mark}, {literal(pattern)}, '', 'i'))"


def _or_as_yes_and_no(table: "SourceTable", column: Column, beyond: Sequence[str]) -> str:
    """The query that compares how many lie beyond the limit: of a number it is no, and of what is no number nothing is known."""
    text, mark = table.text(column.name), quoted(column.name)
    listed = ", ".join(map(literal, beyond))
    others = table.rows(
        f"select distinct trim({mark}) from {{table}} where ({text} is null or {table.value(column.name)} is null)"
        f" and trim({mark}) not in ({listed}) order by 1 limit {MOST + 1}"
    )
    if len(others) > MOST:
        return ""
    unknown = ", ".join(literal(str(value)) for (value,) in others) or "''"
    made = f"case when trim({mark}) in ({listed}) then 1 when trim({mark}) not in ({unknown}) then 0 end"
    return (
        f"; or compare how many lie beyond the limit, as yes and no: --primary {typed.name('beyond')} of select * exclude ({mark}), {made} as beyond"
        f" from {table.selected} as told"
    )
