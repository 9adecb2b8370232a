"""Outcomes that may say something else than they seem to: a rating of 0 that nobody gave, and whether a time was cut off."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary, written_numbers
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

RATINGS = frozenset(
    {
        "rating",
        "ratings",
        "star",
        "stars",
        "rated",
        "csat",
        "bewertung",
        "sterne",
        "calificacion",
        "estrellas",
        "note",
        "etoiles",
        "valutazione",
        "stelle",
    }
)
HIGHEST = (5.0, 6.0, 7.0)
"""Ends of scales of ratings that begin at 1; one of 10 may begin at 0."""
OFTEN = 2
"""Times that 0 stands as often as the next rating, at least, where it is rather none."""
CENSORED = frozenset(
    {"cnsr", "cens", "censor", "censored", "censoring", "zensiert", "censure", "censurado", "censurato"}
)
"""Words of that a time was cut off before anything came about."""


def asked(table: "SourceTable", columns: Sequence[Column], proposal: StudyProposal) -> list[str]:
    """What a person must answer of the outcomes of a table of units."""
    if proposal.source != "units":
        return []
    outcomes = {theirs for theirs, _ in proposal.outcomes.values()}
    measured = [c for c in columns if c.name in outcomes]
    return [*_not_rated(table, measured), *_cut_off(table, columns, measured)]


def _not_rated(table: "SourceTable", measured: Sequence[Column]) -> Iterator[str]:
    for column in measured:
        if (
            not RATINGS & set(vocabulary.tokens(column.name))
            or column.decimal
            or column.low != 0
            or column.high not in HIGHEST
        ):
            continue
        others = sorted(
            (float(level), n) for level, n in column.levels if level.replace(".", "", 1).isdecimal() and float(level)
        )
        if not others or column.zero < OFTEN * others[0][1]:
            continue
        name, field = vocabulary.printable(column.name), quoted(column.name)
        number = written_numbers.in_query(table, column.name)
        query = (
            f" by a query in a file in place of the table: select * replace (case when {number} <> 0 then {field} end as {field}) from {table.selected}"
            if number
            else ""
        )
        yield (
            f"Does 0 in '{name}' mean that nobody rated? {column.zero:,} of {column.filled:,} rows have it, and it counts as the worst rating of all. If so, write"
            f" nothing there{query}, and --empty drop"
        )


def _cut_off(table: "SourceTable", columns: Sequence[Column], measured: Sequence[Column]) -> Iterator[str]:
    for column in measured:
        if not (column.binary and CENSORED & set(vocabulary.tokens(column.name))):
            continue
        name = vocabulary.printable(column.name)
        times = [
            c
            for c in columns
            if c.numeric
            and not c.binary
            and (vocabulary.touches(c.name, vocabulary.SPANS) or "aval" in vocabulary.tokens(c.name))
        ]
        beside = (
            f", and '{vocabulary.printable(times[0].name)}' is how long each was watched, of which no mean tells anything"
            if times
            else ""
        )
        number = written_numbers.in_query(table, column.name)
        query = (
            f" What came about, by a query in a file in place of the table, and --primary came_about: select *, 1 - {number} as came_about from {table.selected}"
            if number
            else ""
        )
        yield (
            f"Does 1 in '{name}' say that a time was cut off (censored) before anything came about? Then it is the opposite of an outcome{beside}.{query}"
        )
