"""A part of a study's data that is read before anything is built: head, middle and end of what is too large for now."""

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import Log, Study, Tables, Units
from helpers.ingest import text
from helpers.ingest.json_values import one_a_line
from helpers.ingest.locations import files_of
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

WHOLE = 1 << 24
"""Bytes of text up to which a file is read whole."""
PIECE = 1 << 22
"""Bytes of each piece of a larger one."""
ROWS = 100_000
"""Rows of each piece of a Parquet file of more than ten times as many."""
FILES = 3


def taken(con: "duckdb.DuckDBPyConnection", study: Study, into: Path) -> tuple[Study, float]:
    """The study on a part of its data, which stands in ``into``, and how much of them that is; 1 where it is all.

    What may not be wrong at all may not be in the part either; what is tolerated may stand in it as if all of it did.
    """
    place = study.data
    assert isinstance(place, Log | Units)
    if (
        isinstance(place, Tables)
        or place.kind in ("frame", "postgres", "sql")
        or place.where
        or getattr(place, "alias", None)
    ):  # what it takes, or whose it is, may stand in no piece
        return study, 1.0
    kind, files = files_of(place, study.name)
    chosen = files if len(files) <= FILES else [files[0], files[len(files) // 2], files[-1]]
    total = sum(file.stat().st_size for file in files)
    if kind in ("duckdb", "sqlite", "workbook") or total <= WHOLE:
        return study, 1.0
    into.mkdir()
    share = 0.0
    for number, file in enumerate(chosen):
        told = [folder for folder in file.parts[:-1] if "=" in folder]
        home = into.joinpath(f"{number:02d}", *told)
        home.mkdir(parents=True)
        read = {"parquet": _parquet, "json": _json}.get(kind, _text)
        copied = read(con, file, home / file.name)
        share += copied * file.stat().st_size / total
    if share >= 1:
        return study, 1.0
    scaled = {k: min(1.0, v / share) for k, v in place.tolerate.model_dump().items()}
    tolerate = place.tolerate.model_construct(place.tolerate.model_fields_set, **scaled)
    changed = place.model_copy(update={"path": f"{glob.escape(str(into))}/**/*", "format": kind, "tolerate": tolerate})
    return study.model_copy(update={"data": changed}), share


def _text(con: "duckdb.DuckDBPyConnection", file: Path, out: Path) -> float:
    """Lines of a file of text; its head alone where another piece might begin inside of a field, all of it where signs are wide."""
    size, head = file.stat().st_size, b"".join(text.blocks(file, PIECE))
    packed = text.compression(file) != "none"
    if size <= FILES * PIECE or text.seen_encoding(head) not in (None, "utf-8-sig") or (packed and len(head) < PIECE):
        out.symlink_to(file.resolve())
        return 1.0
    pieces = [head[: head.rfind(b"\n") + 1]]
    if not packed and b'"' not in head:
        with file.open("rb") as stream:
            for at in (size // 2, size - PIECE):
                stream.seek(at)
                piece = stream.read(PIECE)
                piece = piece[piece.find(b"\n") + 1 :]
                pieces.append(piece if at == size - PIECE else piece[: piece.rfind(b"\n") + 1])
    plain = out.with_name(out.name.removesuffix(out.suffix)) if packed else out
    plain.write_bytes(b"".join(pieces))
    return min(1.0, sum(map(len, pieces)) / (size * (4 if packed else 1)))  # text packs to a quarter or less


def _json(con: "duckdb.DuckDBPyConnection", file: Path, out: Path) -> float:
    """Lines of a file of JSON lines; all of a list, or of objects that span lines."""
    if one_a_line(b"".join(text.blocks(file, text.BLOCK))):
        return _text(con, file, out)
    out.symlink_to(file.resolve())
    return 1.0


def _parquet(con: "duckdb.DuckDBPyConnection", file: Path, out: Path) -> float:
    rows = con.execute(f"select count(*) from read_parquet({literal(file)})").fetchall()[0][0]
    if rows <= 10 * ROWS:
        out.symlink_to(file.resolve())
        return 1.0
    starts = (0, rows // 2, rows - ROWS)
    parts = " union all ".join(f"(from read_parquet({literal(file)}) limit {ROWS} offset {at})" for at in starts)
    con.execute(f"copy ({parts}) to {literal(out)} (format parquet)")
    return float(3 * ROWS / rows)
