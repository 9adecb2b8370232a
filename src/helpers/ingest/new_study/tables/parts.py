"""Which table is what: one says who was assigned, others what units did, one what they are like."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.errors import ReportError
from helpers.ingest.new_study import cuts, measures, roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables import keys
from helpers.ingest.new_study.tables.keys import Joined
from helpers.ingest.new_study.tables.seen import TableSeen, written
from helpers.ingest.sql import quoted

ASSIGNING = {"assignment", "assignments", "assigned", "exposure", "exposures", "exposed", "experiment", "experiments", "variant",
             "variants", "bucket", "buckets", "bucketing", "allocation", "allocations", "abtest", "ab", "split", "enrollment",
             "enrollments", "zuweisung", "zuweisungen", "gruppen"}  # fmt: skip
"""Words in the name of a table that says who was assigned."""
COVERED = 0.9
"""A table with a row a unit that knows so many of the assigned units describes them."""


@dataclass(frozen=True)
class Divided:
    """The tables by role, each with the column of its unit and what tells it; ``describes`` is None without such a table."""

    assignments: TableSeen
    variant: Column
    joined: Joined
    others: tuple[TableSeen, ...]
    describes: int | None

    @property
    def facts(self) -> list[int]:
        return [number for number in range(len(self.others)) if number != self.describes]

    @property
    def unit(self) -> Column:
        return self.joined.unit


def divided(tables: Sequence[TableSeen], said: Said) -> Divided:
    """The tables by role. Raises where no table, or more than one, says who was assigned, and where none holds facts."""
    assignments, variant = _assignments(tables, said)
    others = tuple(seen for seen in tables if seen is not assignments)
    joined = keys.of(assignments, variant, others, said)
    describing = [n for n in range(len(others)) if _describes(others[n], joined.others[n], joined.shares[n])]
    if len(describing) > 1:
        named = " and ".join(others[n].called for n in describing)
        raise ReportError(
            f"{named} both hold a row a unit that describes it", expected="one table of what units are like",
            remedy="join them by the unit to one table, or leave one of them out",
        )  # fmt: skip
    found = Divided(assignments, variant, joined, others, next(iter(describing), None))
    if not found.facts and _is_log(assignments, joined.unit, variant):
        own = Joined(joined.unit, (*joined.others, joined.unit), (*joined.shares, (1.0, 1.0)))
        return replace(found, joined=own, others=(*others, assignments))
    if not found.facts:
        raise ReportError(
            "no table says what units did after they were assigned",
            got=", ".join(f"{seen.called} ({what})" for seen, what in [(assignments, "assignments"), *((others[n], "units") for n in describing)]),
            expected="a table of orders, events or sessions beside the assignments: the unit, a time, an amount",
            remedy=f"add it; where {assignments.called} holds the outcomes itself, give that file alone"
            + "".join(f"; where {others[n].called} does, a query in a file in place of both: {_one(assignments, joined.unit, others[n], joined.others[n])}"
                      for n in describing),
        )  # fmt: skip
    return found


def _one(assignments: TableSeen, unit: Column, other: TableSeen, key: Column) -> str:
    """The query that makes one table of the assignments and of what is known of their units: who has no row there stays."""
    ours, theirs = written("assigned", assignments, unit), written("known", other, key)
    tables = f"{assignments.source.selected} as assigned left join {other.source.selected} as known"
    if unit.name == key.name and unit.kind == key.kind and ours.startswith("assigned.") and theirs.startswith("known."):
        return f"select * from {tables} using ({quoted(unit.name)})"
    if unit.kind != key.kind:
        ours, theirs = f"{ours}::varchar", f"{theirs}::varchar"
    return f"select assigned.*, known.* exclude ({quoted(key.name)}) from {tables} on {ours} = {theirs}"


def _is_log(seen: TableSeen, unit: Column, variant: Column) -> bool:
    """Whether the rows of the assignments are events too, so that they hold what units did."""
    event = roles.event_of([c for c in seen.columns if c is not unit and c is not variant])
    return event is not None and unit.distinct < 0.9 * unit.filled


def _assignments(tables: Sequence[TableSeen], said: Said) -> tuple[TableSeen, Column]:
    """The table that holds the variant, and that column."""
    found: list[tuple[float, TableSeen, Column]] = []
    for seen in tables:
        told = seen.told(said.variant)
        variants = [told] if told else [c for c in roles.variants_of(seen.columns) if not said.variant]
        for column in variants[:1]:
            found.append((_likely(seen, column), seen, column))
    if not found:
        raise ReportError(
            "no table says who was assigned to which variant",
            got="; ".join(
                f"{seen.called}: {', '.join(vocabulary.printable(c.name) for c in seen.columns[:12])}"
                for seen in tables
            ),
            expected=f"a table with the unit and a column such as 'variant' or 'group', of 2 to {roles.MOST_ARMS} levels",
            remedy="name that column: --variant COLUMN; or add the table of assignments",
        )
    found.sort(key=lambda each: -each[0])
    if len(found) > 1 and found[0][0] == found[1][0]:
        raise ReportError(
            "two tables may say who was assigned to which variant",
            got=" and ".join(
                f"'{vocabulary.printable(c.name)}' in {seen.called} ({_levels(c)})" for _, seen, c in found[:2]
            ),
            expected="one of them",
            remedy="name its column: --variant COLUMN",
        )
    return found[0][1], found[0][2]


def _likely(seen: TableSeen, variant: Column) -> float:
    """How likely a table is that of the assignments, by its columns and its name."""
    named = 2.0 * vocabulary.touches(variant.name, vocabulary.VARIANT)
    controlled = 2.0 * bool(roles.named_controls(variant))
    called = 3.0 * bool(ASSIGNING & set(vocabulary.tokens(seen.name)))
    timed = 1.0 * any(c.has_time for c in seen.columns)
    return named + controlled + called + timed + 1 / len(seen.columns)


def _levels(column: Column) -> str:
    return ", ".join(vocabulary.printable(level) for level in column.values[:4])


def _describes(seen: TableSeen, unit: Column, shares: tuple[float, float]) -> bool:
    """A row a unit, nearly all of the assigned ones, and something that describes them."""
    whole = unit.distinct >= 0.98 * unit.filled
    others = [c for c in seen.columns if c is not unit and c.filled]
    words = any(is_attribute(c) or not (c.numeric or c.has_time) for c in others)
    return whole and shares[1] >= COVERED and words


def is_attribute(column: Column) -> bool:
    """Whether a column has a few levels that describe a unit, and no outcome of it."""
    few = (
        bool(column.levels)
        and 2 <= column.distinct <= measures.SEGMENT_LEVELS
        and not (column.decimal or column.has_time)
    )
    outcome = any(vocabulary.touches(column.name, words) for words in vocabulary.OUTCOME)
    return (
        few
        and not measures.unfit(column)
        and not (outcome and column.numeric)
        and not vocabulary.touches(column.name, vocabulary.MONEY)
        and cuts.fit(column)
    )
