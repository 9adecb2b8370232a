"""The rows that a proposal takes: by a condition, and without those that are none, such as a header in between."""

from dataclasses import dataclass

from helpers.ingest.new_study import headers_again, nobody, roles, timeless
from helpers.ingest.new_study.proposal import Noted
from helpers.ingest.new_study.table_view import TableView


@dataclass(frozen=True)
class Where:
    """The condition on the rows that a study takes, and what is told of it."""

    sql: str = ""
    told: str = ""

    def also(self, sql: str, told: str) -> "Where":
        if not self.sql:
            return Where(sql, told)
        return Where(
            f"({self.sql}\n) and {sql}" if "--" in self.sql else f"({self.sql}) and {sql}",
            "; ".join(filter(None, [self.told, told])),
        )

    @property
    def noted(self) -> Noted:
        return self.sql, self.told

    @property
    def notes(self) -> list[str]:
        return [f"rows: {self.told}"] if self.told else []


def of(seen: TableView, where: Where) -> tuple[TableView, Where, tuple[str, ...]]:
    """The rows that are no header, whose unit and moment are told, not by a word for none, and what is asked of the others."""
    said, asked = seen.said, []

    def narrowed(found: nobody.LeftOut) -> tuple[TableView, Where]:
        asked.append(found.asked)
        return seen.again(seen.table.narrowed(seen.table.also(found.where))), where.also(found.where, found.told)

    if found := headers_again.of(seen.table, seen.rows, seen.columns):
        seen, where = narrowed(found)
    unit = said.column("unit", seen.columns) or roles.unit_of(seen.columns)
    if found := nobody.of(seen.table, seen.rows, seen.columns, unit):
        seen, where = narrowed(found)
    time = said.column("time", seen.columns) or roles.time_of(seen.columns)
    event = said.column("event", seen.columns) or roles.event_of(seen.columns)
    if unit and event and (found := timeless.of(seen.table, seen.rows, time, (unit, event))):
        seen, where = narrowed(found)
    return seen, where, tuple(asked)
