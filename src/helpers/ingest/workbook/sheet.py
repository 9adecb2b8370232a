"""One sheet of a workbook as rows of texts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.ingest.workbook import sheets, xml_cells
from helpers.ingest.workbook.cells import SheetColumn, columns_of

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
    columns: list[SheetColumn]
    kept: list[int]
    errors: dict[tuple[int, int], str]
    lone: bool

    @classmethod
    def of(cls, file: Path, table: str | None) -> "Sheet":
        """The sheet that is named, or the only one with rows; raises as :mod:`sheets` does."""
        with sheets.opened(file) as book:
            cells = sheets.chosen(book, file, table)
            errors = xml_cells.errors(file, cells.name)
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

        Row ``header`` (counted from 0) is the names of the columns: a cell that began above it and reaches down to it
        stands there too, and names that stand twice begin with that of their group in a merged cell above.
        """
        rows = self._texts()
        if header is not None and self.merged:
            above = list(islice(rows, header + 1))
            yield from above[:header]
            yield from (self._names(above) for _ in above[header:])
        yield from rows

    def _texts(self) -> Iterator[list[str]]:
        """Each row; what stands in a cell that is merged with those below it stands in each of their rows."""
        texts = [self.columns[i].text for i in self.kept]
        at = {self.left + column: i for i, column in enumerate(self.kept)}
        deep = [cell for cell in self.merged if cell.top < cell.bottom and cell.left == cell.right and cell.left in at]
        below: dict[int, list[Merged]] = defaultdict(list)
        for cell in deep:
            for number in range(cell.top, cell.bottom + 1):
                below[number].append(cell)
        held: dict[Merged, str] = {}
        for number, cells in enumerate(self.cells.iter_rows()):
            row = [text(cells[i]) for i, text in zip(self.kept, texts, strict=True)]
            if self.errors:
                row = [self.errors.get((number, self.left + i), said) for i, said in zip(self.kept, row, strict=True)]
            if any(row):
                for cell in below.get(number, ()):
                    row[at[cell.left]] = held.setdefault(cell, row[at[cell.left]])
            yield row if any(row) else []

    def _names(self, rows: list[list[str]]) -> list[str]:
        """The names of the columns in the last of these rows."""
        at = {self.left + column: i for i, column in enumerate(self.kept)}
        *above, last = [row or [""] * len(self.kept) for row in rows]
        names = [*last]
        for cell in self.merged:
            if cell.top < cell.bottom == len(above) and cell.left in at:
                names[at[cell.left]] = above[cell.top][at[cell.left]]
        times = Counter(name.lower() for name in names)
        for cell in self.merged:
            group = above[cell.top][at[cell.left]] if cell.bottom == len(above) - 1 and cell.left in at else ""
            for i in (at[c] for c in range(cell.left, cell.right + 1) if group and c in at):
                names[i] = f"{group} {names[i]}" if times[names[i].lower()] > 1 else names[i]
        return names

    @property
    def filled_down(self) -> int:
        """Cells that take what stands in the one above them, with which they are merged."""
        return sum(cell.bottom - cell.top for cell in self.merged if cell.left == cell.right)

    @property
    def merged(self) -> list[Merged]:
        """Cells that stand in several rows or columns; none in a format that does not tell them."""
        return [Merged(*first, *last) for first, last in self.cells.merged_cell_ranges or ()]
