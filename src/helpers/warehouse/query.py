"""The marts as notebooks see them: a read-only connection and the named queries of ``docs/queries``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import defaults, paths
from helpers.defaults import MEMORY
from helpers.errors import ReportError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def opened(database: Path, *, read_only: bool = True) -> "duckdb.DuckDBPyConnection":
    """A connection to the marts of a study. Notebooks read only."""
    import duckdb

    if read_only and not database.is_file():
        raise ReportError(
            "the marts are not built",
            expected=paths.shown(database),
            remedy=f"run: {paths.to_build(database.parent.name)}",
        )
    return _configured(duckdb.connect(str(database), read_only=read_only))


def tables(folder: Path) -> "duckdb.DuckDBPyConnection":
    """A connection in memory to the Parquet files of a folder, each a view of its name."""
    import duckdb

    if not (folder / "done").is_file():
        name = folder.parent.name
        raise ReportError(
            "the year is not simulated",
            expected=paths.shown(folder / "done"),
            remedy=f"run: python -m helpers year programmes/{name}.yml",
        )
    con = _configured(duckdb.connect())
    for file in sorted(folder.glob("*.parquet")):
        con.execute(f"create view \"{file.stem}\" as select * from read_parquet('{file}')")
    return con


def _configured(con: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyConnection":
    con.execute(f"set threads = {os.environ.get('WAREHOUSE_THREADS', defaults.THREADS)}; set memory_limit = '{MEMORY}'")
    con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")  # a bar would stay in the rendered notebook
    return con


@contextmanager
def connect(database: Path, *, read_only: bool = True) -> Iterator["duckdb.DuckDBPyConnection"]:
    """:func:`opened`, closed at the end of the block."""
    con = opened(database, read_only=read_only)
    try:
        yield con
    finally:
        con.close()


def query(con: "duckdb.DuckDBPyConnection", name: str, **parameters: Any) -> "pd.DataFrame":
    """Run ``docs/queries/NAME.sql`` with its ``$parameters``; integers too wide for int64 stay Python ints."""
    file = paths.QUERIES / f"{name}.sql"
    if not file.is_file():
        known = ", ".join(sorted(p.stem for p in paths.QUERIES.glob("*.sql")))
        raise ReportError(f"there is no query {name!r}", expected=f"one of {known}")
    return frame(con.execute(file.read_text(encoding="utf-8"), parameters or None))


def frame(cursor: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """A result as a frame without the loss that HUGEINT suffers on its way through float64."""
    import pandas as pd

    names = [column[0] for column in cursor.description or []]
    types = [str(column[1]) for column in cursor.description or []]
    wide = {name for name, kind in zip(names, types, strict=True) if kind.startswith("HUGEINT")}
    if not wide:
        return cursor.df()
    columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if name in wide else None)
            for name, values in zip(names, columns, strict=True)
        }
    )
