"""Parquet: used where it stands, with the types it has."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import Log, Units
from helpers.config.columns import logged, stored
from helpers.errors import ReportError
from helpers.ingest import folders, one_type, pairs
from helpers.ingest.columns import check_columns, compared, mapped
from helpers.ingest.parts import Parts, columns, rows
from helpers.ingest.sql import kept, literal, quoted
from helpers.pipeline.files import refuse_full_disk

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place


def read(con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], into: Path) -> Parts:
    """Links to the files in ``into``, or copies where a column has another name or type in them, or stands elsewhere.

    A column may stand in the name of a folder, or in a struct, whose fields are called ``outer.inner.deeper``. Raises
    :class:`~helpers.errors.ReportError` for what is no Parquet file, a missing column, no row at all.
    """
    linked = []
    unnamed = not isinstance(place, Log | Units)  # no study maps it yet, so all fields are looked at
    found = [types(con, file) for file in files]
    common = one_type.of(con, list(map(relation, files)), found, mapped(place))
    for number, (file, kinds, told) in enumerate(zip(files, found, folders.columns_of(place, files), strict=True)):
        refuse_misread(con, file, kinds, mapped(place))
        inner = fields(con, relation(file), kinds) | pairs.fields(con, relation(file), kinds)
        check_columns(place, [*map(stored, kinds), *inner, *(c for c in told if c not in kinds)], file.name)
        wanted = {c for c in inner if not any(o.startswith(f"{c}.") for o in inner)} if unnamed else mapped(place)
        added = "".join(f", {sql} as {quoted(c)}" for c, sql in inner.items() if c in wanted)
        added += folders.selected({c: value for c, value in told.items() if c not in kinds})
        linked.append(into / f"part-{number:04d}.parquet")
        cast = {c: kind for c, kind in common.items() if kinds.get(c, kind) != kind}
        plain = [c for c in kinds if not (unnamed and _is_struct(kinds[c]))]
        if not (cast or added) and kept(kinds) == "*":
            linked[-1].symlink_to(file.resolve())
        else:
            taken = ", ".join(
                f"{one_type.cast(quoted(c), kinds[c], cast.get(c, kinds[c]))} as {quoted(stored(c))}" for c in plain
            )
            taken = f"{taken}{added}".removeprefix(", ")
            con.execute(f"copy (select {taken} from {relation(file)}) to {literal(linked[-1])} (format parquet)")
        folders.refuse_others(con, linked[-1], file.name, {stored(c): v for c, v in told.items() if c in kinds})
    names = [file.name for file in files]
    if not any(rows(con, part) for part in linked):
        raise ReportError(f"{', '.join(names[:3])} holds no events", got="no row")
    return Parts.of(con, linked, names, compared(place))


WIDEST = 38
"""Digits of a decimal that the engine reads as one; a wider one it takes for a float, and wrongly."""


def refuse_misread(con: "duckdb.DuckDBPyConnection", file: Path, kinds: Iterable[str], wanted: set[str]) -> None:
    """Raise for a mapped column that the engine would read as another value, or of which there are two."""
    stand = con.execute(f"select name, type, precision from parquet_schema({literal(file)})").fetchall()
    named = {name for name, *_ in stand}
    for name, _, digits in stand:
        if name in wanted and digits and digits > WIDEST:
            raise ReportError(
                f"{file.name}: column '{logged(name)}' cannot be read", got=f"a decimal of {digits} digits",
                expected=f"at most {WIDEST}", remedy=f"write it as a decimal of at most {WIDEST} digits, or as text",
            )  # fmt: skip
    for name in kinds:
        first = re.sub(r"_[0-9]+$", "", name)
        if name not in named and first in named and wanted & {first, name}:
            raise ReportError(f"{file.name}: columns stand there twice", got=logged(first), remedy="rename one of each")
    whole = {name for name, kind, _ in stand if name in wanted and kind == "INT64"}
    for name in whole & (_durations(file) if whole else set()):
        raise ReportError(
            f"{file.name}: column '{logged(name)}' holds lengths of time, which are not read",
            got="a duration", expected="a number", cause="a timedelta of pandas or Arrow",
            remedy="write it in seconds, such as frame[column].dt.total_seconds()",
        )  # fmt: skip


def _durations(file: Path) -> set[str]:
    """Columns of lengths of time, which Parquet itself knows as whole numbers and a note of Arrow tells apart."""
    import pyarrow as pa
    from pyarrow import parquet

    return {field.name for field in parquet.read_schema(file) if pa.types.is_duration(field.type)}


def relation(file: Path) -> str:
    """The rows of a file for the from clause of a query."""
    return f"read_parquet({literal(file)}, hive_partitioning = false)"


def fields(con: "duckdb.DuckDBPyConnection", table: str, kinds: dict[str, str]) -> dict[str, str]:
    """The fields of the structs of a table, however deep, called ``outer.inner.deeper``, and the SQL of each; a column of that name is meant first."""
    made: dict[str, str] = {}
    left = [(column, quoted(column)) for column, kind in kinds.items() if _is_struct(kind)]
    while left:
        outer, of = left.pop(0)
        for inner, kind, *_ in con.execute(f"describe select unnest({of}) from {table}").fetchall():
            name, sql = f"{outer}.{inner}", f"{of}[{literal(inner)}]"
            made[name] = sql
            left += [(name, sql)] if _is_struct(kind) else []
    return {name: sql for name, sql in made.items() if name not in kinds}


def _is_struct(kind: str) -> bool:
    return kind.startswith("STRUCT(") and not kind.endswith("]")


@contextmanager
def unspoilt(names: Sequence[str], out: Path) -> Iterator[None]:
    """Within, the engine reads Parquet files from outside; one that is damaged, which shows only then, is one message.

    A disk that is full while the engine writes into ``out`` is raised as what it is.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        refuse_full_disk(str(error), out)
        if not (type(error) is duckdb.Error or isinstance(error, duckdb.InvalidInputException | duckdb.IOException)):
            raise
        raise ReportError(
            f"{', '.join(names[:3])} cannot be read to the end",
            got=_told(error),
            expected="whole Parquet files", cause="a file that was cut or changed on its way", remedy="copy it anew",
        ) from None  # fmt: skip


def _told(error: Exception) -> str:
    """What the engine says, without what it quotes: the name of a file of this machine, a value.

    >>> _told(ValueError('Failed to read file "/x/part-0000.parquet": Snappy decompression failure'))
    'Failed to read file: Snappy decompression failure'
    """
    return re.sub(r'\s*"[^"]*"', "", str(error).splitlines()[0])


def types(con: "duckdb.DuckDBPyConnection", file: Path) -> dict[str, str]:
    """Columns of a file from outside and their types; raises for what is no Parquet file."""
    import duckdb

    try:
        empty = con.execute(
            f"select name from parquet_schema({literal(file)}) where logical_type = 'NullType()'"
        ).fetchall()
        return columns(con, file) | {name: one_type.EMPTY for (name,) in empty}
    except duckdb.Error as error:
        raise ReportError(
            f"{file.name} cannot be read as Parquet", got=str(error).splitlines()[0].replace(str(file), file.name),
            expected="a Parquet file",
        ) from None  # fmt: skip
