"""Tables as Parquet files: what every kind of place is brought to, and rows that could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.columns import logged
from helpers.errors import ReportError
from helpers.ingest import steps
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

REJECTS = f'create table rejects ("row" bigint, "column" varchar, reason varchar, file varchar); {steps.TABLE}'


@dataclass(frozen=True)
class Parts:
    """Parquet files with equal columns, the names they had as sources, and what is ``counted`` in these: lines or rows.

    ``notes`` are sentences on how they were read, ``apart`` the rows of the sources that a study does not take.
    """

    files: tuple[Path, ...]
    names: tuple[str, ...]
    types: dict[str, str]
    counted: str = "row"
    notes: tuple[str, ...] = ()
    apart: int = 0

    @property
    def relation(self) -> str:
        """The rows of all files, with ``file_index`` and ``file_row_number``, for the from clause of a query."""
        listed = ", ".join(literal(file) for file in self.files)
        return f"read_parquet([{listed}], file_row_number = true, hive_partitioning = false)"

    @property
    def widest(self) -> str:
        """The same with the columns of every file, of which the study need not map all: empty where a file has them not."""
        return self.relation if len(self.files) == 1 else f"{self.relation[:-1]}, union_by_name = true)"

    def found(self, con: "duckdb.DuckDBPyConnection") -> dict[str, str]:
        """The columns of :attr:`widest`, and their types."""
        if len(self.files) == 1:
            return self.types
        described = con.execute(f"describe select * exclude (file_row_number) from {self.widest}").fetchall()
        return {row[0]: row[1] for row in described}

    def place(self, con: "duckdb.DuckDBPyConnection", file: int, row: int) -> str:
        """Where a row stands in its source, as a reader finds it."""
        at = steps.placed(f"(select {file} as file_index, {row} as file_row_number)")
        return f"{self.counted} {con.execute(f'select {steps.LINE} from {at}').fetchall()[0][0]:,}"

    @classmethod
    def of(
        cls,
        con: "duckdb.DuckDBPyConnection",
        files: list[Path],
        names: list[str],
        wanted: set[str] | None,
        counted: str = "row",
    ) -> "Parts":
        """Check that the ``wanted`` columns have one type in all files, and that all files have the same columns without it."""
        types = [columns(con, file) for file in files]
        for name, kinds in zip(names, types, strict=True):
            if wanted is None:
                check_alike(name, kinds, names[0], types[0])
            for column in sorted(types[0] if wanted is None else wanted):
                if kinds[column] != types[0][column]:
                    raise ReportError(
                        f"{name}: column '{logged(column)}' has another type than in {names[0]}",
                        got=kinds[column],
                        expected=types[0][column],
                        remedy="write the column with one type in all files",
                    )
        return cls(tuple(files), tuple(names), types[0], counted)


def check_alike(name: str, found: Iterable[str], first: str, columns: Iterable[str]) -> None:
    """A file has the columns of the first one, where all of them count."""
    if other := sorted(set(found) ^ set(columns)):
        raise ReportError(
            f"{name}: other columns than in {first}",
            got=", ".join(other),
            expected="the same columns in all files, for repeated events are told by all of them",
            cause="an export that gained or lost a column",
            remedy="write the same columns in all files; or name the column of the event's id (data.columns.event_id), then columns that the study does not map may differ",
        )


def columns(con: "duckdb.DuckDBPyConnection", file: Path) -> dict[str, str]:
    """Columns of a Parquet file and their types."""
    described = con.execute(
        f"describe select * from read_parquet({literal(file)}, hive_partitioning = false)"
    ).fetchall()
    return {row[0]: row[1] for row in described}


def rows(con: "duckdb.DuckDBPyConnection", file: Path) -> int:
    """Rows of a Parquet file, from its metadata."""
    return int(con.execute(f"select count(*) from read_parquet({literal(file)})").fetchall()[0][0])
