"""A study of units whose rows, one a period, are summed up: those of the period that was told, which have an arm."""

from collections.abc import Callable
from dataclasses import replace

from helpers.ingest.new_study import answered, armless, asking, described, panels, roles, told_periods, units
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.table_view import TableView

AsUnits = Callable[[TableView, Column, list[Column]], StudyProposal]
"""A study of rows that are units, of the column of their ids and those that may be the variant."""


def of(
    seen: TableView, unit: Column | None, variants: list[Column], ask: asking.Ask | None, as_units: AsUnits
) -> StudyProposal | None:
    """None where rows are no such thing; in a period that was told a unit may have one row alone."""
    if seen.said.cluster:
        return None
    unless = "true" if seen.said.period else seen.said.where or ""
    panel = panels.of(seen.table, seen.columns, unit, variants[0], unless=unless)
    if panel is None:
        later, taken = armless.left_out(seen, variants[0])
        made = of(later, unit, again(variants, later.columns), ask, as_units) if taken else None
        return taken.noted(made, seen) if taken and made else None
    if not seen.said.period:
        return _summed(seen, panel, variants, ask)
    seen, where, asked = told_periods.within(seen, panel.period)
    key, variants = seen.column(panel.unit.name), again(variants, seen.columns)
    inside = panels.of(seen.table, seen.columns, key, variants[0], unless=seen.said.where or "")
    made = _summed(seen, inside, variants, ask) if inside else as_units(seen, key, variants)
    where = where.also(*made.where) if made.where[0] else where
    return replace(made, where=where.noted, first=(*asked, *made.first))


def _summed(seen: TableView, panel: panels.SeenPanel, variants: list[Column], ask: asking.Ask | None) -> StudyProposal:
    folded = seen.again(panels.folded(seen.table, panel, variants[0]))
    variants = again(variants, folded.columns)
    said = answered.control(folded.table, folded.said, roles.meant(variants[0])[0], ask, "units")
    at = replace(said, unit=panel.unit.name)
    return panels.told(
        units.propose(folded.table, folded.rows, folded.columns, variants[0], variants[1:], {}, at, ask), panel
    )


def of_nobody(seen: TableView, unit: Column | None) -> StudyProposal | None:
    """The same of a file that is described, in which nobody got anything else."""
    panel = panels.of(seen.table, seen.columns, unit, None)
    if panel is None:
        return None
    if seen.said.period:
        seen, where, asked = told_periods.within(seen, panel.period)
        inside = panels.of(seen.table, seen.columns, seen.column(panel.unit.name), None)
        made = (
            _described(seen, inside)
            if inside
            else described.of_units(seen.table, seen.rows, seen.columns, seen.column(panel.unit.name), None, seen.said)
        )
        return replace(made, where=where.noted, first=(*asked, *made.first))
    return _described(seen, panel)


def _described(seen: TableView, panel: panels.SeenPanel) -> StudyProposal:
    folded = seen.again(panels.folded(seen.table, panel, None))
    key = folded.column(panel.unit.name)
    return panels.told(described.of_units(folded.table, folded.rows, folded.columns, key, None, folded.said), panel)


def again(variants: list[Column], columns: list[Column]) -> list[Column]:
    """The variants as they were last looked at, in their order."""
    seen = {column.name: column for column in columns}
    return [seen[variant.name] for variant in variants if variant.name in seen]
