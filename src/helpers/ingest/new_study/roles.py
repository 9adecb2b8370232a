"""Which column is what, as far as name and content tell: unit, moment, event, variant; and the arms of a variant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from helpers.ingest.levels import ODD
from helpers.ingest.new_study import arm_words, calendars, controls, deliveries, not_yet, planned, spellings, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm, Noted
from helpers.ingest.new_study.weights import designed

MOST_ARMS = 6


def unit_of(columns: Sequence[Column]) -> Column | None:
    """The column that names the unit, the surest first."""
    return next(iter(units_of(columns)), None)


def units_of(columns: Sequence[Column]) -> list[Column]:
    """All columns that name the unit equally well, none of which does so better: by values that tell rows or groups of rows
    apart, among these by name.

    A column that is called as a unit's id comes before one that is only unique in every row, a key before a row number.
    """
    fit = [c for c in columns if _identifies(c)]
    named = [(vocabulary.names_a_unit(c.name), c) for c in fit]
    best = max((score for score, _ in named), default=0)
    if best > 1:
        found = [c for score, c in named if score == best]
        persons = [c for c in found if not vocabulary.touches(c.name, vocabulary.DEVICE) and c.filled > UNIQUE * c.rows]
        return sorted(persons or found, key=lambda c: (-c.distinct, c.name))
    unique = _unique(fit)
    repeated = [
        c
        for c in fit
        if not (c.levels or c in unique or _of_another(c) or _is_trait(c)) and c.distinct < REPEATED * c.filled
    ]
    if all(_rank(c) < 2 for c in unique) and (keyed := [c for c in repeated if _keyed(c)] or repeated):
        return sorted(keyed, key=lambda c: (-c.distinct, c.name))[:1]  # rows are events, orders, days of it
    return _best(unique)


def key_of(columns: Sequence[Column]) -> Column | None:
    """The column that is different in every row and most like the unit's; None without one."""
    return next(iter(_best(_unique([c for c in columns if _identifies(c)]))), None)


def _unique(columns: list[Column]) -> list[Column]:
    return [c for c in columns if (c.counted or c.levels) and c.distinct == c.filled and c.filled > UNIQUE * c.rows]


def _best(unique: list[Column]) -> list[Column]:
    ranked = sorted(((-_rank(c), c.name, c) for c in unique), key=lambda told: told[:2])
    return [c for rank, _, c in ranked if rank == ranked[0][0]]


REPEATED = 0.9
"""Rows of which a larger share has a value of its own are not those of a log."""
UNIQUE = 0.98
"""Share of the rows that a key fills; a total or a note below may have none."""


def _identifies(column: Column) -> bool:
    """Whether values can be those of an id: many, none of them a moment or an amount."""
    measured = not _keyed(column) and vocabulary.touches(column.name, vocabulary.MONEY.union(*vocabulary.OUTCOME))
    amount = (
        column.numeric and (column.decimal or column.negative or measured) and vocabulary.names_a_unit(column.name) < 2
    )
    return column.filled > 0.5 * column.rows and column.distinct > MOST_ARMS and not column.has_time and not amount


def is_key(column: Column) -> bool:
    """Whether a column is called as a unit or a key is, not only different in every row."""
    return vocabulary.names_a_unit(column.name) > 0 or _keyed(column)


def _keyed(column: Column) -> bool:
    return any(vocabulary.is_said(token, vocabulary.KEY) for token in vocabulary.tokens(column.name))


def _is_trait(column: Column) -> bool:
    """Whether a column is called as an attribute, an amount or a text of somebody's own."""
    said = vocabulary.ATTRIBUTE | vocabulary.MONEY | vocabulary.BEFORE | vocabulary.TIME | vocabulary.REMARK
    return vocabulary.touches(column.name, said) or (column.numeric and not _keyed(column))


def _of_another(column: Column) -> bool:
    """Whether a column is called as the key of an event, an order, a session."""
    another = (
        vocabulary.SESSION
        | vocabulary.PRODUCT
        | vocabulary.ORDER
        | {"event", "message", "insert", "request", "row", "hit"}
    )
    return vocabulary.touches(column.name, another)


def is_running(column: Column) -> bool:
    """Whether whole numbers count the rows, from 0 or 1."""
    return (
        column.numeric and column.low in (0, 1) and column.high - column.low == column.filled - 1 == column.distinct - 1
    )


def _rank(column: Column) -> int:
    """How well a unique column does as the unit's: a key of it, any text or number, another thing's key, a row number."""
    if is_running(column):
        return 0
    if _of_another(column) or vocabulary.is_phone(column.name) or vocabulary.touches(column.name, vocabulary.ATTRIBUTE):
        return 1
    return 3 if _keyed(column) else 2


def time_of(columns: Sequence[Column]) -> Column | None:
    """The column of moments: one that the warehouse can read, which stands in all rows before one that does not, with the
    name of a time where there is one, before bare days. What is empty for many rows is when something happened to others:
    it comes after all that is not; and the moment at which rows were sent, received or loaded after that of what happened.
    """
    found = [c for c in columns if c.has_time and not (_is_since(c) or calendars.is_of_none(c))]
    found = [c for c in found if not happens(c)] or found
    last = deliveries.last_of(found)
    ranked = sorted(
        found,
        key=lambda c: (
            c in last, not stands_in_all(c), not vocabulary.touches(c.name, vocabulary.TIME) or deliveries.rank(c) > 1,
            c.dates > 0.5 * c.moments, deliveries.rank(c), c.name,
        ),
    )  # fmt: skip
    return ranked[0] if ranked else None


MOSTLY = 0.9
"""Share of the rows that hold a moment, at least, where it is that of each row."""


def stands_in_all(time: Column) -> bool:
    """Whether a moment stands in each row, but for notes and totals below a table."""
    return time.filled >= UNIQUE * time.rows


def happens(column: Column) -> bool:
    """Whether a column holds the moment of what happened in some rows, and is empty in the others."""
    return column.has_time and column.filled < MOSTLY * column.rows


LONG = timedelta(days=120)
"""Days of signing up lie further apart than those of an experiment."""


def _is_since(column: Column) -> bool:
    """Whether bare days far apart are called as those since which a unit is there."""
    apart = column.first and column.last and column.last - column.first > LONG
    return bool(apart) and column.dates > 0.5 * column.moments and vocabulary.touches(column.name, vocabulary.SINCE)


def time_format(time: Column | None) -> Noted:
    """How the times are written, as far as a study must say it, and what tells it."""
    if time is None:
        return "", ""
    return time.times.order or time.times.format, time.told.lstrip(", ") or "as it was said"


def read_as(time: Column) -> str:
    """The same in words, before the time zone."""
    written, why = time_format(time)
    days = "days without a time of day, " if time.dates == time.moments else ""
    return f"{written.replace('_', ' ')}, {why}; {days}" if written else days


OFTEN, EVER = 0.2, 0.01
"""Share of the units within which a column changes that is no attribute of theirs; and that is not always the same."""


def event_of(columns: Sequence[Column], changes: Mapping[str, float] | None = None) -> Column | None:
    """The column of event names: text with 2 to 60 values that change within a unit, where that is known; among these by its
    name, by values that are steps, else the only one that often changes."""
    texts = [c for c in columns if c.words and c.distinct >= 2 and (changes is None or changes.get(c.name, 0) > EVER)]
    texts = [
        c
        for c in texts
        if vocabulary.touches(c.name, vocabulary.EVENT) or not vocabulary.touches(c.name, vocabulary.VARIANT)
    ]
    often = [] if changes is None else [c for c in texts if changes[c.name] > OFTEN]
    steps = set(vocabulary.STEPS)

    def score(column: Column) -> float:
        share = sum(vocabulary.touches(v, steps) for v in column.values) / len(column.values)
        if vocabulary.touches(column.name, vocabulary.EVENT):
            return 4 + share
        if vocabulary.touches(column.name, vocabulary.EVENT_WEAK) and (share or column in often):
            return 3 + share
        return 2 + share if share > 0.5 else 0

    ranked = sorted(((score(c), c) for c in texts), key=lambda told: (-told[0], told[1].name))
    if ranked and ranked[0][0]:
        return ranked[0][1]
    return often[0] if len(often) == 1 and not often[0].in_words else None


def variants_of(columns: Sequence[Column]) -> list[Column]:
    """Columns that may hold the variant, the likeliest first: a telling name, a weaker one with telling levels, or levels that
    are those of an experiment whatever the name is."""
    fit = [(c, meant(c)[0]) for c in columns if c.levels and 2 <= c.distinct <= 2 * MOST_ARMS + 1 and not c.has_time]
    told = [(_variant_score(m), c) for c, m in fit if m.distinct <= MOST_ARMS and not (m.decimal or m.negative)]
    fitting = [(score, c) for score, c in told if score >= 3]
    alike = {
        c.name: [other for _, other in fitting if other is not c and {*c.values} == {*other.values}] for _, c in fitting
    }

    def rank(told: tuple[int, Column]) -> tuple[bool, bool, int, int, str]:
        score, column = told
        others = alike[column.name]  # of two columns of the same arms, what was assigned goes before what was taken up
        ahead = [planned.comes_first(column.name, other.name) for other in others]
        last = (bool(others) and _taken_up(column)) or (False in ahead and True not in ahead)
        first = (bool(others) and _assigned(column)) or (True in ahead and False not in ahead)
        return (last, not first, -score, -column.filled, column.name)

    return [column for _, column in sorted(fitting, key=rank)]


def _assigned(column: Column) -> bool:
    """Whether a column is called as what was assigned, which is the variant whatever units got in the end."""
    attribute = vocabulary.ATTRIBUTE | vocabulary.PRODUCT
    return vocabulary.touches(column.name, vocabulary.ASSIGNED) and not vocabulary.touches(column.name, attribute)


def _of_something_else(column: Column) -> bool:
    """Whether what was assigned is something else than an arm, as an ``assigned_agent``, or how many units were: no variant."""
    plain = vocabulary.VARIANT - vocabulary.ASSIGNED
    if not vocabulary.touches(column.name, vocabulary.ASSIGNED) or vocabulary.touches(column.name, plain):
        return False
    known = vocabulary.ASSIGNED | arm_words.OF_GROUPS | arm_words.GOT
    return (column.numeric and column.high > MOST_ARMS) or not all(
        vocabulary.is_said(t, known) for t in vocabulary.tokens(column.name)
    )


def _taken_up(column: Column) -> bool:
    """Whether a column is called as what units got in the end: the variant only where nothing else is."""
    return vocabulary.touches(column.name, vocabulary.TAKEN_UP) and not _assigned(column)


def _variant_score(column: Column) -> int:
    """3 and more of a column that holds the variant, as far as its name and its levels tell.

    A name that says so tells more than a weak one with levels of which one is left when the others are called new.
    """
    if controls.are_lists(column.values):
        return 0
    attribute = vocabulary.touches(column.name, vocabulary.ATTRIBUTE - vocabulary.ASKS | vocabulary.PRODUCT)
    named = vocabulary.touches(column.name, vocabulary.VARIANT)
    called = named and not attribute  # an age_group is none
    if called and _of_something_else(column):
        return 0 if column.numeric else 1
    name = 4 if called else int(named or vocabulary.touches(column.name, vocabulary.VARIANT_WEAK))
    control = controls.control_of(column.values, column.name) is not None
    if column.numeric or column.in_words:
        return name + control if called else 3 * _asks_for_the_control(column)
    if controls.is_pair(column.values) and not attribute:
        return max(name, 3) + 3
    if not attribute and controls.are_lettered(column.values) and arm_words.is_of_a_mail(column.name):
        return 3
    return name + 1 + control if name and control else name


def _asks_for_the_control(column: Column) -> bool:
    """Whether a column of yes and no is called as one that says who is the control, and as nothing else."""
    answers = column.binary or column.in_words
    asked = controls.asked_by(column.name) is controls.WhoseYes.CONTROL
    return answers and asked and not vocabulary.touches(column.name, vocabulary.BEFORE)


def totals(variant: Column) -> list[str]:
    """Levels of a single row in a table of many: no arms, but rows of totals."""
    many = [level for level, n in variant.levels if n > 1]
    if len(many) < 2 or sum(n for _, n in variant.levels) < ODD:
        return []
    return [level for level, n in variant.levels if n == 1]


def meant(variant: Column) -> tuple[Column, dict[str, str], list[str]]:
    """The column with each level once, as most rows write it; the spellings of it in other capitals, and with a slip of the pen;
    words for nothing."""
    nothing = (
        [level for level, _ in variant.levels if level.casefold() in not_yet.words(variant) - {""}]
        if variant.distinct > 2
        else []
    )
    nothing = [level for level in nothing if not _got_nothing(variant, level, nothing)]
    ranked = sorted(
        (told for told in variant.levels if told[0] not in nothing), key=lambda level: (-level[1], level[0])
    )
    first: dict[str, str] = {}
    for level, _ in ranked:
        first.setdefault(level.casefold(), level)
    counts = {level: sum(n for other, n in ranked if other.casefold() == key) for key, level in first.items()}
    slips = spellings.slips(counts)
    first = {key: slips.get(level, level) for key, level in first.items()}
    kept = tuple(
        (level, n + sum(counts[slip] for slip, of in slips.items() if of == level))
        for level, n in counts.items()
        if level not in slips
    )
    if len(kept) < 2:
        return variant, {}, []
    others = {level: first[level.casefold()] for level, _ in ranked if first[level.casefold()] != level}
    return replace(variant, levels=kept, distinct=len(kept)), others, nothing


def _got_nothing(variant: Column, level: str, nothing: list[str]) -> bool:
    """Whether ``none`` is an arm, of those who got nothing: as large as the others, of which none is called the control."""
    if level.casefold() in variant.unassigned:
        return False
    others = {other: n for other, n in variant.levels if other not in nothing}
    size = dict(variant.levels)[level]
    by_name = vocabulary.touches(level, vocabulary.CONTROL) and controls.by_word([*others]) is None
    return len(others) > 1 and by_name and 2 * size > min(others.values())


def named_controls(variant: Column) -> list[tuple[str, int]]:
    """The one level that is the control by its meaning, with its count; nothing where none does, or several do."""
    control = controls.control_of(variant.values, variant.name)
    return [level for level in variant.levels if level[0] == control]


def largest(variant: Column) -> tuple[str, int] | None:
    """The one arm that was planned larger than at least two others, as a control is; None where sizes do not tell."""
    counts = sorted(variant.levels, key=lambda level: -level[1])
    return counts[0] if len(counts) > 2 and counts[0][1] > 1.5 * counts[1][1] else None


def arms_of(variant: Column, stated: Noted = ("", "")) -> tuple[list[Arm], str]:
    """The arms, control first, with the designed weights nearest to the counts, and why this one is the control.

    ``stated`` is the level that somebody calls the control, and how it was said.
    """
    levels = sorted(variant.levels)
    sure, big = named_controls(variant), largest(variant)
    if stated[0]:
        control = next(level for level in levels if level[0] == stated[0])
        why = f"'{vocabulary.printable(control[0])}' is the control, {stated[1]}"
    elif sure:
        told = controls.said_by(sure[0][0], variant.values, variant.name)
        control, why = sure[0], f"'{vocabulary.printable(sure[0][0])}' is taken as the control, {told}"
    elif big:
        control = big
        why = f"'{vocabulary.printable(control[0])}' is taken as the control because it is the largest; no name says so"
    else:
        control = max(levels, key=lambda level: level[1])
        why = f"'{vocabulary.printable(control[0])}' is taken as the control, a guess: no name says so"
    ordered = [control, *(level for level in levels if level is not control)]
    weights = designed([n for _, n in ordered])
    names = ["control", "treatment"] if len(ordered) == 2 else []
    for level, _ in ordered[len(names) :]:
        names.append(vocabulary.slug(level, set(names)))
    arms = [Arm(n, level, count, w) for n, (level, count), w in zip(names, ordered, weights, strict=True)]
    return arms, why
