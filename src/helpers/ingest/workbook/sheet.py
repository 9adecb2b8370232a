"""One sheet of a workbook as rows of texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.ingest.workbook import error_cells, sheets
from helpers.ingest.workbook.cells import Column, columns_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


@dataclass(frozen=True)
class Merged:
    """A cell that stands in several rows or columns: the first and the last ones, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, down from the first row of the workbook; columns in which nothing stands are left out.

    ``kept`` are the columns that are not, ``errors`` the cells that hold one, by row and column of the workbook.
    """

    cells: "CalamineSheet"
    columns: list[Column]
    kept: list[int]
    errors: dict[tuple[int, int], str]
    lone: bool

    @classmethod
    def of(cls, file: Path, table: str | None) -> "Sheet":
        """The sheet that is named, or the only one with rows; raises as :mod:`sheets` does."""
        with sheets.opened(file) as book:
            cells = sheets.chosen(book, file, table)
            errors = error_cells.of(file, cells.name)
            columns = columns_of(cells.iter_rows())
            first = cells.start[1] if cells.start else 0
            wrong = {column - first for _, column in errors}
            kept = [i for i, column in enumerate(columns) if column.filled or i in wrong]
            return cls(cells, columns, kept, errors, len(book.sheet_names) == 1)

    @property
    def name(self) -> str:
        return self.cells.name

    @property
    def left(self) -> int:
        """The column of the workbook in which the first one stands."""
        return self.cells.start[1] if self.cells.start else 0

    def rows(self, header: int | None = None) -> Iterator[list[str]]:
        """Each row of the workbook as texts, the empty ones without any.

        In row ``header`` (counted from 0) a cell that began above it and reaches down to it stands too.
        """
        texts = [self.columns[i].text for i in self.kept]
        down = {m.left: (m.top, "") for m in self.merged if m.top < m.bottom == header}
        errors = self.errors
        for number, cells in enumerate(self.cells.iter_rows()):
            row = [text(cells[i]) for i, text in zip(self.kept, texts, strict=True)]
            if errors:
                row = [errors.get((number, self.left + i), said) for i, said in zip(self.kept, row, strict=True)]
            if down and header is not None and number <= header:
                for at, i in enumerate(self.kept):
                    if self.left + i in down:
                        top, said = down[self.left + i]
                        down[self.left + i] = (top, row[at] if number == top else said)
                        row[at] = down[self.left + i][1] if number == header else row[at]
            yield row if any(row) else []

    @property
    def merged(self) -> list[Merged]:
        """Cells that stand in several rows or columns; none in a format that does not tell them."""
        return [Merged(*first, *last) for first, last in self.cells.merged_cell_ranges or ()]
