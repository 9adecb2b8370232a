"""Which column is what, as far as name and content tell: unit, moment, event, variant; and the arms of a variant."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.ingest.levels import ODD
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm, Noted

MOST_ARMS = 6
RATIOS = (0.5, 2 / 3, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99)
"""Shares of the larger of two arms that experiments are designed with."""


def unit_of(columns: Sequence[Column]) -> Column | None:
    """The column that names the unit: by its name, filled in most rows, the surest name first."""
    return next(iter(units_of(columns)), None)


def units_of(columns: Sequence[Column]) -> list[Column]:
    """All columns whose names say equally well that they name the unit, and none says it better; else a key of all rows."""
    fit = [c for c in columns if c.filled > 0.5 * c.rows and c.distinct > MOST_ARMS and not c.has_time]
    named = [(vocabulary.names_a_unit(c.name), c) for c in fit]
    best = max((score for score, _ in named), default=0)
    keys = [c for c in fit if c.distinct == c.rows and vocabulary.KEY & set(vocabulary.tokens(c.name)[-1:])]
    return [c for score, c in named if score == best] if best else keys[:1]


def time_of(columns: Sequence[Column]) -> Column | None:
    """The column of moments: one that the warehouse can read, with the name of a time where there is one, before bare days."""
    timed = sorted((c for c in columns if c.has_time), key=lambda c: c.dates > 0.5 * c.moments)
    return next((c for c in timed if vocabulary.touches(c.name, vocabulary.TIME)), timed[0] if timed else None)


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


def event_of(columns: Sequence[Column]) -> Column | None:
    """The column of event names: text with 2 to 60 values, by its name, by a weak name and a value that is a step, or as
    most of its values are steps."""
    texts = [c for c in columns if c.words and c.distinct >= 2]
    sure = [c for c in texts if vocabulary.touches(c.name, vocabulary.EVENT)]
    maybe = [
        c
        for c in texts
        if vocabulary.touches(c.name, vocabulary.EVENT_WEAK)
        and any(vocabulary.touches(v, set(vocabulary.STEPS)) for v in c.values)
    ]
    steps = [
        c
        for c in texts
        if c.values and sum(vocabulary.touches(v, set(vocabulary.STEPS)) for v in c.values) > len(c.values) / 2
    ]
    return next(iter([*sure, *maybe, *steps]), None)


def variants_of(columns: Sequence[Column]) -> list[Column]:
    """Columns that may hold the variant, the likeliest first: a telling name, or a weaker one with telling levels."""

    def score(column: Column) -> int:
        name = (
            3
            if vocabulary.touches(column.name, vocabulary.VARIANT)
            else int(vocabulary.touches(column.name, vocabulary.VARIANT_WEAK))
        )
        control = [v for v in column.values if not vocabulary.CONTROL.isdisjoint(vocabulary.tokens(v)[:1])]
        return name + (2 if name and control and len(control) < column.distinct else 0)

    fit = [c for c in columns if c.levels and 2 <= c.distinct <= MOST_ARMS and not c.has_time]
    fit = [c for c in fit if not (c.decimal or c.negative) and not (c.numeric and score(c) < 3)]
    return sorted((c for c in fit if score(c) >= 3), key=lambda c: (-score(c), c.position))


def totals(variant: Column) -> list[str]:
    """Levels of a single row in a table of many: no arms, but rows of totals."""
    many = [level for level, n in variant.levels if n > 1]
    if len(many) < 2 or sum(n for _, n in variant.levels) < ODD:
        return []
    return [level for level, n in variant.levels if n == 1]


def spellings(variant: Column) -> tuple[Column, dict[str, str]]:
    """The column with each level once, as most rows write it, and the spellings that only capitals tell from it."""
    ranked = sorted(variant.levels, key=lambda level: (-level[1], level[0]))
    first: dict[str, str] = {}
    for level, _ in ranked:
        first.setdefault(level.casefold(), level)
    kept = tuple((level, sum(n for other, n in ranked if other.casefold() == key)) for key, level in first.items())
    if len(kept) < 2:
        return variant, {}
    others = {level: first[level.casefold()] for level, _ in ranked if first[level.casefold()] != level}
    return replace(variant, levels=kept, distinct=len(kept)), others


def named_controls(variant: Column) -> list[tuple[str, int]]:
    """The one level whose name says that it is the control, with its count; nothing where none does, or several do."""
    named = [level for level in variant.levels if not vocabulary.CONTROL.isdisjoint(vocabulary.tokens(level[0]))]
    sure = [level for level in named if vocabulary.tokens(level[0])[:1][0] in vocabulary.CONTROL] or named
    return sure if len(sure) == 1 else []


def arms_of(variant: Column, stated: Noted = ("", "")) -> tuple[list[Arm], str]:
    """The arms, control first, with the designed weights nearest to the counts, and why this one is the control.

    ``stated`` is the level that somebody calls the control, and how it was said.
    """
    levels = sorted(variant.levels)
    sure = named_controls(variant)
    if stated[0]:
        control = next(level for level in levels if level[0] == stated[0])
        why = f"'{vocabulary.printable(control[0])}' is the control, {stated[1]}"
    elif sure:
        control, why = sure[0], f"'{vocabulary.printable(sure[0][0])}' is taken as the control, by its name"
    elif max(n for _, n in levels) > 1.5 * sorted(n for _, n in levels)[-2]:
        control = max(levels, key=lambda level: level[1])
        why = f"'{vocabulary.printable(control[0])}' is taken as the control because it is the largest; no name says so"
    else:
        control = levels[0]
        why = f"'{vocabulary.printable(control[0])}' is taken as the control because it comes first; no name says so"
    ordered = [control, *(level for level in levels if level is not control)]
    weights = designed([n for _, n in ordered])
    names = ["control", "treatment"] if len(ordered) == 2 else []
    for level, _ in ordered[len(names) :]:
        names.append(vocabulary.slug(level, set(names)))
    arms = [Arm(n, level, count, w) for n, (level, count), w in zip(names, ordered, weights, strict=True)]
    return arms, why


def designed(counts: Sequence[int]) -> list[float]:
    """The designed weights nearest to the sizes of the arms: equal ones, or one arm larger and the others equal.

    Never the observed shares themselves: a test for a sample ratio mismatch against those could not fail.

    >>> designed([44_700, 45_489]), designed([9_100, 1_010])
    ([0.5, 0.5], [0.9, 0.1])
    >>> [round(w, 3) for w in designed([21_306, 21_307, 21_387])]
    [0.333, 0.333, 0.333]
    """
    arms, total = len(counts), sum(counts)
    largest = max(range(arms), key=lambda i: counts[i])
    shares = [1 / arms, *(r for r in RATIOS if r > 1 / arms)]
    options = [[share if i == largest else (1 - share) / (arms - 1) for i in range(arms)] for share in shares]
    best = min(options, key=lambda w: max(abs(n / total - x) for n, x in zip(counts, w, strict=True)))
    return [round(w, 10) for w in best]
