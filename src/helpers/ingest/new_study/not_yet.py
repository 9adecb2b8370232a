"""Levels of a variant's column that stand before a unit was assigned, or say that it was not: they are no arm."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.ingest.levels import NOTHING
from helpers.ingest.new_study import languages, vocabulary, ways
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

ALONE = {
    "unassigned",
    "unallocated",
    "unenrolled",
    "unbucketed",
    "unrandomised",
    "unrandomized",
    "notassigned",
    "notintest",
}
"""Words that say by themselves that no arm was assigned,"""
NO = languages.words("not no non nicht kein keine sans pas hors sin no nao sem senza niet geen")
"""those that say it before"""
WAS = languages.words(
    "assigned allocated enrolled bucketed randomised randomized eligible experiment test variant variation participating"
    " zugewiesen zugeteilt randomisiert teilnehmer versuch variante zuteilung assigne assignee attribue affecte essai asignado asignada prueba asignar variante"
    " assegnato assegnata esperimento atribuido atribuida designado teste toegewezen experimento experience"
)
"""these,"""
BESIDE = languages.words(
    "in im of part the a an au del di do da en nel aan le la el yet noch encore aun ancora ainda any"
)
"""and what stands between them."""
MOVED, FIRST = 0.5, 0.99
"""Share of the units with a level that go on to another one, at least half, and of these those in which it stands before all others, at least."""
STAYING = 0.5
"""Of units that have rows to the end those that keep such a level, up to which part of the largest arm: more may be an arm."""
STAY = 0.01
"""Share of the units that never have a variant, from which on it is asked why."""
ONLY_BEFORE = 0.95
"""Share of the units that met an event only before their assignment, from which on it is no exposure."""


def says_so(level: str) -> bool:
    """Whether a level says that no arm was assigned.

    >>> [says_so(x) for x in ("unassigned", "not_in_test", "Nicht zugewiesen", "non assigné", "sin variante", "no discount", "no", "test")]
    [True, True, True, True, True, False, False, False]
    """
    found = set(vocabulary.tokens(level))
    if "".join(vocabulary.tokens(level)) in ALONE:
        return True
    return bool(found & NO and found & WAS) and found <= NO | WAS | BESIDE


def words(variant: Column) -> frozenset[str]:
    """Words of the column's levels that tell no variant, in small letters."""
    said = [level for level, _ in variant.levels if says_so(level)] if variant.distinct > 2 else []
    return NOTHING | {level.casefold() for level in (*said, *variant.unassigned)}


def marked(
    table: "SourceTable",
    columns: Sequence[Column],
    unit: Column,
    moment: str,
    variants: Sequence[Column],
    *,
    to_the_end: bool = False,
) -> list[Column]:
    """The columns, of which those of variants know their levels that in each unit stand only before the first other one.

    ``moment`` is SQL of the order of the rows. Where units have rows ``to_the_end``, as in a panel, a level that many of them
    keep is an arm.
    """
    found = {
        c.name: replace(c, unassigned=before)
        for c in variants
        if (before := _before(table, unit, moment, c, STAYING if to_the_end else math.inf))
    }
    return [found.get(c.name, c) for c in columns]


def _before(table: "SourceTable", unit: Column, moment: str, variant: Column, staying: float) -> tuple[str, ...]:
    known = words(variant)
    left = {level.casefold() for level, _ in variant.levels} - known
    if len(left) < 3:
        return ()
    who, arm, looked = table.text(unit.name), f"lower({table.text(variant.name)})", ways.some(table, unit)[0]
    rows = table.rows(
        f"""with met as (select {who} as who, {arm} as arm, min(moment) as first_at, max(moment) as last_at
            from (select *, {moment} as moment from {{table}})
            where {who} is not null and {arm} in ({_listed(left)}) and {looked} group by 1, 2),
        placed as (select *, lead(first_at) over by_time as next_at, lead(arm) over by_time as next, count(*) over (partition by who) as n,
            row_number() over by_time as turn from met window by_time as (partition by who order by first_at, last_at))
        select arm, count(*), count(*) filter (n > 1), count(*) filter (n > 1 and turn = 1 and last_at <= next_at), count(distinct next) from placed group by 1"""
    )
    counts = {str(level): [int(n) for n in told] for level, *told in rows}  # type: ignore[call-overload]

    def is_left(level: str) -> bool:
        units, moved, first, others = counts[level]
        largest = max((n for other, (n, *_) in counts.items() if other != level), default=0)
        goes_on = moved >= MOVED * units and units - moved <= staying * largest
        return bool(goes_on and first >= FIRST * moved > 0 and others > 1)

    told = [
        level for level in counts if is_left(level) and not vocabulary.touches(level, languages.ITSELF | {"control"})
    ]
    return tuple(told) if len(told) == 1 else ()


def only_before(
    table: "SourceTable", unit: Column, time: Column, event: Column, variant: Column, logged: dict[str, str]
) -> list[str]:
    """Events, by the study's names, that units with a variant meet only before the first row that tells it: none is an exposure."""
    nothing = words(variant)
    if variant.filled == variant.rows and not any(level.casefold() in nothing for level, _ in variant.levels):
        return []
    who, what, arm = table.text(unit.name), table.text(event.name), f"lower({table.text(variant.name)})"
    rows = table.rows(
        f"""with met as (select {who} as who, {what} as what, min(moment) filter ({arm} not in ({_listed(nothing)})) as told_at, max(moment) as last_at
            from (select *, {ways.moment_of(table, time)} as moment from {{table}}) where {who} is not null and {ways.some(table, unit)[0]} group by 1, 2),
        placed as (select *, min(told_at) over (partition by who) as assigned_at from met)
        select what, avg((last_at < assigned_at)::integer) from placed where assigned_at is not null and what is not null group by 1"""
    )
    shares = {str(what): float(share or 0) for what, share in rows}  # type: ignore[arg-type]
    return [name for name, level in logged.items() if shares.get(level, 0) >= ONLY_BEFORE]


def asked(table: "SourceTable", unit: Column, variant: Column, nothing: Sequence[str]) -> list[str]:
    """What is asked of units of which no row tells a variant: each holds a word for ``nothing``, which is no arm of them, or an empty field."""
    arm, known = f"lower({table.text(variant.name)})", _listed({"", *(level.casefold() for level in nothing)})
    stay, empty, units = (
        int(n)  # type: ignore[call-overload]
        for n in table.rows(
            f"select count(*) filter (k = 0), count(*) filter (n = 0), count(*) from (select count(*) filter ({arm} not in ({known})) as k, count({arm}) as n"
            f" from {{table}} where {table.text(unit.name)} is not null group by {table.text(unit.name)})"
        )[0]
    )
    if stay <= STAY * units:
        return []
    said = " or ".join([*(f"'{vocabulary.printable(level)}'" for level in nothing), *["an empty field"] * (empty > 0)])
    return [
        f"Why do {stay:,} of {units:,} units say nothing but {said}? They are in no arm and left out, which is right"
        " only where nothing that they did, or did not do, kept them from one."
    ]


def _listed(levels: Collection[str]) -> str:
    return ", ".join(map(literal, sorted(levels)))
