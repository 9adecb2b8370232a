"""Columns that stand in the names of folders, ``arm=control/part.parquet``, as a partitioned table is written."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from helpers.config.columns import stored
from helpers.ingest.columns import mapped, told_by_all
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
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


def selected(columns: dict[str, str | None]) -> str:
    """SQL of these columns after others in a query; all of them text."""
    return "".join(
        f", {'null' if value is None else literal(value)}::varchar as {quoted(name)}" for name, value in columns.items()
    )
