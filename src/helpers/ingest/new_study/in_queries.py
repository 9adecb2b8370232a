"""What a query that somebody writes calls a file, so that DuckDB reads the rows that the project reads.

Where it does not read them by itself, the query is of a copy that it reads, and a comment in it says how that is made first.
"""

import codecs
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from helpers.ingest import text
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.config import Place

ENDINGS = {"json": (".json", ".jsonl", ".ndjson"), "parquet": (".parquet",)}
"""Endings by which DuckDB tells a format."""
PACKED = {"gzip": ".gz", "zstd": ".zst"}
"""Endings by which it tells that a file is packed."""
READ = ("utf-8", "utf-8-sig", "iso8859-1")
"""Encodings, by Python's names, that it reads."""


def of(kind: str, place: "Place", files: Sequence[Path]) -> str:
    """The file or files as a query names them.

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
    copied = codecs.lookup(encoding).name not in READ and not _is_latin(encoding, files)
    as_read, packed = (_copy(name) if copied else name), text.compression(files[0])
    several = ", union_by_name = true" * (len(files) > 1)
    read = {
        "csv": _csv(as_read, _written(place, "" if copied else encoding, packed, as_read) + several),
        "json": f"read_json({literal(as_read)}{_packed(packed, as_read)}{several})",
        "parquet": f"read_parquet({literal(as_read)}{several})",
    }[kind]
    if not several and as_read.removesuffix(PACKED.get(packed, "")).endswith(ENDINGS.get(kind, ())):
        read = quoted(as_read) if kind in ENDINGS else read
    return f"{read} /* made first: {_copying(name, encoding, packed)} */" if copied else read


def _csv(name: str, written: str = "") -> str:
    return f"read_csv({literal(name)}, header = true, all_varchar = true{written})"


def _name(place: "Place", files: Sequence[Path]) -> str:
    """The name of a file, or the pattern of several."""
    if len(files) == 1:
        return files[0].name
    name = PurePath(place.path).name
    return name if set(name) & set("*?[") else f"{name}/*{files[0].suffix}"


def _written(place: "Place", encoding: str, packed: str, name: str) -> str:
    """What is said of a CSV that is written in another way than usual, as options of DuckDB's reader."""
    above = (place.header_line or 1) - 1
    told = {
        "delim": "'\\t'" if place.delimiter == "\t" else literal(place.delimiter) if place.delimiter != "," else "",
        "skip": str(above) if above else "",
        "encoding": "'latin-1'" if encoding and not encoding.startswith("utf") else "",
    }
    return "".join(f", {option} = {said}" for option, said in told.items() if said) + _packed(packed, name)


def _packed(packed: str, name: str) -> str:
    told = packed in PACKED and not name.endswith(PACKED[packed])
    return f", compression = '{packed}'" if told else ""


def _encoding(kind: str, place: "Place", files: Sequence[Path]) -> str:
    if kind == "parquet":
        return "utf-8"
    return place.encoding or text.seen_encoding(b"".join(text.blocks(files[0], text.BLOCK))) or "utf-8"


def _is_latin(encoding: str, files: Sequence[Path]) -> bool:
    """Whether a file of Windows has no sign, such as that of the euro, that Latin-1 lacks."""
    if codecs.lookup(encoding).name != "cp1252":
        return False
    return not any(re.search(rb"[\x80-\x9f]", block) for file in files for block in text.blocks(file))


def _copy(name: str) -> str:
    path = PurePath(name)
    return str(path.with_name(f"utf8-{path.name}"))


def _copying(name: str, encoding: str, packed: str) -> str:
    """The command that writes files anew in UTF-8, each beside itself."""
    path = PurePath(name)
    folder = f"'{path.parent}'" if path.parent.name else ""
    read, package = f"file.read_bytes().decode('{encoding}').encode()", ""
    if packed == "gzip":
        read, package = read.replace("file.read_bytes()", "gzip.decompress(file.read_bytes())"), "import gzip; "
        read = f"gzip.compress({read})"
    return (
        f'python -c "{package}from pathlib import Path;'
        f" [file.with_name('utf8-' + file.name).write_bytes({read}) for file in sorted(Path({folder}).glob('{path.name}'))]\""
    )
