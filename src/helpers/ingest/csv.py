"""CSV, plain or gz: read with the stated delimiter and header, nothing guessed, every value as the text it was."""

from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.columns import check_columns, mapped
from helpers.ingest.parts import Parts, rows
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place


def read(con: "duckdb.DuckDBPyConnection", place: "Place", files: list[Path], into: Path) -> Parts:
    """Each file as one Parquet file in ``into``; lines that do not fit the header are added to ``rejects``.

    Raises :class:`~helpers.errors.ReportError` for what is no UTF-8 text or no whole archive, a wrong delimiter, a
    missing or repeated column, files with other columns than the first, and no readable row at all.
    """
    names = [file.name for file in files]
    first: list[str] = []
    written = []
    for number, file in enumerate(files):
        if file.suffix == ".gz":
            _refuse_broken_gzip(file)
        names_here = header(file, place.delimiter)
        check_columns(place, names_here, file.name)
        first = first or names_here
        if sorted(names_here) != sorted(first):
            raise ReportError(
                f"{file.name}: other columns than in {names[0]}",
                got=", ".join(sorted(set(names_here) ^ set(first))),
                expected="the same columns in all files",
            )
        written.append(into / f"part-{number:04d}.parquet")
        _convert(con, place, file, names_here, written[-1])
    if not any(rows(con, part) for part in written):
        raise ReportError(f"{', '.join(names[:3])} holds no events", got="no readable line below the header")
    return Parts.of(con, written, names, mapped(place), first_row=2)


def _convert(con: "duckdb.DuckDBPyConnection", place: "Place", file: Path, names: list[str], part: Path) -> None:
    import duckdb

    rows_of = scan(file, place.delimiter, names, "store_rejects = true")
    try:
        con.execute(f"copy (select * from {rows_of}) to {literal(part)} (format parquet)")
    except duckdb.Error as error:
        raise ReportError(
            f"{file.name} cannot be read as CSV",
            got=str(error).splitlines()[0],
            expected=f"UTF-8 text with the delimiter {place.delimiter!r}",
            remedy="save the file as UTF-8 CSV, or correct data.delimiter in the study file",
        ) from None
    con.execute(
        f"""insert into rejects select line, null, string_agg(distinct error_type::varchar, ' '), {literal(file.name)}
        from reject_errors group by line order by line"""
    )
    con.execute("drop table reject_errors; drop table reject_scans")


def scan(file: Path, delimiter: str, names: list[str], wrong: str) -> str:
    """The lines of a file for the from clause of a query; ``wrong`` says what becomes of those that do not fit."""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    return f"""read_csv({literal(file)}, header = true, auto_detect = false, delim = {literal(delimiter)}, quote = '"',
        escape = '"', columns = {{{columns}}}, null_padding = false, nullstr = '', {wrong})"""


def _refuse_broken_gzip(file: Path) -> None:
    """DuckDB reads a cut archive as far as it goes, without a word."""
    import gzip
    import zlib

    try:
        with gzip.open(file) as stream:
            while stream.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise ReportError(
            f"{file.name} cannot be read as gzip",
            got=str(error),
            expected="a whole gzip archive",
            cause="a download that broke off, or a file that only bears the name",
            remedy="fetch it again and compare its sha256",
        ) from None


def header(file: Path, delimiter: str) -> list[str]:
    """Names of the columns; one without a name, as that of a saved index, is called by its number."""
    import csv
    import gzip

    try:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8-sig", newline="") as stream:  # type: ignore[operator]
            names = next(csv.reader(stream, delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise ReportError(
            f"{file.name} cannot be read as text", got=str(error), expected="UTF-8, plain or gzip-compressed"
        ) from None
    return [name or f"column_{number}" for number, name in enumerate(names, 1)]
