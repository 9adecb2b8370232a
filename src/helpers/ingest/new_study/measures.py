"""Which columns of a unit table are outcomes, what stood before, segments, or nothing to rely on; and their metrics."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from helpers import defaults
from helpers.ingest.new_study import coded, owed, parts_of_dates, pieces, pieces_asked, surveys, vocabulary, worded
from helpers.ingest.new_study import harms as named
from helpers.ingest.new_study.profile import ABOVE, Column
from helpers.ingest.new_study.proposal import Measure, Noted
from helpers.ingest.sql import literal
from helpers.ingest.values import currency_names, scales
from helpers.ingest.values.number_formats import TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST_OUTCOMES, MOST_SEGMENTS, SEGMENT_LEVELS = 6, 6, 30
MISSING = 0.05
"""An outcome that is empty in a larger share of the rows is not proposed: null is not zero."""


@dataclass(frozen=True)
class Sorted:
    """Columns by what they can be, the first of each kind the likeliest; the rest with the reason why it is left out."""

    outcomes: tuple[Column, ...]
    before: tuple[Column, ...]
    segments: tuple[Column, ...]
    left: tuple[tuple[Column, str], ...]


MAY_BE = "a number that may be an attribute or an outcome; --outcome makes it a metric"
MAY_WEIGH = "weights of a survey, or what units weigh"
BELOW_ZERO = "below zero in"
EMPTY = "an outcome that is empty"
IN_WORDS = ("an outcome in words", "an outcome in codes")
MOSTLY_EMPTY = "mostly empty"
NUMBERS = "numbers"
NUMBERS_BUT = f"not used: {NUMBERS}, but for"
AUXILIARY = {"has", "is"}
"""Words before what happened, as before what somebody is."""
IDENTIFIED = 200
"""Whole numbers that are different in more rows than this, and none of them smaller, are no counts."""
NEARLY = 0.98
"""Share of the rows in which moments of what happened to all units stand."""


def sort(
    table: "SourceTable",
    columns: list[Column],
    together: frozenset[str] = frozenset(),
    earlier: frozenset[str] = frozenset(),
    stated: tuple[Column, ...] = (),
) -> Sorted:
    """Sort the columns that have no role by what their values and then their names say; where they stand says nothing.

    ``together`` are columns that are zero in the same rows as another one: what was bought, and what was paid for it. What may be an
    outcome as well as an attribute is one only where no other column is surer. ``earlier`` are those of a year before the experiment, ``stated`` what somebody said.
    """
    outcomes: list[Column] = []
    maybe: list[Column] = []
    before, segments, left = [], [], []
    for column in columns:
        reason = column.unread or unfit(column) + parts_of_dates.as_times(table, column)
        sure = standing(column, together)
        priced = "" if column.unread else pieces_asked.alone(table, [*columns, *stated], column)
        if reason and not (priced and reason.startswith(MOSTLY_EMPTY)):
            if column.has_time and column.filled < NEARLY * column.rows:
                reason += "; as an outcome (--outcome) it is yes where it stands, no where nothing does"
            elif sure is Standing.OUTCOME and column.empty_share > 0.5:
                reason += f"; null is not zero: {of_empty(column)}"
            left.append((column, reason))
        elif (
            weighing := _may_weigh(column) or priced or owed.told(columns, column) or surveys.filled_in(columns, column)
        ):
            left.append((column, weighing))
        elif column.numeric and (column.name in earlier or vocabulary.touches(column.name, vocabulary.BEFORE)):
            before.append(column)
        elif column.words and worded.ended(column):
            left.append((column, _in_words(column)))
        elif _few(column) and sure is Standing.ATTRIBUTE and (is_named(column) or not column.numeric):
            segments.append(column)
        elif (column.numeric or column.in_words) and sure in (Standing.OUTCOME, Standing.PERHAPS):
            reason = _no_outcome(column) or coded.told(column) if column.numeric else ""
            found = outcomes if sure is Standing.OUTCOME else maybe
            left.append((column, reason)) if reason else found.append(column)
        elif _few(column) and sure is Standing.OUTCOME and column.words:
            left.append((column, _in_words(column)))
        elif _few(column) and not column.numeric:
            segments.append(column)
        else:
            told = (
                MAY_BE
                if column.numeric
                else f"{NUMBERS}, but for {column.filled - column.numbers:,} of {column.filled:,} values"
                if column.numbers > 0.5 * column.filled
                else "text with many different values"
            )
            left.append((column, f"not used: {told}"))
    unread = any(
        (standing(c, together) is Standing.OUTCOME and told.startswith(IN_WORDS) and not harms(c))
        or told.startswith(pieces.OF_PIECE)
        for c, told in left
    )
    if not [c for c in outcomes if not harms(c)]:  # what is called so with some empty fields before what may be one
        some = [
            c
            for c, told in left
            if told.startswith(EMPTY) and not harms(c) and standing(c, together) is Standing.OUTCOME
        ]
        outcomes, left = [*outcomes, *some], [each for each in left if each[0] not in some]
    if (
        not [c for c in outcomes if not harms(c)] and maybe and not unread
    ):  # nothing takes the place of what cannot be read
        outcomes, maybe = [*outcomes, *maybe], []
    left += [
        (c, "not used: called as what came of the variant, so it is no segment; --outcome makes it a metric")
        for c in segments
        if came_of_it(c)
    ]
    segments = [c for c in segments if not came_of_it(c)]
    for column in maybe:
        if _few(column) and is_told(column) and not came_of_it(column):
            segments.append(column)
        else:
            left.append((column, f"not used: {MAY_BE}"))
    in_lines = {pieces.beside(columns, c) for c in columns if pieces.whole(columns)}  # behind what was paid for them
    outcomes.sort(key=lambda c: (*_order(c)[:3], c in in_lines, *_order(c)[3:]))
    segments.sort(key=lambda c: (c.distinct, c.name))
    left += [(c, f"not used: more than {MOST_OUTCOMES} metrics dilute each other") for c in outcomes[MOST_OUTCOMES:]]
    return Sorted(tuple(outcomes[:MOST_OUTCOMES]), tuple(before), tuple(segments), tuple(left))


def _in_words(column: Column) -> str:
    made = "numbers" if worded.numbers_with_words(column) else "1 and 0"
    return f"{IN_WORDS[0]} ({', '.join(map(vocabulary.printable, column.values[:3]))}), which is to be {made}"


def seldom(kinds: Sorted) -> list[Column]:
    """Columns that are called as an outcome and are empty in most rows, where nothing happened: the primary metric may be one."""
    return [
        c
        for c, reason in kinds.left
        if reason.startswith(MOSTLY_EMPTY) and c.numeric and standing(c) is not Standing.ATTRIBUTE
    ]


def is_yes(table: "SourceTable", column: Column) -> str:
    """SQL of whether a column of yes and no says yes."""
    text = f"lower({table.text(column.name)})"
    return f"coalesce({text} in ({', '.join(map(literal, ('1', '1.0', *TRUE)))}), false)"


class Standing(Enum):
    """What a column is: something that happened, something that may have, or something that a unit is."""

    OUTCOME = "outcome"
    PERHAPS = "perhaps"
    ATTRIBUTE = "attribute"


def standing(column: Column, together: frozenset[str] = frozenset()) -> Standing:
    """What a column is, by its name, by how it hangs together with others, and by its values."""
    kind = _class(column)
    outcome = kind < len(vocabulary.OUTCOME) or harms(column)
    if column.numeric and is_after(column):
        return Standing.OUTCOME
    if _few(column) and _describes(column, outcome=outcome):
        yes = column.binary or column.in_words
        return Standing.PERHAPS if yes and _said_of(column) <= AUXILIARY else Standing.ATTRIBUTE
    attribute = vocabulary.touches(column.name, vocabulary.ATTRIBUTE)
    if column.name in together and not attribute:
        return Standing.OUTCOME
    if _is_length(column) and column.numeric and not (column.binary or attribute):
        return Standing.OUTCOME
    happens = column.zero > 0 or column.decimal or column.in_words or column.distinct <= SOME
    named = outcome or (vocabulary.touches(column.name, vocabulary.MONEY) and happens)
    if named and (outcome or not attribute):
        return Standing.OUTCOME if happens or kind in DECIDED else Standing.PERHAPS
    if attribute:
        return Standing.ATTRIBUTE
    return Standing.PERHAPS if (column.numeric and happens) or column.in_words else Standing.ATTRIBUTE


def is_after(column: Column) -> bool:
    """Whether a column is called as a measure that was taken behind an experiment."""
    beside = vocabulary.BEFORE | vocabulary.ATTRIBUTE | vocabulary.NO_TIME_OF
    return vocabulary.touches(column.name, vocabulary.AFTER) and not vocabulary.touches(column.name, beside)


DECIDED = (0, 2)
"""Classes of outcomes that are such also where they are never zero: what was bought, and for how much."""
SOME = 2
"""Different values of what did or did not happen."""


def harms(column: Column) -> bool:
    """Whether a column is called as what a business wants less of."""
    return named.is_harm(column.name)


def unclear(outcomes: tuple[Column, ...], together: frozenset[str] = frozenset()) -> list[Column]:
    """The columns among which nothing tells the primary metric, those called a harm first, for that these are outcomes is sure."""
    good, bad = [c for c in outcomes if not harms(c)], [c for c in outcomes if harms(c)]
    if not good or any(standing(c, together) is Standing.OUTCOME for c in good):
        return []
    best = [c for c in good if _order(c)[:5] == _order(good[0])[:5]]
    return [*bad, *best] if bad or len(best) > 1 else []


def _order(column: Column) -> tuple[object, ...]:
    """The likeliest primary metric first: no harm, 0 and 1 before amounts before lengths of time, what a business decides by first."""
    numbers = vocabulary.numbers(column.name)
    yes = column.binary or column.in_words
    return (
        harms(column),
        _is_length(column),
        not yes,
        named.denies(column.name),
        _class(column),
        -max(numbers, default=0),
        [-n for n in numbers],  # of months the last, as nobody knows which came before the experiment
        column.name,
    )


def _is_length(column: Column) -> bool:
    """Whether a column is called as a length of time."""
    lengths = vocabulary.SECONDS | vocabulary.LENGTHS | vocabulary.OTHER_TIMES
    return bool(column.lasting) or any(vocabulary.is_said(token, lengths) for token in vocabulary.tokens(column.name))


def _describes(column: Column, *, outcome: bool) -> bool:
    """Whether the name is that of an attribute or a history; ``has_ordered`` is called as an outcome that happened."""
    said = vocabulary.touches(column.name, vocabulary.BEFORE | vocabulary.ATTRIBUTE)
    return said and not (
        outcome and (column.binary or column.in_words) and bool(_said_of(column)) and _said_of(column) <= AUXILIARY
    )


def _said_of(column: Column) -> set[str]:
    """Words of a name that say that something was before, or is an attribute."""
    return {
        t for t in vocabulary.tokens(column.name) if vocabulary.is_said(t, vocabulary.BEFORE | vocabulary.ATTRIBUTE)
    }


PER = {"per", "mean", "avg", "average", "rate", "share", "median"}
"""Words of a number that is already one of each unit."""


def per_unit_first(guessed: Sorted) -> Sorted:
    """The columns with means and rates before sums, where a row stands for many units, of which each row has its own number."""
    return replace(
        guessed, outcomes=tuple(sorted(guessed.outcomes, key=lambda c: not PER & set(vocabulary.tokens(c.name))))
    )


def is_named(column: Column) -> bool:
    """Whether a column is called as an attribute or the key of something, which numbers do not tell by themselves."""
    return vocabulary.touches(column.name, vocabulary.BEFORE | vocabulary.ATTRIBUTE | vocabulary.KEY)


def _may_weigh(column: Column) -> str:
    """That numbers may be the weights of a survey; empty where a name says whose they are, or they are no such numbers."""
    words = set(vocabulary.tokens(column.name))
    if not (words & vocabulary.WEIGHING and words <= vocabulary.OF_SURVEYS and column.numeric and column.low > 0):
        return ""
    return f"not used: {MAY_WEIGH}? As weights nothing takes them; --outcome makes it a metric"


def came_of_it(column: Column) -> bool:
    """Whether a column is called as an outcome, or as what a business wants less of, and not as an attribute."""
    said = harms(column) or _class(column) < len(vocabulary.OUTCOME)
    return said and not vocabulary.touches(column.name, vocabulary.BEFORE | vocabulary.ATTRIBUTE)


def is_told(column: Column) -> bool:
    """Whether a column of yes and no is called as what somebody is, or has, by that."""
    return (column.binary or column.in_words) and bool(AUXILIARY & set(vocabulary.tokens(column.name)))


def sure(guessed: Sorted, stated: list[Column], together: frozenset[str] = frozenset()) -> Sorted:
    """The columns without outcomes that may as well be attributes, where somebody ``stated`` one and so told which are."""
    maybe = [c for c in guessed.outcomes if standing(c, together) is not Standing.OUTCOME] if stated else []
    return replace(
        guessed,
        outcomes=tuple(c for c in guessed.outcomes if c not in maybe),
        left=(*guessed.left, *((c, f"not used: {MAY_BE}") for c in maybe)),
    )


def with_stated(guessed: Sorted, first: list[Column], last: list[Column], *, alone: bool) -> Sorted:
    """The columns with the outcomes that somebody stated: ``first`` before the guessed ones and ``last`` behind them, or
    ``alone``, in place of them."""
    room = 0 if alone else max(0, MOST_OUTCOMES - len(first) - len(last))
    why = "other outcomes were named" if alone else f"more than {MOST_OUTCOMES} metrics dilute each other"
    more = tuple((c, f"not used: {why}") for c in guessed.outcomes[room:])
    return replace(guessed, outcomes=(*first, *guessed.outcomes[:room], *last), left=(*guessed.left, *more))


def unfit(column: Column) -> str:
    """Why a column can be nothing at all; empty if it can."""
    if column.filled == 0:
        return "empty in all rows"
    if column.has_time and column.filled < NEARLY * column.rows:
        return f"a moment that is not used, empty in {column.empty_share:.0%} of the rows"
    if column.empty_share > 0.5:
        return f"{MOSTLY_EMPTY}: nothing in {column.empty_share:.0%} of the rows"
    if column.lasting == "clock":
        return "times of a day, or lengths of time: as an outcome (--outcome) they are read as seconds"
    if column.constant:
        empty = column.rows - column.filled
        return "constant: one value in all rows" + (f" but {empty:,}, which are empty" if empty else "")
    numbered = vocabulary.touches(column.name, vocabulary.KEY | {"index", "column", "row", "unnamed"})
    key = not column.numeric or (column.numbers == column.whole and numbered)
    if key and column.rows > 50 and column.distinct == column.filled and not column.levels:
        return "unique in every row: an identifier, not an attribute"
    if column.has_time or column.dates > 0.9 * column.filled:
        return "a moment that is not used"
    if column.binary and {"missing", "isna", "isnull"} & set(vocabulary.tokens(column.name)[-1:]):
        return "tells where another column is missing, which is no outcome"
    if (
        column.numeric
        and column.whole == column.numbers
        and column.distinct == column.filled > IDENTIFIED
        and column.low >= IDENTIFIED
        and not (is_money(column) and column.high - column.low > 2 * column.distinct)
    ):
        return "unique in every row: an identifier, not an attribute"
    return parts_of_dates.of(column)


def is_code_above(column: Column) -> bool:
    """Whether the largest value is one that often stands for something missing, and stands in more than one row."""
    repeated = max(1, 0.001 * column.filled) < column.above < 0.5 * column.filled and column.distinct > 5
    return column.numeric and repeated and column.high in ABOVE


def sentinels(column: Column) -> str:
    """Values that look like codes for something missing, in words; empty without any."""
    told = []
    if column.numeric and 0 < column.below == column.negative:
        told.append(f"{column.low:g} in {column.below:,} rows, the only values below zero")
    if is_code_above(column):
        told.append(f"{column.high:g} in {column.above:,} rows, the largest value")
    if column.placeholders and (column.numeric or column.distinct > 1):
        told.append(f"a word for nothing (N/A, null, ?) in {column.placeholders:,} rows")
    return " and ".join(told)


def metric(column: Column, name: str, role: str, stated: Noted = ("", "")) -> Measure:
    """How an outcome is measured: 0 and 1, and yes and no, as a proportion, other numbers as a mean, of money where they are money.

    ``stated`` is the unit that somebody gave it, and how that was said.

    >>> import math
    >>> some = Column("spend", "DOUBLE", 3, 9, 9, 9, 9, 4, 0, 3, 0, 0, 0, 0, 0, 0.0, 70.5, 3.0, 10.0, None, None)
    >>> made = metric(some, "spend", "secondary"); made.type, made.unit, made.winsorize
    ('mean', 'money', 'winsorize: 0.99  (the largest value, 70.5, is 7 times the 99 % quantile)')
    """
    if column.binary or column.in_words:
        return Measure(name, vocabulary.label(column.name), role, "proportion", name)
    unit, comment = stated if stated[0] else unit_of(column)
    heavy = ""
    if column.p99 > 0 and column.high > 5 * column.p99:
        heavy = (
            f"winsorize: {defaults.WINSORIZE_UPPER:g}  (the largest value, {column.high:,.10g}, is"
            f" {column.high / column.p99:,.0f} times the 99 % quantile)"
        )
    return Measure(
        name,
        f"{_label(column)} per unit",
        role,
        "mean",
        name,
        "sum",
        unit,
        winsorize=heavy,
        comment=comment,
    )


def _label(column: Column) -> str:
    """A column's name for people; of a length of time with what it is counted in."""
    label, span = vocabulary.label(column.name), vocabulary.span_of(column.name)
    told = span in label.lower() or bool({"ms", "hrs", "mins"} & set(vocabulary.tokens(column.name)))
    return f"{label} (in {span})" if span and not column.lasting and not told else label


def unit_of(column: Column) -> tuple[str, str]:
    """The unit of a mean, and a comment where it is a guess: money and seconds by name, a number by decimals, else a count."""
    if column.lasting:
        return "seconds", "lengths of time, read as seconds"
    if span := vocabulary.span_of(column.name):
        return "number", f"a length of time in {span}, as its name says"
    if vocabulary.touches(column.name, vocabulary.SECONDS):
        return "seconds", ""
    if any(vocabulary.is_said(t, vocabulary.LENGTHS) for t in vocabulary.tokens(column.name)):
        return (
            "seconds",
            "ASSUMED seconds: its name is that of a length of time; unit: number where it is in another unit",
        )
    if any(vocabulary.is_said(t, vocabulary.OTHER_TIMES) for t in vocabulary.tokens(column.name)):
        return "number", ""
    words = set(vocabulary.tokens(column.name))
    in_thousands = set(scales.BESIDE) if currency_names.named(column.name).counted else set()
    if words & vocabulary.REMADE - in_thousands:
        return "number", "no money: it is called as what is made of a number, on another scale or with its tail cut"
    of_what = {t for t in words if vocabulary.is_said(t, vocabulary.MONEY)} == {"total"} and len(words) > 1  # total_ads
    if vocabulary.touches(column.name, vocabulary.MONEY) and (
        column.decimal or not (of_what or vocabulary.touches(column.name, {"count", "orders"}))
    ):
        return "money", ""
    if column.decimal:
        return "number", "ASSUMED no money: its name says nothing of it; it has decimals, and counts have none"
    return "count", ""


def is_money(column: Column) -> bool:
    """Whether name and values both say that a column holds money."""
    return unit_of(column)[0] == "money" and vocabulary.touches(column.name, vocabulary.MONEY)


def is_segment(column: Column) -> bool:
    """Whether a column has few enough levels to cut by, and is no part of a date and no identifier."""
    return _few(column) and not (column.unread or unfit(column))


def _few(column: Column) -> bool:
    return bool(column.levels) and 2 <= column.distinct <= SEGMENT_LEVELS and not column.decimal


def _class(column: Column) -> int:
    return next(
        (i for i, some in enumerate(vocabulary.OUTCOME) if vocabulary.touches(column.name, some)),
        len(vocabulary.OUTCOME),
    )


def _no_outcome(column: Column) -> str:
    """Why a number cannot be an outcome as it is; empty if it can."""
    if sentinels(column) and column.below:
        return f"an outcome with a sentinel? {sentinels(column)}: write an empty field, or the real value"
    if column.negative:
        return f"{BELOW_ZERO} {column.negative:,} rows (refunds, or a score?): no outcome without data.negative: refund, which reads them as they are"
    if column.empty_share > MISSING:
        return f"{EMPTY} in {column.empty_share:.0%} of the rows; null is not zero: {of_empty(column)}"
    return ""


def of_empty(column: Column) -> str:
    """What reads a column with empty fields: as it is, or as one in which nothing happened there."""
    if column.constant:
        return "if an empty field means that it did not happen, --empty zero says so"
    return "--outcome takes the rows with a value; if nothing happened in the others, say missing: zero beside it, or --empty zero of the primary metric"
