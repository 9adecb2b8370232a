"""Tables whose rows are counts of many units each, and what is proposed of them."""

from dataclasses import replace

from helpers.ingest.counts.table import LONGEST
from helpers.ingest.new_study import (
    aggregates,
    asking,
    counted_rows,
    counted_totals,
    refusals,
    roles,
    sound_rows,
    vocabulary,
)
from helpers.ingest.new_study.known import Known, may_vary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.table_view import TableView


def of(
    seen: TableView, known: Known, variant: Column, ask: asking.Ask | None, *, sure: bool = False
) -> StudyProposal | None:
    """A study of counts; None where rows are those of units. Raises for sums of which nobody knows of how many.

    It is ``sure`` that these are counts where their values said so already.
    """
    where = sound_rows.Where()
    if (said := counted_totals.of_no_arm(seen, variant))[0]:
        where = where.also(*said)
        seen, known, variant = _taken(seen, known, variant, said[0])
    table = seen.table
    if counted_rows.are_summed_up(table, seen.rows, known.time, variant):
        taken, told = counted_totals.apart(seen, known.time, variant)
        if taken:
            where = where.also(taken, told)
            seen, known, variant = _taken(seen, known, variant, taken)
        counts = aggregates.propose(seen.table, seen.rows, seen.columns, variant, known.time, seen.said, ask)
        if counts and where.sql:
            counts = replace(counts, where=where.noted)
        if counts is None and (error := refusals.aggregated(seen, known.unit, known.time, variant)):
            raise error
        return counts
    if (not (known.unit and roles.is_key(known.unit)) or counted_rows.may_count(known.unit)) and (
        parts := aggregates.of_parts(seen, variant, known.time, sure=sure)
    ):
        raise parts
    return None


def _taken(seen: TableView, known: Known, variant: Column, where: str) -> tuple[TableView, Known, Column]:
    """The rows for which a condition holds, with the columns as they are in these."""
    seen = seen.again(seen.table.narrowed(seen.table.also(where)))
    time = seen.column(known.time.name) if known.time else None
    return seen, replace(known, time=time if time and time.has_time else None), seen.column(variant.name)


def of_days(seen: TableView, known: Known, ask: asking.Ask | None) -> StudyProposal | None:
    """A study of counts whose units' column is called as one of ids may be: visitors, in some languages, is both.

    Such a column holds numbers, and there is one row for each arm on each of some days.
    """
    unit, time, said = known.unit, known.time, seen.said
    if said.event or said.cluster or unit is None or time is None or seen.rows > LONGEST:
        return None
    if not unit.numeric or vocabulary.names_a_unit(unit.name) != 2 or time.distinct < refusals.DAYS:
        return None
    variants = [said.column("variant", seen.columns) or c for c in roles.variants_of(seen.columns)[:1]]
    return of(seen, replace(known, event=None), variants[0], ask) if variants else None


def by_values(seen: TableView, known: Known, ask: asking.Ask | None) -> StudyProposal | None:
    """A study of counts whose rows say so by their values alone, in whatever language, and seem to be events of their numbers.

    Raises where they are counts of parts of an arm, and where no column is that of the arms.
    """
    if seen.said.event or seen.said.cluster or not counted_rows.may_count(known.unit):
        return None
    arm = counted_rows.arm_of(seen.table, seen.rows, seen.columns, may_vary(seen, known.unit))
    return of(seen, replace(known, unit=None, event=None), arm, ask, sure=True) if arm else None
