"""Head, middle and end of a large file, as a file of its own that the same readers read."""

from pathlib import Path
from typing import TYPE_CHECKING

from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

WINDOW = 4 << 20
"""Bytes of text at each of the three places; a file of at most four windows is taken whole."""
ROWS = 40_000
"""Rows of a table at each of the three places."""


def of(con: "duckdb.DuckDBPyConnection", kind: str, file: Path, into: Path) -> Path:
    """The sample of a file, written to ``into``; the file itself where it is small or cannot be looked at in places."""
    made = _text(file, into) if kind == "csv" else _table(con, file, into) if kind == "parquet" else None
    return made or file


def _text(file: Path, into: Path) -> Path | None:
    """The sample of a plain text file, with its header; None where it is small, packed or in a wide encoding.

    The windows end at line breaks. One that begins inside a quoted text tears the lines around it, so lines that do not
    fit are no evidence in a sample.
    """
    size = file.stat().st_size
    if size <= 4 * WINDOW or file.suffix in (".gz", ".zst"):
        return None
    with file.open("rb") as source:
        head = source.read(WINDOW)
        if b"\x00" in head:
            return None
        into.parent.mkdir(parents=True)
        with into.open("wb") as made:
            made.write(head[: head.rfind(b"\n") + 1])
            for start in (size // 2 - WINDOW // 2, size - WINDOW):
                source.seek(start)
                source.readline()
                made.write(source.read(WINDOW - (source.tell() - start)))
                made.write(source.readline())
    return into


def _table(con: "duckdb.DuckDBPyConnection", file: Path, into: Path) -> Path | None:
    """The sample of a Parquet file; None where it is small, or is none, which its reader says."""
    import duckdb

    relation = f"read_parquet({literal(file)})"
    try:
        rows = con.execute(f"select count(*) from {relation}").fetchall()[0][0]
    except duckdb.Error:
        return None
    if rows <= 4 * ROWS:
        return None
    into.parent.mkdir(parents=True)
    starts = (0, rows // 2 - ROWS // 2, rows - ROWS)
    parts = [f"(select * from {relation} limit {ROWS} offset {start})" for start in starts]
    con.execute(f"copy ({' union all '.join(parts)}) to {literal(into)} (format parquet)")
    return into
