"""Outcomes that may say something else than they seem to: codes for that nobody answered, and whether a time was cut off."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import coded, languages, vocabulary, written_numbers
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.values.amounts import is_float

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

RATINGS = languages.words(
    "rating ratings star stars rated csat bewertung sterne calificacion estrellas note etoiles valutazione stelle"
)
HIGHEST = (5.0, 6.0, 7.0)
"""Ends of scales of ratings that begin at 1; one of 10 may begin at 0."""
SCALES = RATINGS | languages.words(
    "satisfaction satisfied likert score nps pain agreement zufriedenheit satisfaccion soddisfazione"
)
"""Words of what is told on a scale."""
STEPS = 14
"""Different values of a scale and of the codes beside it, at most."""
SURELY, MOST = 77, 7
"""The lowest code for no answer that is none of few things that are counted, where it is so many times the highest of these, at least."""
THEN = (
    "If so, it is no number: write an empty field there in the file. Know then that who answers may have come of the variant, so that those who did are no longer"
    " alike in the arms as units were assigned: how many answered in each arm is an outcome of its own"
)
"""What is done about a code for no answer, and what is to be known of it."""
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
    told = [question for column in measured for question in codes(column)]
    return [*told, *_cut_off(table, columns, measured)]


def codes(column: Column) -> Iterator[str]:
    """What is asked of values of an outcome that may say that nobody answered, or be codes of answers."""
    values = _whole(column)
    if not values:
        return
    name, words = vocabulary.printable(column.name), set(vocabulary.tokens(column.name))
    if RATINGS & words and values[0] == 0 and values[-1] in HIGHEST:
        yield (
            f"Does 0 in '{name}' mean that nobody rated? {column.zero:,} of {column.filled:,} rows have it, and it counts as the worst rating of all. {THEN}."
        )
    elif far := _far(values, words):
        listed, some = (
            " or ".join(f"{value:g}" for value in far),
            sum(n for level, n in column.levels if float(level) in far),
        )
        yield (
            f"Does {listed} in '{name}' mean that nobody answered? {some:,} of {column.filled:,} rows have it, beside {values[0]:g} to"
            f" {values[-1 - len(far)]:g}, and it counts as the most of all. {THEN}."
        )
    elif values in ([1, 2, 3], [1, 2, 3, 4]) and not (SCALES | coded.COUNTS | vocabulary.LENGTHS) & words:
        yield (
            f"Are the numbers {values[0]:g} to {values[-1]:g} of '{name}' amounts, or steps of a scale? They are averaged as such. If they are codes of answers, such as"
            " 1 for yes, 2 for no and 3 for neither, write 1 for yes and 0 for every other answer in the file."
        )


def _whole(column: Column) -> list[float]:
    """All values of a column of few whole numbers that are no yes and no, the lowest first; none of other columns."""
    if column.binary or column.decimal or not column.numeric or not len(column.levels) == column.distinct <= STEPS:
        return []
    return sorted({float(level) for level in column.values}) if all(map(is_float, column.values)) else []


def _far(values: list[float], words: set[str]) -> list[float]:
    """Codes for no answer above a scale: behind a gap, or behind the seventh step of what is called as one."""
    for i in range(1, len(values) - 1):
        above = values[i + 1 :]
        if above[0] > values[i] + 1 and coded.UNKNOWN.issuperset(above):
            few = values[i] - values[0] == i and not coded.COUNTS & words
            return above if few or above[0] >= SURELY > MOST * values[i] else []
    behind = [value for value in values if value > HIGHEST[-1]]
    step = SCALES & words and values[0] == 1 and behind and coded.UNKNOWN.issuperset(behind)
    return behind if step else []


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
