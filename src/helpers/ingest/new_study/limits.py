"""Values known in part, as <5 below what was measured, or 10+: never unknown, for they are the lowest or the highest."""

import re
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

BELOW, ABOVE = (
    r"(<|<=|≤|&lt;|under|below|unter|less than) *[0-9.,]+",
    r"((>|>=|≥|&gt;|over|above|über|more than) *[0-9.,]+|[0-9.,]+ *\+)",
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
    limit = f"coalesce(try_cast({mark} as double), try_cast(regexp_extract({mark}, '[0-9.]+') as double))"
    place = "write the limit in their place"
    if untold:
        limit = f"case when trim({mark}) in ({', '.join(map(literal, untold))}) then LIMIT else {limit} end"
        place = "write the limit that the laboratory states in their place, here LIMIT"
    raise ReportError(
        f"{table.called}: values of '{vocabulary.printable(column.name)}' are known in part",
        got=told,
        expected="a number in each row",
        cause="values below or above what was measured or counted; they are the lowest or the highest, and not unknown",
        remedy=f"{place}, which brings the arms nearer to each other where more of one lie beyond it, by a query in a file"
        f" beside it (limits.sql), and give that: select * replace ({limit} as {mark}) from {table.selected} as told; or compare how many"
        f" lie beyond the limit, as yes and no: --primary {typed.name('beyond')} of select * exclude ({mark}), (trim({mark}) in ({', '.join(literal(str(v)) for v, _ in found)}))::integer"
        f" as beyond from {table.selected} as told",
    )
