"""Columns that stand in the names of folders, ``arm=control/part.parquet``, as a partitioned table is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from helpers.config.columns import logged, stored
from helpers.errors import ReportError
from helpers.ingest.columns import mapped, told_by_all
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

NOTHING = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows that have no value."""


def columns_of(place: "Place", files: list[Path]) -> list[dict[str, str | None]]:
    """Of each file the columns in its folders' names: those that the study maps, and those that tell rows apart."""
    found = [_named(file) for file in files]
    wanted = mapped(place)
    if told_by_all(place):
        wanted |= {column for each in found for column, value in each.items() if found[0].get(column) != value}
    return [{column: value for column, value in each.items() if column in wanted} for each in found]


def _named(file: Path) -> dict[str, str | None]:
    """
    >>> _named(Path("log/day=2026-03-01/arm=A%2FB/part.csv"))
    {'day': '2026-03-01', 'arm': 'A/B'}
    """
    pairs = [folder.partition("=") for folder in file.parts[:-1]]
    return {
        stored(unquote(name)): None if value == NOTHING else unquote(value)
        for name, sign, value in pairs
        if name and sign
    }


def refuse_others(con: "duckdb.DuckDBPyConnection", part: Path, name: str, told: Mapping[str, str | None]) -> None:
    """Raise :class:`~helpers.errors.ReportError` where a column stands in a file too and says another value than its folder."""
    for column, value in told.items():
        meant = "null" if value is None else literal(value)
        found = con.execute(
            f"""select count(*), any_value({quoted(column)}::varchar)
            from read_parquet({literal(part)}, hive_partitioning = false)
            where nullif({quoted(column)}::varchar, '') is distinct from {meant}"""
        ).fetchall()[0]
        if found[0]:
            raise ReportError(
                f"{name}: column '{logged(column)}' says another value than the folder that the file lies in",
                got=f"{found[0]:,} rows, such as {found[1]!r} below {logged(column)}={value}",
                expected="one value, in the folder's name or in the file",
                cause="a file that was moved to the folder of another value, or two columns of one name",
                remedy="move the file, or write one of the two under another name",
            )


def selected(columns: dict[str, str | None]) -> str:
    """SQL of these columns after others in a query; all of them text."""
    return "".join(
        f", {'null' if value is None else literal(value)}::varchar as {quoted(name)}" for name, value in columns.items()
    )
