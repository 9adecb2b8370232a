"""What the events of a unit carry beside what happened: its attributes, and on its assignment the columns that no study maps.

By these it is told whether a column tells the variant, as one does by whose levels was randomised.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.config import Tables
from helpers.config.columns import COUNTED_BY
from helpers.ingest.columns import mapped
from helpers.ingest.sql import quoted

OWN = ("user_id", "event_time", "event_name", "variant", "price", "event_id", "whole_row")


@dataclass(frozen=True)
class Carried:
    """Attributes by their names in the study, and columns that it does not map, by the names that they get."""

    attributes: tuple[str, ...]
    described: tuple[str, ...]
    unmapped: dict[str, str]
    unmapped_of_units: dict[str, str]

    @classmethod
    def of(cls, place: Tables, assignments: Iterable[str], units: Iterable[str]) -> "Carried":
        """What is carried of tables with these columns."""
        described = tuple(place.units.attributes) if place.units else ()
        taken = {name.lower() for name in (*OWN, *place.columns)}
        logs = place.logs
        first = _named(assignments, mapped(logs["assignments"]), taken, "assignments")
        taken |= {name.lower() for name in first.values()}
        second = _named(units, mapped(logs["units"]), taken, "units") if place.units else {}
        return cls(tuple(place.assignments.attributes), described, first, second)

    def on_assignments(self) -> str:
        """SQL of all of it, of the tables ``assigned`` and ``described``."""
        names = [f"assigned.{quoted(n)}" for n in (*self.attributes, *self.unmapped.values())]
        return _listed(
            [*names, *(f"described.{quoted(n)}" for n in (*self.described, *self.unmapped_of_units.values()))]
        )

    def on_facts(self) -> str:
        """SQL of the attributes, of the tables ``first`` and ``described``; the others are empty there."""
        names = [f"first.{quoted(n)}" for n in self.attributes] + [f"described.{quoted(n)}" for n in self.described]
        empty = (*self.unmapped.values(), *self.unmapped_of_units.values())
        return _listed([*names, *(f"null::varchar as {quoted(n)}" for n in empty)])


def selected(columns: dict[str, str]) -> str:
    """SQL of columns that no study maps, as text, by the names that they get."""
    return _listed([f"{quoted(raw)}::varchar as {quoted(name)}" for raw, name in columns.items()])


def _listed(columns: list[str]) -> str:
    return "".join(f", {each}" for each in columns)


def _named(found: Iterable[str], known: set[str], taken: set[str], table: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for column in found:
        if column not in known and column.lower() not in COUNTED_BY:
            names[column] = f"{column} of {table}" if column.lower() in taken else column
    return names
