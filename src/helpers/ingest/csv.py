"""CSV, plain or packed: read with the stated delimiter and header, nothing guessed, every value as the text it was.

An empty field and an empty field in quotes are both missing. Blanks between a delimiter and a quote are not part of the
value, all others are.
"""

import codecs
import csv
import re
from collections.abc import Set
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import Log, Units
from helpers.config.columns import stored
from helpers.errors import ReportError
from helpers.ingest import folders, lines, misfits, steps, swallowed, text, widest
from helpers.ingest.columns import check_columns, compared, mapped, told_by_all
from helpers.ingest.parts import Parts, check_alike, rows
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
"""The first line by which a spreadsheet says what parts the fields."""
LOOKED_AT = 64
"""Records at the head of a file among which the header may stand."""


@dataclass(frozen=True)
class TextFile:
    """A file as it is read: plain UTF-8, or packed; its columns, and how many records stand down to its header."""

    file: Path
    delimiter: str
    names: list[str]
    above: int
    lines: lines.Lines
    told: dict[str, str | None] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Those of the text, and those that its folders tell."""
        return [*self.names, *self.told]


def read(con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], into: Path) -> Parts:
    """Each file as one Parquet file in ``into``; lines that do not fit the header are added to ``rejects``.

    Raises :class:`~helpers.errors.ReportError` for what is no text in the stated encoding or no whole archive, a wrong
    delimiter, a missing or repeated column, files with other columns than the first, a quote that does not close, and no
    readable row at all.
    """
    names = [file.name for file in files]
    first: list[str] = []
    written: list[Path] = []
    filled = False
    nothing: ReportError | None = None
    for number, (file, told) in enumerate(zip(files, folders.columns_of(place, files), strict=True)):
        table = opened(file, place, into / f"text-{number:04d}.csv", told=told)
        if first and len(table.names) == 1 < len(first):
            _refuse_other_delimiter(file, table, names[0])
        widest.refuse(file.name, table.columns)
        check_columns(place, table.columns, file.name, delimited=True)
        first = first or table.columns
        if told_by_all(place):
            check_alike(file.name, table.columns, names[0], first)
        written.append(into / f"part-{number:04d}.parquet")
        steps.add(con, number, _convert(con, place, table, file, written[-1]))
        folders.refuse_others(con, written[-1], file.name, {c: v for c, v in told.items() if c in table.names})
        if not (filled := filled or rows(con, written[-1]) > 0):
            nothing = nothing or misfits.told(table.file, file.name, table.delimiter, table.names, table.above)
        if table.file != file:
            table.file.unlink()
    if nothing and not filled:
        raise nothing
    return Parts.of(con, written, names, compared(place), counted="line")


def _refuse_other_delimiter(file: Path, table: TextFile, before: str) -> None:
    """Raise where another sign parts the fields of a file than of those before it."""
    other = next((sign for sign in ";\t|," if sign != table.delimiter and sign in table.names[0]), None)
    if other:
        raise ReportError(
            f"{file.name}: its fields are separated by {other!r}, those of {before} by {table.delimiter!r}",
            got=f"a single column {table.names[0][:60]!r}",
            expected="one delimiter in all files of a table",
            remedy=f"write {file.name} with {table.delimiter!r} between its fields, or name a glob that leaves it out",
        )


def opened(
    file: Path, place: "Place", aside: Path, most: int | None = None, told: dict[str, str | None] | None = None
) -> TextFile:
    """A file ready to be read; written anew as ``aside`` where DuckDB could not read it as it stands.

    Only its first ``most`` bytes are looked at where that is given. Raises as :func:`read`.
    """
    called, head = file.name, b"".join(text.blocks(file, text.BLOCK))
    text.refuse_archive(file, head)
    encoding = place.encoding or text.seen_encoding(head) or "utf-8"
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if b"\0" in head and not wide and text.is_binary(head):
        raise ReportError(
            f"{file.name} is no text",
            got="null bytes among its first ones",
            expected="CSV in UTF-8 or another encoding, Parquet (.parquet), a workbook (.xlsx) or DuckDB (.duckdb)",
            cause="a binary file",
            remedy="save it as UTF-8 CSV, or give it the ending of its format",
        )
    found = lines.looked_at(text.blocks(file, most), place.delimiter)
    ended = text.has_end_mark(file)
    if ended or found.mixed or encoding not in ("utf-8", "utf-8-sig") or (most and text.compression(file) == "zstd"):
        file = text.rewritten(file, encoding, aside, most=most)
        found = lines.looked_at(text.blocks(file), place.delimiter)
    delimiter, names, above = header(file, called, place, set(told or ()))
    return TextFile(file, delimiter, names, above, found, {c: v for c, v in (told or {}).items() if c not in names})


def header(file: Path, called: str, place: "Place", elsewhere: Set[str] = frozenset()) -> tuple[str, list[str], int]:
    """What parts the fields, the names of the columns, and how many records stand down to them.

    A column without a name, as that of a saved index, is called by its number. Raises where a mapped column stands only
    in a later record: then a title or a comment stands above the header.
    """
    try:
        head = list(islice(lines.records(file, place.delimiter), LOOKED_AT))
        told = SEPARATOR.fullmatch(place.delimiter.join(head[0])) if head else None
        delimiter = told[1] if told else place.delimiter
        if told:
            head = list(islice(lines.records(file, delimiter), LOOKED_AT))
    except csv.Error as error:
        raise ReportError(f"{called} cannot be read as CSV", got=str(error), expected="a header and rows") from None
    at = next((i for i, record in enumerate(head) if record and (i or not told)), 0)
    if place.header_line:
        at = min(place.header_line - 1, max(0, len(head) - 1))
    if not any(head):
        raise ReportError(
            f"{called} holds no table", got="line ends and nothing else", expected="a header line and rows",
            cause="an export that broke off", remedy="export the file anew",
        )  # fmt: skip
    names = _names(head[at])
    if misfits.has_row_names(names, head[at + 1 :], b"".join(text.blocks(file, 1 << 13)), delimiter):
        names = [misfits.NUMBERED if misfits.NUMBERED not in names else "row_name", *names]
    if any(0xDC80 <= ord(sign) <= 0xDCFF for name in names for sign in name):
        raise text.not_utf8(file)
    wanted = mapped(place) - elsewhere
    if not wanted <= set(names) and not place.header_line:
        later = next((i for i, record in enumerate(head) if wanted <= set(_names(record))), None) if wanted else None
        if later is not None:
            raise ReportError(
                f"{called}: the header stands in line {later + 1}, not in the first one",
                got=f"above it: {place.delimiter.join(head[at])[:60]!r}",
                expected="the names of the columns in the first line",
                cause="a title or a comment that was exported along",
                remedy=f"data.header_line: {later + 1} in the study file, or delete what stands above",
            )
    return delimiter, names, at + 1


def _names(record: list[str]) -> list[str]:
    return [stored(name) or f"column_{number}" for number, name in enumerate(record, 1)]


def _convert(
    con: "duckdb.DuckDBPyConnection", place: "Place", table: TextFile, file: Path, part: Path
) -> list[tuple[int, int]]:
    """Write a file as Parquet; in which lines its rows begin."""
    import duckdb

    try:
        rejected = _copy(con, table, part)
        above = _filled_above(table)
        agreed = lines.agree(table.lines, above + rows(con, part), len(rejected))
    except duckdb.Error:
        agreed = False
    if agreed:
        begin = lines.rows_of(table.lines, above, [line for line, _ in rejected])
    else:
        rejected, begin = _parted(con, table, file, part, spans=place.rows_in_fields)
    if (table.lines.spanned or table.lines.stray) and not place.rows_in_fields:
        swallowed.refuse(con, part, file.name, table.names, table.delimiter, begin)
    undecoded = sum(reason == "INVALID ENCODING" for _, reason in rejected)
    limit = place.tolerate.malformed_line if isinstance(place, Log | Units) else 0
    if undecoded > limit * (rows(con, part) + len(rejected)) and not text.is_utf8(file):
        raise text.not_utf8(file)
    if rejected:
        rejected = misfits.remarks(table.file, table.delimiter, rejected, begin, rows(con, part))
        con.executemany(f"insert into rejects values (?, null, ?, {literal(file.name)})", rejected)
    return begin


def _copy(con: "duckdb.DuckDBPyConnection", table: TextFile, part: Path, ends: str = "") -> list[tuple[int, str]]:
    """Write the rows of a table as Parquet; the lines that do not fit, and why."""
    con.execute(
        f"copy (select *{folders.selected(table.told)} from {scan(table, 'store_rejects = true' + ends)}) to {literal(part)} (format parquet)"
    )
    rejected = con.execute(
        "select line, string_agg(distinct error_type::varchar, ' ') from reject_errors group by line order by line"
    ).fetchall()
    con.execute("drop table reject_errors; drop table reject_scans")
    return rejected


def _parted(
    con: "duckdb.DuckDBPyConnection", table: TextFile, file: Path, part: Path, *, spans: bool
) -> tuple[list[tuple[int, str]], list[tuple[int, int]]]:
    """What DuckDB does not read whole, because quotes stand where none should, parted by Python first."""
    whole = part.with_suffix(".csv")
    width = len(table.names)
    expected, rejected, begin = lines.parted(
        table.file, file.name, table.delimiter, table.above, width, whole, spans=spans
    )
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    ends = r", new_line = '\n'"  # a field may hold others
    wrong = _copy(con, replace(table, file=whole, above=0), part, ends)
    whole.unlink()
    if wrong or rows(con, part) != expected:
        raise ReportError(
            f"{file.name} cannot be read as CSV",
            got=f"{rows(con, part):,} rows",
            expected=f"{expected:,} rows with the delimiter {table.delimiter!r}",
            remedy="export the file anew with every field in quotes, or as Parquet",
        )
    return rejected, begin


def _filled_above(table: TextFile) -> int:
    """Lines down to the header that hold something."""
    return sum(bool(record) for record in islice(lines.records(table.file, table.delimiter), table.above))


def scan(table: TextFile, wrong: str) -> str:
    """The lines of a file for the from clause of a query; ``wrong`` says what becomes of those that do not fit.

    Where a quote stands in the file a field may hold line ends, and DuckDB takes some of them for ends of rows when it
    reads several parts of the file side by side.
    """
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in table.names)
    beside = str(not table.lines.quoted).lower()
    return f"""read_csv({literal(table.file)}, header = false, skip = {table.above}, auto_detect = false,
        delim = {literal(table.delimiter)}, quote = '"', escape = '"', columns = {{{columns}}}, null_padding = false,
        strict_mode = true, hive_partitioning = false, nullstr = '', compression = {literal(text.compression(table.file))}, parallel = {beside}, {wrong})"""
