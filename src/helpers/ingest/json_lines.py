"""JSON lines: an object a line, its keys the columns, every value as the text it was.

An object inside an object gives columns called ``outer.inner``; what is deeper, and lists, stay JSON. Numbers keep their
digits, so that no id goes through a float. A line that is no object is rejected.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest import steps, text
from helpers.ingest.columns import check_columns, mapped
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

AT_ONCE = 20_000
"""Lines that are brought to Parquet together."""


class Flattened(str):
    """A number as it was written."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Flattened, parse_float=Flattened, parse_constant=Flattened, strict=False
)


def read(con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], into: Path) -> Parts:
    """Each file as one Parquet file in ``into``; lines that are no object are added to ``rejects``.

    Raises :class:`~helpers.errors.ReportError` for a missing or repeated column, one JSON value that fills the file, and
    no readable line at all.
    """
    written, names = [], [file.name for file in files]
    columns: dict[str, None] = {}
    for number, file in enumerate(files):
        written.append(into / f"part-{number:04d}.parquet")
        found, begin = _convert(con, file, written[-1], into / f"lines-{number:04d}")
        columns |= dict.fromkeys(found)
        steps.add(con, number, begin)
    if not columns:
        raise _no_lines(names)
    check_columns(place, list(columns), names[0])
    for part in written:  # a key that no line of a file has is empty in all of its rows
        here = {row[0] for row in con.execute(f"describe select * from read_parquet({literal(part)})").fetchall()}
        if here != set(columns):
            _widen(con, part, [c for c in columns if c not in here])
    return Parts.of(con, written, names, mapped(place), counted="line")


def _no_lines(names: list[str]) -> ReportError:
    return ReportError(
        f"{', '.join(names[:3])} holds no JSON lines",
        got="no line that is an object",
        expected="one object a line",
        cause="one list or object over several lines",
        remedy="write one object a line, for instance: jq -c '.[]' FILE > FILE.jsonl",
    )


def _convert(
    con: "duckdb.DuckDBPyConnection", file: Path, part: Path, aside: Path
) -> tuple[list[str], list[tuple[int, int]]]:
    """Write a file as Parquet; the names of its columns, and in which lines its rows begin."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    aside.mkdir()
    rows: list[dict[str, str | None]] = []
    columns: dict[str, None] = {}
    pieces: list[Path] = []
    wrong: list[tuple[int, str, str]] = []
    read, begin = 0, [(0, 1)]

    def flush() -> None:
        names = list(dict.fromkeys(key for row in rows for key in row))
        columns.update(dict.fromkeys(names))
        pieces.append(aside / f"{len(pieces):06d}.parquet")
        values = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
        pq.write_table(pa.table(values), pieces[-1])
        rows.clear()

    for number, line in _lines(file):
        if not rows and not wrong and not pieces and line.lstrip().startswith("["):
            raise _no_lines([file.name])
        try:
            value = _DECODER.decode(line)
            row = _flat(value) if isinstance(value, dict) else None
        except (ValueError, RecursionError):
            row = None
        if not row:
            wrong.append((number, "NO JSON OBJECT", file.name))
            continue
        if number - read != begin[-1][1]:
            begin.append((read, number - read))
        read += 1
        rows.append(row)
        if len(rows) == AT_ONCE:
            flush()
    if rows:
        flush()
    if wrong:
        con.executemany("insert into rejects values (?, null, ?, ?)", wrong)
    if pieces:
        listed = ", ".join(map(literal, pieces))
        con.execute(
            f"copy (select * from read_parquet([{listed}], union_by_name = true)) to {literal(part)} (format parquet)"
        )
    for piece in pieces:
        piece.unlink()
    aside.rmdir()
    return list(columns), begin


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers; what is no UTF-8 cannot be read as JSON and is rejected."""
    left, number = b"", 0
    for block in text.blocks(file):
        *whole, left = (left + block).split(b"\n")
        for line in whole:
            number += 1
            if line.strip():
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")
    if left.strip():
        yield number + 1, left.decode("utf-8-sig" if number == 0 else "utf-8", "surrogateescape")


def _flat(value: dict[str, Any]) -> dict[str, str | None]:
    """Columns and their texts, one level of objects inside taken apart."""
    parts = [
        (f"{key}.{name}", deep) if name is not None else (key, inner)
        for key, inner in value.items()
        for name, deep in (inner.items() if isinstance(inner, dict) else [(None, None)])
    ]
    made = {stored(column): _text(said) for column, said in _object(parts).items()}
    for column, said in made.items():
        column.encode()
        (said or "").encode()  # a lone surrogate is no text
    return made


def _text(value: Any) -> str | None:
    """A value as text; nothing, and an empty text, are missing.

    >>> _text(True), _text(Flattened("1.50")), _text([Flattened("1"), {"a": "x"}]), _text("")
    ('true', '1.50', '[1, {"a": "x"}]', None)
    """
    if value is None or isinstance(value, str):
        return str(value) if value else None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, Flattened):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k, ensure_ascii=False)}: {_json(v)}' for k, v in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _widen(con: "duckdb.DuckDBPyConnection", part: Path, missing: list[str]) -> None:
    nothing = ", ".join(f"null::varchar as {quoted(column)}" for column in missing)
    wide = part.with_suffix(".wide")
    con.execute(f"copy (select *, {nothing} from read_parquet({literal(part)})) to {literal(wide)} (format parquet)")
    wide.replace(part)
