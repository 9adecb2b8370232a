"""A table as it was last looked at: again, where other rows of it are taken."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config.columns import COUNTED_BY
from helpers.ingest.new_study.profile import Column, profile
from helpers.ingest.new_study.said import Said
from helpers.ingest.values.times import Times

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


@dataclass(frozen=True)
class TableView:
    """The rows and the columns of a table, and what was said of it in the names that it has."""

    table: "SourceTable"
    rows: int
    columns: list[Column]
    said: Said

    @classmethod
    def at(cls, table: "SourceTable", said: Said) -> "TableView":
        """Raises :class:`~helpers.errors.ReportError` for what was said of columns that the table has not."""
        said = said.checked(table.called, [name for name in table.parts.types if name not in COUNTED_BY])
        rows, columns = profile(table, Times.stated(said.time_format, "UTC"), said.time)
        return cls(table, rows, columns, said)

    def again(self, table: "SourceTable") -> "TableView":
        """The same of other rows."""
        return TableView.at(table, self.said)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)
