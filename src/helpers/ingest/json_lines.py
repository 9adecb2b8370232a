"""JSON as a table: an object a row, its keys the columns, every value as the text it was.

Objects stand one a line, one after the other or in a list. Objects inside of objects give columns called
``outer.inner.deeper``; lists, and what :mod:`~helpers.ingest.json_keys` finds too deep or too wide, stay JSON. Numbers keep
their digits, so that no id goes through a float. A line that is no object is rejected.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest import condition, folders, json_frames, json_values, steps, text
from helpers.ingest.columns import check_columns, mapped
from helpers.ingest.json_keys import DEPTH, Kept, Keyed, Keys
from helpers.ingest.json_values import AsWritten, Broken, Twice
from helpers.ingest.misfits import BY_REASON
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

AT_ONCE = 20_000
"""Lines that are brought to Parquet together."""
CELLS = 2_000_000
"""Cells that are brought to Parquet together, most of them empty in a wide table."""


@dataclass
class _Found:
    """What a file holds: its columns, where its rows begin, the lines that are no object, and its one object if it is alone."""

    columns: dict[str, None] = field(default_factory=dict)
    begin: list[tuple[int, int]] = field(default_factory=lambda: [(0, 1)])
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    rows: int = 0
    first: dict[str, Any] = field(default_factory=dict)


def read(con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], into: Path) -> Parts:
    """Each file as one Parquet file in ``into``; lines that are no object are added to ``rejects``.

    Raises :class:`~helpers.errors.ReportError` for a missing or repeated column, a list that breaks off, one object that
    is no row, keys without end, and no object at all.
    """
    names = [file.name for file in files]
    written = [into / f"part-{number:04d}.parquet" for number in range(len(files))]
    kept = Kept()
    while True:  # again where objects turn out to be no columns
        keys = Keys(kept, _wanted(place))
        try:
            found = _all(con, place, files, written, keys)
            more = keys.alike()
        except Keyed as keyed:
            more = keyed.kept
        if more == Kept():
            break
        kept |= more
    columns = {name: None for each in found for name in each.columns}
    if not columns:
        raise _no_object(files[0], found[0].wrong)
    if sum(each.rows for each in found) == 1:
        alone = next((name, each.first) for name, each in zip(names, found, strict=True) if each.rows)
        if not mapped(place) <= set(columns) or (not mapped(place) and (_lists(alone[1]) or _stacked(alone[1]))):
            raise _one_object(alone)
    check_columns(place, list(columns), names[0])
    for number, (part, each) in enumerate(zip(written, found, strict=True)):
        steps.add(con, number, each.begin)
        if each.wrong:
            con.executemany("insert into rejects values (?, null, ?, ?)", each.wrong)
        if missing := [c for c in columns if c not in each.columns]:
            _widen(con, part, missing, empty=not each.rows)
    parts = Parts.of(con, written, names, mapped(place), counted="line")
    deeper = tuple(
        f"column '{name}' holds objects in one another beyond {DEPTH} names: these stay JSON"
        for name in sorted(keys.deeper)
    )
    return replace(parts, notes=(*kept.notes, *deeper[:3]))


def _wanted(place: "Place") -> set[str]:
    """Columns that a study names."""
    return mapped(place) | set(condition.columns_of(place.where) if place.where else ())


def _wrong(value: Any) -> str:
    """Why a value is no row."""
    if isinstance(value, Broken):
        return value.reason
    return "A KEY TWICE" if isinstance(value, Twice) else "NO JSON OBJECT"


def _unfit(error: ValueError, is_utf8: Callable[[], bool]) -> str:
    """Why the texts of an object cannot be kept: a byte that is no UTF-8 and some halves of characters look alike in it."""
    if not isinstance(error, UnicodeEncodeError):
        return _wrong(Twice())
    byte = "\udc80" <= error.object[error.start] <= "\udcff"
    return "NO UTF-8" if byte and not is_utf8() else "HALF A CHARACTER"


def _no_object(file: Path, wrong: list[tuple[int, str, str]]) -> ReportError:
    begin = text.beginning(b"".join(text.blocks(file, 60)))
    if re.match(r"\W*\[\s*\[", begin):
        return json_frames.refused(file.name, "values")
    if wrong and wrong[0][1] == _wrong(Twice()):
        return ReportError(
            f"{file.name} holds no object in which each key stands once",
            got=f"line {wrong[0][0]:,} with a key twice, of {len(wrong):,} such objects",
            expected="each key once in an object, for nobody can say which of two values is meant",
            cause="a join that wrote two columns of one name, or texts that were put together by hand",
            remedy="name the second one otherwise where the file is written; or, if the last value is the right one:"
            ' python -c "import json, sys; [print(json.dumps(json.loads(line, parse_float=str))) for line in sys.stdin]" < FILE > FILE.jsonl',
        )
    if wrong and (misfit := BY_REASON.get(wrong[0][1])):
        return ReportError(
            f"no object of {file.name} can be read",
            got=f"{len(wrong):,} of them, the first in line {wrong[0][0]:,}, in a file that begins with {begin}",
            expected="one object a line, objects one after the other, or a list of them",
            cause=misfit.why,
            remedy=misfit.remedy,
        )
    return ReportError(
        f"{file.name} holds no JSON objects",
        got=f"a file that begins with {begin}" if begin else "a file of line ends",
        expected="one object a line, objects one after the other, or a list of them",
        remedy="write one object a line; or, if it is another format, state data.format in the study file",
    )


def _lists(value: dict[str, Any]) -> list[str]:
    """The keys that hold lists of objects, the longest first."""
    found = [key for key, inner in value.items() if isinstance(inner, list) and any(isinstance(i, dict) for i in inner)]
    return sorted(found, key=lambda key: -len(value[key]))


def _stacked(value: dict[str, Any]) -> str:
    """A program that writes the rows of all keys below each other, where each key holds rows of the same kind; else empty.

    They are a list of objects, objects by their ids, or one object.
    """
    ways: dict[str, Callable[[Any], list[Any]]] = {
        "json.dumps({**row, 'variant': key}) + chr(10) for key, rows in {} for row in rows": lambda v: (
            v if isinstance(v, list) else []
        ),
        "json.dumps({'id': who, **row, 'variant': key}) + chr(10) for key, rows in {} for who, row in rows.items()": lambda v: (
            list(v.values()) if isinstance(v, dict) else []
        ),
        "json.dumps({**row, 'variant': key}) + chr(10) for key, row in {}": lambda v: [v],
    }
    for way, rows_of in ways.items():
        rows = [rows_of(held) for held in value.values()]
        if (
            len(rows) > 1
            and all(each and all(isinstance(row, dict) and row for row in each) for each in rows)
            and (
                len({frozenset(each[0]) for each in rows}) == 1
                and not isinstance(next(iter(rows[0][0].values())), dict | list)
            )
        ):
            made = way.replace("{}", "json.load(open('FILE'), parse_float=str).items()")
            return f"import json; from sys import stdout; stdout.writelines({made})"
    return ""


def _one_object(told: tuple[str, dict[str, Any]]) -> ReportError:
    """What is said of a file that is one object without the columns of the study."""
    name, value = told
    if program := _stacked(value):
        return ReportError(
            f"{name} holds one object, whose keys name groups of rows, such as arms",
            got=f"the keys {', '.join(map(repr, list(value)[:10]))}",
            expected="an object a row, with a key that says to which group it belongs",
            remedy=f'write all of them into a file, with a key "variant": python -c "{program}" > FILE.jsonl',
        )
    lists = _lists(value)
    keys = ", ".join(map(repr, list(value)[:10]))
    program = (
        f"import json; from sys import stdout; stdout.writelines(json.dumps(row) + chr(10) for row in json.load(open('FILE'), parse_float=str)['{lists[0]}'])"
        if lists
        else ""
    )
    return ReportError(
        f"{name} holds one object, and it is no row",
        got=f"the key{'s' if len(value) > 1 else ''} {keys}",
        expected="an object a row, one a line, one after the other, or in a list",
        cause=f"the rows stand in the list of its key '{lists[0]}'"
        if lists
        else "an answer of a server that is no table, such as an error",
        remedy=f'write that list into a file of its own: python -c "{program}" > FILE.jsonl'
        if lists
        else "fetch the rows anew, and look at what stands in the file",
    )


def _all(
    con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], written: list[Path], keys: Keys
) -> list[_Found]:
    """Write every file as Parquet."""
    found = []
    for file, part, told in zip(files, written, folders.columns_of(place, files), strict=True):
        text.refuse_archive(file, b"".join(text.blocks(file, text.BLOCK)))
        encoding = place.encoding or json_values.encoding_of(file)
        plain = part.with_suffix(".json")
        source = file if encoding in ("utf-8", "utf-8-sig") else text.rewritten(file, encoding, plain)
        found.append(_convert(source, file.name, part, keys, told))
        if found[-1].rows:
            folders.refuse_others(con, part, file.name, told)
        plain.unlink(missing_ok=True)
    return found


def _convert(file: Path, name: str, part: Path, keys: Keys, told: dict[str, str | None]) -> _Found:
    """Write a file as Parquet."""
    aside = part.with_suffix(".pieces")
    aside.mkdir(exist_ok=True)
    for old in aside.iterdir():
        old.unlink()
    found, pieces = _Found(), list[Path]()
    rows: list[dict[str, str | None]] = []
    here: dict[str, None] = {}

    def flush() -> None:
        pieces.append(aside / f"{len(pieces):06d}.parquet")
        _write(rows, list(here), pieces[-1])
        found.columns |= here
        rows.clear()
        here.clear()

    is_utf8 = cache(lambda: text.is_utf8(file))
    values = json_values.values(file)
    head = list(islice(values, 2))
    if len(head) == 1 and isinstance(head[0][1], dict) and (way := json_frames.orient(head[0][1], keys.wanted)):
        raise json_frames.refused(name, way)
    for number, value in chain(head, values):
        why = ""
        try:
            row = _flat(value, keys, name) if isinstance(value, dict) else None
        except ValueError as error:
            row, why = None, _unfit(error, is_utf8)
        if not row:
            found.wrong.append((number, why or _wrong(value), name))
            continue
        row = told | row
        if number - found.rows != found.begin[-1][1]:
            found.begin.append((found.rows, number - found.rows))
        found.first = found.first or value
        found.rows += 1
        rows.append(row)
        here.update(dict.fromkeys(row))
        if len(rows) == AT_ONCE or len(rows) * len(here) > CELLS:
            flush()
    if rows:
        flush()
    if pieces:
        _join(pieces, list(found.columns), part)
    for piece in pieces:
        piece.unlink()
    aside.rmdir()
    return found


def _write(rows: list[dict[str, str | None]], names: list[str], piece: Path) -> None:
    """Rows as Parquet; a column costs what stands in it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    at: dict[str, list[int]] = {name: [] for name in names}
    texts: dict[str, list[str | None]] = {name: [] for name in names}
    for number, row in enumerate(rows):
        for name, said in row.items():
            at[name].append(number)
            texts[name].append(said)
    made = {}
    for name in names:
        made[name] = pa.array(texts[name], pa.string())
        if len(texts[name]) < len(rows):
            places = np.full(len(rows), -1, np.int32)
            places[at[name]] = np.arange(len(texts[name]))
            made[name] = made[name].take(pa.array(places, mask=places < 0))
    pq.write_table(pa.table(made), piece)


def _join(pieces: list[Path], names: list[str], part: Path) -> None:
    """Pieces as one file, one after the other; a column that a piece lacks is empty there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(part, pa.schema([(name, pa.string()) for name in names])) as out:
        for piece in pieces:
            table = pq.read_table(piece, partitioning=None)
            nothing = pa.nulls(len(table), pa.string())
            here = set(table.column_names)
            out.write_table(pa.table({name: table[name] if name in here else nothing for name in names}))


def _flat(value: dict[str, Any], keys: Keys, name: str) -> dict[str, str | None]:
    """Columns and their texts, objects inside taken apart."""
    taken = keys.taken(value, name)
    made = {stored(column): _text(said) for column, said in taken}
    if len(made) < len(taken):
        raise ValueError("a key stands there twice")
    for column, said in made.items():
        column.encode()
        (said or "").encode()  # a lone surrogate is no text
    return made


def _text(value: Any) -> str | None:
    """A value as text; nothing, and an empty text, are missing.

    >>> _text(True), _text(AsWritten("1.50")), _text([AsWritten("1"), {"a": "x"}]), _text("")
    ('true', '1.50', '[1, {"a": "x"}]', None)
    """
    if value is None or isinstance(value, str):
        return str(value) if value else None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, Twice):
        raise ValueError("a key stands there twice")
    if isinstance(value, AsWritten):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k, ensure_ascii=False)}: {_json(v)}' for k, v in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _widen(con: "duckdb.DuckDBPyConnection", part: Path, missing: list[str], *, empty: bool) -> None:
    """Columns that other files have are empty in all rows of a file, which may have none."""
    nothing = ", ".join(f"null::varchar as {quoted(column)}" for column in missing)
    wide = part.with_suffix(".wide")
    rows = (
        f"{nothing} where false"
        if empty
        else f"*, {nothing} from read_parquet({literal(part)}, hive_partitioning = false)"
    )
    con.execute(f"copy (select {rows}) to {literal(wide)} (format parquet)")
    wide.replace(part)
