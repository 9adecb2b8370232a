"""Tables as Parquet files: what every kind of place is brought to, and rows that could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

REJECTS = 'create table rejects ("row" bigint, "column" varchar, reason varchar, file varchar)'


@dataclass(frozen=True)
class Parts:
    """Parquet files with equal columns, the names they had as sources, and what the number of a row means.

    ``first_rows`` are the numbers of each file's first row as a reader counts: 2 where a header stands above it.
    """

    files: tuple[Path, ...]
    names: tuple[str, ...]
    types: dict[str, str]
    first_rows: tuple[int, ...] = ()

    @property
    def relation(self) -> str:
        """The rows of all files, with ``file_index`` and ``file_row_number``, for the from clause of a query."""
        listed = ", ".join(literal(file) for file in self.files)
        return f"read_parquet([{listed}], file_row_number = true)"

    @property
    def numbered(self) -> str:
        """SQL of the number of a row as a reader counts it, lines that could not be read (``rejects``) counted too."""
        names = ", ".join(literal(name) for name in self.names)
        first = f"list_value({', '.join(map(str, self.first_rows))})[file_index + 1]"
        return f"""file_row_number + {first} + (
            select count(*) from (
                select "row" - row_number() over (partition by file order by "row") as readable_before, file
                from rejects where "column" is null)
            where file = list_value({names})[file_index + 1] and readable_before <= file_row_number + {first} - 1)"""

    @classmethod
    def of(
        cls,
        con: "duckdb.DuckDBPyConnection",
        files: list[Path],
        names: list[str],
        wanted: set[str] | None,
        first_rows: tuple[int, ...] = (),
    ) -> "Parts":
        """Check that the ``wanted`` columns have one type in all files, and that all files have the same columns without it."""
        types = [columns(con, file) for file in files]
        for name, kinds in zip(names, types, strict=True):
            if wanted is None:
                check_alike(name, kinds, names[0], types[0])
            for column in sorted(types[0] if wanted is None else wanted):
                if kinds[column] != types[0][column]:
                    raise ReportError(
                        f"{name}: column '{column}' has another type than in {names[0]}",
                        got=kinds[column],
                        expected=types[0][column],
                        remedy="write the column with one type in all files",
                    )
        return cls(tuple(files), tuple(names), types[0], first_rows or (1,) * len(files))


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
    described = con.execute(f"describe select * from read_parquet({literal(file)})").fetchall()
    return {row[0]: row[1] for row in described}


def rows(con: "duckdb.DuckDBPyConnection", file: Path) -> int:
    """Rows of a Parquet file, from its metadata."""
    return int(con.execute(f"select count(*) from read_parquet({literal(file)})").fetchall()[0][0])
