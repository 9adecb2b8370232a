"""Outcomes that may say something else than they seem to: codes for that nobody answered, and whether a time was cut off."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import coded, languages, measures, vocabulary, worded, written_numbers
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.values.amounts import is_float

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

RATED = languages.words(
    "rating ratings star stars rated csat review bewertung sterne calificacion estrellas note etoiles valutazione stelle avaliacao ocena"
    " helpfulness helpful usefulness useful hilfreich nutzlich utilidad utilite quality qualitat qualite calidad qualita"
)
"""Words of what somebody rates, of which 1 is the worst that can be said,"""
AGREED = languages.words(
    "likert satisfaction satisfied zufriedenheit satisfaccion soddisfazione satisfacao agreement agree zustimmung acuerdo accord"
)
"""of what is told in up to seven steps from 1, and in more from 0 as well,"""
SCALES = RATED.difference(vocabulary.GRADES).union(
    AGREED,
    languages.words(
        "nps pain schmerz schmerzen dolor douleur dolore stress estres distress fatigue mudigkeit anxiety angst ansiedad nausea itch severity intensity"
        " mood stimmung humeur umore happiness happy glueck gluck felicidad bonheur wellbeing wohlbefinden effort ces borg rpe vas apgar gcs scale skala escala echelle scala"
    ),
)
"""and of what is told on any scale."""
ENDS = ((0, 10), (1, 5), (1, 7), (1, 10))
"""First and last steps of scales that are usual: what stands right above one of few more steps may be a code for no answer."""
BEYOND = 12
"""Up to here a scale with more steps is looked at; one of 20 or of 100 has its own end."""
UNCHOSEN = 2
"""So far above the last step another one of up to 10 may stand, where nobody chose the one in between."""
STEPS = 25
"""Different values of a scale and of the codes beside it, at most."""
OTHERS, REPEATED, RARE = 12, 3, 0.3
"""Other values that a number stands apart from, and rows that it is repeated in: at least so many, and at most this share of all."""
SURELY, MOST = 77, 7
"""The lowest code for no answer that is none of few things that are counted, where it is so many times the highest of these, at least."""
THEN = f"If so, it is no number: write an empty field there in the file. {worded.ANSWERED}"
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
    told = [question for column in measured for question in codes(table, column)]
    return [*told, *_cut_off(table, columns, measured)]


def codes(table: "SourceTable", column: Column) -> Iterator[str]:
    """What is asked of values of an outcome that may say that nobody answered, or be codes of answers."""
    values = _whole(column)
    name, words = vocabulary.printable(column.name), set(vocabulary.tokens(column.name))
    off = [*_below(column, values), *(_above(values, words) or _highest(column))]
    counts = (
        {float(level): n for level, n in column.levels}
        if values
        else {column.low: column.below, column.high: column.above}
    )
    if not values:
        apart = _apart(table, column)
        off, counts = sorted({*off, *apart}), counts | apart
    if _of_nobody(values, off, words):
        yield (
            f"Does 0 in '{name}' mean that nobody rated? {column.zero:,} of {column.filled:,} rows have it, and it counts as the worst rating of all. {THEN}."
        )
    if off:
        steps = [value for value in values if value not in off]
        least, most = off[0] < 0 or off[0] == column.low, off[-1] >= 0 and off[-1] != column.low
        beside = f", beside {steps[0]:g} to {steps[-1]:g}" if steps else ", and no other so low" if least else ""
        counted = "least or the most" if least and most else "least" if least else "most"
        yield (
            f"Does {' or '.join(f'{value:g}' for value in off)} in '{name}' mean that {'nothing was measured' if column.decimal else 'nobody answered'}?"
            f" {sum(counts[value] for value in off):,} of {column.filled:,} rows have it{beside}, and it counts as the {counted} of all. {THEN}."
        )
    elif values in ([1, 2, 3], [1, 2, 3, 4]) and not (SCALES | {"score"} | coded.COUNTS | vocabulary.LENGTHS) & words:
        yield (
            f"Are the numbers {values[0]:g} to {values[-1]:g} of '{name}' amounts, or steps of a scale? They are averaged as such. If they are codes of answers, such as"
            " 1 for yes, 2 for no and 3 for neither, write 1 for yes and 0 for every other answer in the file."
        )


def _whole(column: Column) -> list[float]:
    """All values of a column of few whole numbers that are no yes and no, the lowest first; none of other columns."""
    if column.binary or column.decimal or not column.numeric or not len(column.levels) == column.distinct <= STEPS:
        return []
    return sorted({float(level) for level in column.values}) if all(map(is_float, column.values)) else []


def _of_nobody(values: list[float], off: list[float], words: set[str]) -> bool:
    """Whether 0 stands below what is called as a rating, whose steps begin at 1."""
    last = next((value for value in reversed(values) if value not in off), 0)
    return {0, 1} <= {*values} and (
        (last == 10 and bool(RATED & words)) or (last in (5, 6, 7) and bool((RATED | AGREED) & words))
    )


def _below(column: Column, values: list[float]) -> list[float]:
    """Codes below zero, where nothing else is so low; of a scale of -1, 0 and 1 it is a step."""
    coded_so = column.numeric and 0 < column.below == column.negative and column.high != -column.low
    return ([value for value in values if value < 0] or [column.low]) if coded_so else []


def _highest(column: Column) -> list[float]:
    """The highest of many values, where it is one of the usual codes and is repeated; as the price of something it is one."""
    priced = vocabulary.touches(column.name, vocabulary.MONEY)
    return (
        [column.high] if measures.is_code_above(column) and len(column.levels) != column.distinct and not priced else []
    )


def _apart(table: "SourceTable", column: Column) -> dict[float, int]:
    """Repeated numbers of a measure behind a gap that is wider than all other values together, with their rows; prices may leave one.

    Such are 999.9 above weights, and 0 below temperatures; 0 below what is counted is one of them.
    """
    words = set(vocabulary.tokens(column.name))
    if not column.numeric or column.distinct <= OTHERS or vocabulary.touches(column.name, vocabulary.MONEY):
        return {}
    told = table.rows(
        f"select v, n from (select {table.value(column.name)} as v, count(*) as n from {{table}} group by 1) where v is not null"
        f" qualify row_number() over (order by v) <= {OTHERS} or row_number() over (order by v desc) <= {OTHERS} order by v"
    )
    left: dict[float, int] = {float(v): int(n) for v, n in told}  # type: ignore[arg-type, call-overload]
    found: dict[float, int] = {}
    for downwards in (True, False):
        ordered = sorted(left, reverse=downwards)
        for many in (3, 2, 1):
            few, others = ordered[:many], ordered[many:]
            again = min(left[v] for v in few) >= REPEATED and sum(left[v] for v in few) <= RARE * column.filled
            if again and abs(others[0] - few[-1]) > abs(others[-1] - others[0]) > 0:
                found |= {v: left.pop(v) for v in few}
                break
    counted = not column.decimal or coded.COUNTS & words
    return {v: n for v, n in found.items() if v or not counted}


def _above(values: list[float], words: set[str]) -> list[float]:
    """Codes for no answer above a scale: of what is called as one all behind a gap, and a step more than usual; of other numbers known codes alone.

    Few things that are counted may leave a gap as well: of these a code is what is many times the highest of them.
    """
    steps = [value for value in values if value >= 0]
    for i in range(1, len(steps) - 1):
        above = steps[i + 1 :]
        if above[0] == steps[i] + 1:
            continue
        whole = steps[i] - steps[0] == i
        if SCALES & words and whole and i > 1 and (above[0] > steps[i] + UNCHOSEN or above[0] > ENDS[0][1]):
            return above
        if coded.UNKNOWN.issuperset(above):
            few = whole and not coded.COUNTS & words
            return above if few or above[0] >= SURELY > MOST * steps[i] else []
    if not (SCALES & words and steps) or steps[-1] - steps[0] >= len(steps) or steps[-1] > BEYOND:
        return []
    ends = [last for first, last in ENDS if first == steps[0] and last <= steps[-1]]
    return [value for value in steps if ends and value > ends[-1]]


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
            f" What came about, by a query in a file beside it, in place of the table, and --primary came_about: select *, 1 - {number} as came_about from {table.selected}"
            if number
            else ""
        )
        yield (
            f"Does 1 in '{name}' say that a time was cut off (censored) before anything came about? Then it is the opposite of an outcome{beside}.{query}"
        )
