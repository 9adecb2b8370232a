"""What a query that somebody writes calls a file, so that DuckDB reads the rows that the project reads.

Where it does not read them by itself, the query is of a copy that it reads, and a comment in it says how that is made first.
"""

import codecs
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from helpers.config.columns import COUNTED_BY
from helpers.ingest import text
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place
    from helpers.ingest.parts import Parts

ENDINGS = {"json": (".json", ".jsonl", ".ndjson"), "parquet": (".parquet",)}
"""Endings by which DuckDB tells a format."""
PACKED = {"gzip": ".gz", "zstd": ".zst"}
"""Endings by which it tells that a file is packed."""
READ = ("utf-8", "utf-8-sig", "ascii", "iso8859-1")
"""Encodings, by Python's names, that it reads."""
UNNAMED = re.compile(r"column_?[0-9]+")
"""The name of a column that has none, which DuckDB calls otherwise."""
GLOB = {"*", "?", "["}
"""Signs of a pattern of files."""


def of(
    con: "duckdb.DuckDBPyConnection", kind: str, place: "Place", files: Sequence[Path], parts: "Parts", malformed: int
) -> str:
    """The file or files as a query names them, which takes every line: none that is ``malformed`` is left out in silence.

    Of CSV every column is the text that stands there: DuckDB would guess types by the first rows, make one number of
    ids such as 7 and 007, and read days as months.
    """
    name, stem = _name(place, files), files[0].name.partition(".")[0]
    if kind == "duckdb":
        return f"{'.'.join(map(quoted, str(place.table).split('.', 1)))} /* asked of {name}: --database {name} */"
    if kind == "sqlite":
        asked = quoted(str(place.table)).replace('"', '\\"')
        return f"""{_csv(f"{stem}.csv")} /* made first: sqlite3 -header -csv {name} "select * from {asked}" > {stem}.csv */"""
    if kind == "workbook":
        return f"{_csv(f'{stem}.csv')} /* made first: the sheet, saved as {stem}.csv in UTF-8 */"
    encoding = _encoding(kind, place, files)
    packed, several = text.compression(files[0]), ", union_by_name = true" * (len(files) > 1)
    foreign = encoding not in READ and not _is_latin(encoding, files)

    def read(path: str, more: str = "") -> str:
        packing = f", compression = '{packed}'" * (packed in PACKED and not path.endswith(PACKED[packed]))
        if kind == "csv":
            written = _written(place, "" if foreign else encoding, delimited=malformed > 0)
            return _csv(path, f"{written}{packing}{several}{more}")
        if not several and path.removesuffix(PACKED.get(packed, "")).endswith(ENDINGS[kind]):
            return quoted(path)
        return f"read_{kind}({literal(path)}{packing}{several})"

    names = [column for column in parts.types if column not in COUNTED_BY]
    columns = ", ".join(f"{literal(column)}: 'varchar'" for column in names)
    named = f""", auto_detect = false, quote = '"', escape = '"', columns = {{{columns}}}"""
    if foreign:
        more = named * (kind == "csv" and not several and any(UNNAMED.fullmatch(column) for column in names))
        return f"{read(_copy(name), more)} /* made first: {_copying(name, encoding, packed)} */"
    if kind != "csv" or several:
        return read(name)
    if malformed:
        return f"{read(name)} /* lines that do not fit the header, to be mended first: {malformed:,} */"
    for more in ("", named):
        if _has(con, read(str(files[0]), more), names):
            return read(name, more)
    return f"{read(_copy(name))} /* made first: {_copying(name, encoding, packed)} */"


def _has(con: "duckdb.DuckDBPyConnection", read: str, names: list[str]) -> bool:
    """Whether DuckDB finds these columns in a file, by its first lines."""
    import duckdb

    try:
        return [column[0] for column in con.execute(f"select * from {read} limit 1").description] == names
    except duckdb.Error:
        return False


def _csv(name: str, written: str = "") -> str:
    return f"read_csv({literal(name)}, header = true, all_varchar = true{written})"


def _name(place: "Place", files: Sequence[Path]) -> str:
    """The name of a file, or the pattern of several."""
    name = PurePath(place.path).name
    if len(files) == 1:
        in_a_folder = files[0].name != name and not set(name) & GLOB
        return f"{name}/{files[0].name}" if in_a_folder else files[0].name
    return name if set(name) & GLOB else f"{name}/*{files[0].suffix}"


def _written(place: "Place", encoding: str, *, delimited: bool) -> str:
    """What is said of a CSV that is written in another way than usual, as options of DuckDB's reader."""
    above, delimiter = (place.header_line or 1) - 1, "\\t" if place.delimiter == "\t" else place.delimiter
    told = {
        "delim": literal(delimiter) if delimited or delimiter != "," else "",
        "skip": str(above) if above else "",
        "encoding": "'latin-1'" if encoding and not encoding.startswith("utf") else "",
    }
    return "".join(f", {option} = {said}" for option, said in told.items() if said)


def _encoding(kind: str, place: "Place", files: Sequence[Path]) -> str:
    """What texts are written in, by Python's name."""
    if kind == "parquet":
        return "utf-8"
    told = place.encoding or text.seen_encoding(b"".join(text.blocks(files[0], text.BLOCK))) or "utf-8"
    return codecs.lookup(told).name


def _is_latin(encoding: str, files: Sequence[Path]) -> bool:
    """Whether a file of Windows has no sign, such as that of the euro, that Latin-1 lacks."""
    return encoding == "cp1252" and not any(
        re.search(rb"[\x80-\x9f]", block) for file in files for block in text.blocks(file)
    )


def _copy(name: str) -> str:
    path = PurePath(name)
    return str(path.with_name(f"utf8-{path.name}"))


def _copying(name: str, encoding: str, packed: str) -> str:
    """The command that writes files anew in UTF-8, and with one kind of line ends, each beside itself."""
    path = PurePath(name)
    folder = f"'{path.parent}'" if path.parent.name else ""
    read, package = (
        f"file.read_bytes().decode('{encoding}').replace('\\r\\n', '\\n').replace('\\r', '\\n').encode()",
        "",
    )
    if packed == "gzip":
        read, package = read.replace("file.read_bytes()", "gzip.decompress(file.read_bytes())"), "import gzip; "
        read = f"gzip.compress({read})"
    return (
        f'python -c "{package}from pathlib import Path;'
        f" [file.with_name('utf8-' + file.name).write_bytes({read}) for file in sorted(Path({folder}).glob('{path.name}'))]\""
    )
