"""A file that no study names yet, opened as a relation: the same readers land it later."""

import codecs
import difflib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import defaults, paths
from helpers.config import VARIABLE, Place
from helpers.config.data import ADDRESS
from helpers.config.formats import format_of
from helpers.defaults import MEMORY
from helpers.errors import ReportError
from helpers.ingest import (
    condition,
    csv,
    database,
    files_of,
    json_lines,
    locations,
    parquet,
    queries,
    query_text,
    sqlite,
    widest,
    workbook,
)
from helpers.ingest.new_study import dialect, in_queries
from helpers.ingest.parts import REJECTS, Parts
from helpers.ingest.sql import literal, number, quoted
from helpers.ingest.values import lengths, number_formats
from helpers.ingest.values.amounts import PLAIN, Amounts, at_first_sight, canonical, decimals, pattern
from helpers.ingest.values.happened import happened, is_nothing
from helpers.ingest.values.ids import Ids
from helpers.pipeline.files import scratch

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.new_study.profile import Column
    from helpers.ingest.new_study.questions import Resemblance


_FIRST_SIGHT = at_first_sight("t")
_EITHER = f"regexp_full_match(t, {literal(pattern('.') + '|' + pattern(','))})"
"""Whether a text is a number of either format, at first sight and by all of it."""
LONG = 100_000
"""A table of so many rows is asked first which columns need no trimming."""
LONGEST_SHOWN = 120
"""Signs of a path that are shown."""


@dataclass(frozen=True)
class Words:
    """Words for nothing in a column of numbers, with their rows, and the column that is no in these, so that they say 0.

    Without words it is the ``empty`` fields that say so.
    """

    rows: dict[str, int]
    goes_with: str = ""
    empty: int = 0

    def text(self, written: str) -> str:
        """SQL of a text in which these words are 0, or nothing."""
        if self.empty:
            return f"coalesce(nullif(trim({written}), ''), '0')"
        listed = ", ".join(map(literal, self.rows))
        meant = "'0'" if self.goes_with else "null"
        return f"case when trim({written}) in ({listed}) then {meant} else nullif(trim({written}), '') end"

    @property
    def told(self) -> str:
        if self.empty:
            return f"an empty field in {self.empty:,} rows"
        return " and ".join(f"'{word}' in {n:,} rows" for word, n in self.rows.items())


@dataclass(frozen=True)
class SourceTable:
    """A relation of DuckDB, the place it was read from, and the lines that do not fit the header.

    ``numbers`` says how columns of text that hold numbers are read, ``unread`` why those cannot be that are left. Columns of
    ``happened`` are 1 where anything stands in them and 0 where nothing does, or a word that stands for nothing; ``words``
    are those of columns of numbers; columns of ``tidy`` need no trimming; ids of ``spaced`` differ by blanks at their ends, as
    in a run. ``whole`` is the relation with the rows that a stated condition leaves out, ``query`` the text of a query whose rows these are, ``named`` what another one calls the file. ``alike`` keeps what pairs of columns were asked already, by the SQL of both, ``profiled`` what
    each column was seen to hold, by all that this depends on.
    Every question about the rows is asked here, in SQL: no row reaches Python.
    """

    con: "duckdb.DuckDBPyConnection"
    parts: Parts
    place: Place
    malformed: int
    numbers: dict[str, Amounts] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    left_out: str = ""
    where: str = ""
    ids: Ids = field(default_factory=Ids)
    happened: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: dict[str, "Words"] = field(default_factory=dict)
    spaced: tuple[str, ...] = ()
    tidy: frozenset[str] = frozenset()
    whole: str = ""
    query: str = ""
    named: str = ""
    alike: dict[tuple[str, ...], "Resemblance"] = field(default_factory=dict, compare=False, repr=False)
    profiled: dict[tuple[object, ...], "Column"] = field(default_factory=dict, compare=False, repr=False)
    answers: dict[str, list[tuple[object, ...]]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def relation(self) -> str:
        """The rows for which ``where`` holds, but for those for which the SQL of ``left_out`` does."""
        asked = [f"({self.where})"] * bool(self.where) + [f"({self.left_out}) is not true"] * bool(self.left_out)
        if not asked:
            return self.parts.relation
        return f"(select *, file_index from {self.parts.relation} where {' and '.join(asked)})"

    def narrowed(self, where: str) -> "SourceTable":
        """The table with the rows alone for which a condition holds."""
        return replace(self, where=where)

    def also(self, condition: str) -> str:
        """The condition by which the table was narrowed, and another one."""
        return f"({self.where}) and {condition}" if self.where else condition

    def without(self, column: str, levels: Iterable[str]) -> "SourceTable":
        """The table without the rows in which a column holds one of these."""
        return replace(self, left_out=f"{self.text(column)} in ({', '.join(map(literal, levels))})")

    @property
    def called(self) -> str:
        """The file as it may be printed: its name, not where it stands."""
        return self.parts.names[0] if len(self.parts.names) == 1 else f"{len(self.parts.names)} files"

    @property
    def selected(self) -> str:
        """The file as a query that somebody writes names it; of a query, which no other one can name, its own text."""
        if self.query:
            return f"({self.query}\n)" if "--" in self.query else f"({' '.join(self.query.split())})"
        return self.named

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query in which ``{table}`` stands for the relation; one that was asked before is not asked again."""
        asked = query.replace("{table}", self.relation)
        if asked not in self.answers:
            self.answers[asked] = self.con.execute(asked).fetchall()
        return [*self.answers[asked]]

    def number(self, query: str) -> float:
        """The one number of a query; 0 where it is null."""
        return float(self.rows(query)[0][0] or 0)  # type: ignore[arg-type]

    def text(self, column: str) -> str:
        """SQL of a column's text without spaces around it, but for those of ids that they part; null where it is empty."""
        if column in self.words:
            return self.words[column].text(f"{quoted(column)}::varchar")
        if column in self.happened:
            return happened(f"{quoted(column)}::varchar", self.happened[column])
        written = (
            self.ids.text(column, self.parts.types[column])
            if column in self.ids.whole
            else f"{quoted(column)}::varchar"
        )
        if column in self.tidy:
            return written
        if column in self.spaced:
            return f"case when trim({written}) <> '' then {written} end"
        return f"nullif(trim({written}), '')"

    def decimals(self, column: str) -> int:
        """Digits behind the point that the numbers of a column have at most."""
        text = self.text(column)
        if self.number(f"select count(*) filter (not regexp_full_match({text}, {literal(PLAIN)})) from {{table}}"):
            text = canonical(text, replace(self.numbers.get(column, Amounts()), plain=False))
        return int(self.number(f"select max({decimals('t')}) from (select {text} as t from {{table}})"))

    def value(self, column: str, text: str | None = None) -> str:
        """SQL of a column (of its ``text``) as a finite number that a metric can hold; truth values are 1 and 0, everything else null."""
        text, as_decided = text or self.text(column), self.numbers.get(column, Amounts())
        return number(text if as_decided.plain else f"coalesce({canonical(text, as_decided)}, {text})")


@contextmanager
def opened(
    path: str,
    table: str | None,
    home: Path,
    where: str | None = None,
    database_file: str | None = None,
    header_line: int | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Iterator[SourceTable]:
    """The table behind ``path``: CSV (plain or gz), Parquet, a folder or a glob of them, a workbook, a table of a DuckDB or SQLite file,
    or a query in a file, which is asked of ``database_file`` where that is given.

    Rows for which the condition ``where`` does not hold are left out, as they are when a study's table is brought in.

    A CSV is brought to Parquet in a scratch folder beside ``home``'s data, one file at a time, so that each later
    question reads only its columns. Raises :class:`~helpers.errors.ReportError` for what cannot be read.
    """
    import duckdb

    place = _place(path, table, home, database_file)
    with scratch(home / "data", "new-study") as aside, duckdb.connect() as con:
        aside.mkdir()
        con.execute(f"set threads = {defaults.THREADS}; set memory_limit = '{MEMORY}'; set TimeZone = 'UTC'")
        con.execute(f"set temp_directory = {literal(aside / 'spill')}; set preserve_insertion_order = false")
        con.execute(REJECTS)
        (kind, files), query = files_of(place, "NEW"), ""
        place = place.model_copy(update={"encoding": _encoding(encoding, kind), "decimal": decimal})
        if kind == "csv":
            place = place.model_copy(update=dialect.of(files[0], place))
        if kind == "workbook":
            place = place.model_copy(update=workbook.keys_of(files[0], place))
        if header_line:
            if kind not in ("csv", "workbook"):
                raise ReportError(
                    "only a CSV and a sheet have a line of names",
                    got=f"--header-line {header_line}",
                    remedy="leave it out",
                )
            place = place.model_copy(update={"header_line": header_line})
        if kind in ("duckdb", "sqlite"):
            place = place.model_copy(update={"table": place.table or _only_table(con, kind, files[0])})
            reading = database.read_duckdb if kind == "duckdb" else sqlite.read
            parts = reading(con, place, files[0], aside)
        elif kind == "sql":
            parts = queries.read(con, place, "NEW", files[0], aside)
            query = query_text.read(files[0])
        else:
            reader = {"csv": csv, "json": json_lines, "workbook": workbook}.get(kind, parquet)
            parts = reader.read(con, place, files, aside)  # type: ignore[attr-defined]
        widest.refuse(parts.names[0], [*parts.types])
        whole = _whole(parts) if where else ""
        parts = condition.kept(con, where, parts, "--where")
        malformed = con.execute('select count(*) from rejects where "column" is null').fetchall()[0][0]
        maybe = _maybe_numbers(con, parts)
        numbers, _, faults = number_formats.formats(con, parts, maybe, place, parts.names[0])
        unread = {column: _in_a_line(fault) for column, fault in faults.items()}
        named = query or in_queries.of(con, kind, place, files, parts, int(malformed))
        tidy = _tidy(con, parts)
        yield SourceTable(
            con, parts, place, int(malformed), numbers, unread, tidy=tidy, whole=whole, query=query, named=named
        )


def _encoding(name: str | None, kind: str) -> str | None:
    """The encoding that was said. Raises for one that nobody knows, and of what is no text."""
    if not name:
        return None
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if not known or kind not in ("csv", "json"):
        raise ReportError(
            "--encoding cannot be used", got=f"--encoding {name}",
            expected="an encoding that Python knows, such as cp1252, cp949 or shift_jis, of a CSV or JSON",
            remedy="leave it out: the other kinds of files say it themselves" if known else None,
        )  # fmt: skip
    return name


def _whole(parts: Parts) -> str:
    """The relation of all rows, of files that stay when those of a condition take their place."""
    stay = [file.with_name(f"all-{file.name}") for file in parts.files]
    for file, other in zip(parts.files, stay, strict=True):
        try:
            other.hardlink_to(file)
        except OSError:  # a file system without links
            shutil.copyfile(file, other)
    return replace(parts, files=tuple(stay)).relation


def _tidy(con: "duckdb.DuckDBPyConnection", parts: Parts) -> frozenset[str]:
    """Columns of plain text without an empty field or blanks at an end, which need no trimming in each question; of long tables alone."""
    texts = [column for column, kind in parts.types.items() if kind == "VARCHAR"]
    if not texts or con.execute(f"select count(*) from {parts.relation}").fetchall()[0][0] < LONG:
        return frozenset()
    asked = ", ".join(
        f"bool_or({c} < '!' or ends_with({c}, ' ') or strlen({c}) <> length({c}))" for c in map(quoted, texts)
    )
    answer = con.execute(f"select {asked} from {parts.relation}").fetchall()[0]
    return frozenset(column for column, untidy in zip(texts, answer, strict=True) if not untidy)


def _maybe_numbers(con: "duckdb.DuckDBPyConnection", parts: Parts) -> list[str]:
    """Columns of text whose first values are numbers, with decimals or thousands, where some are not as a program writes them.

    1.234 beside 12,50 may be a thousand: how one column writes its numbers tells it of the others.
    """
    texts = [column for column, kind in parts.types.items() if kind in lengths.KINDS]
    if not texts:
        return []
    for asked in (
        _FIRST_SIGHT,
        _EITHER,
    ):  # the second is asked where the first finds any, for it takes ten times as long
        columns = ", ".join(f"{quoted(c)}::varchar as {quoted(c)}" for c in texts)
        found = con.execute(
            f"""select name from (unpivot (select {columns} from {parts.relation} limit {number_formats.FIRST})
                on * into name name value t) where not {is_nothing("t")} group by name
            having avg(({asked} or {lengths.matches("t")})::integer) > 0.5 and not bool_and(regexp_full_match(t, '-?[0-9]+'))
            qualify count(*) filter (not bool_and(regexp_full_match(t, {literal(PLAIN)}))) over () > 0"""
        ).fetchall()
        texts = [column for column in texts if (column,) in found]
        if not texts:
            return []
    return texts


def _in_a_line(fault: ReportError) -> str:
    """What leaves a column unread, without the name of the file."""
    lines = [" ".join(line.split()) for line in str(fault).splitlines()]
    what = lines[0].partition(": the numbers of column ")[2].partition("' ")[2]
    return "; ".join([f"its numbers {what}", *(line for line in lines[1:] if line.startswith(("got:", "remedy:")))])


def _place(path: str, table: str | None, home: Path, database_file: str | None = None) -> Place:
    """Where the file stands, as a study file says it: from ``home``, or from the folder of downloaded data."""
    if VARIABLE.fullmatch(path):
        raise ReportError(
            "new-study looks at files, not at a database server",
            got=path,
            expected="a CSV, JSON lines or Parquet file or a workbook, a folder or a glob of them, or a DuckDB or SQLite file",
            remedy="export the table to Parquet and look at that; a study may name the server itself (data.format: postgres)",
        )
    magic = any(sign in path for sign in "*?[")
    why = None if magic else locations.hindrance(Path(path))
    if why and why != locations.ABSENT:
        raise ReportError(
            "this cannot be read", got=path if len(path) <= LONGEST_SHOWN else path[: LONGEST_SHOWN - 3] + "...",
            expected="a CSV, JSON lines or Parquet file or a workbook, a folder or a glob of them, or a DuckDB or SQLite file",
            cause=why, remedy="write what it holds into a file, such as: cat PIPE > FILE.csv" if why == locations.NO_FILE else None,
        )  # fmt: skip
    absolute = Path(path).resolve()
    if why:
        near = difflib.get_close_matches(
            absolute.name, [f.name for f in absolute.parent.iterdir()] if absolute.parent.is_dir() else [], n=1
        )
        raise ReportError(
            "there is no such file",
            got=path,
            expected="a CSV, JSON lines or Parquet file or a workbook, a folder or a glob of them, or a DuckDB or SQLite file",
            remedy=f"did you mean '{near[0]}'?" if near else "give the path as seen from here",
        )
    if database_file and format_of(absolute.name) != "sql":
        raise ReportError(
            "only a query is asked of a database", got="--database", expected="a file that ends with .sql, with one SELECT in it",
            remedy="for a table of a DuckDB or SQLite file name the file itself, and --table",
        )  # fmt: skip
    if database_file and ADDRESS.search(database_file):
        raise ReportError(
            "--database holds a connection string", expected="${VARIABLE}, an environment variable that holds it, or a file",
            remedy="never write a password into a file, or on a command line",
        )  # fmt: skip
    if table and format_of(absolute.name) not in ("duckdb", "sqlite", "workbook"):
        raise ReportError(
            "only a DuckDB or SQLite file holds tables, and a workbook sheets",
            got=f"--table {table}",
            remedy="leave --table out",
        )
    place = Place.model_construct(
        path=_written(absolute, home),
        format=None,
        table=table,
        delimiter=",",
        encoding=None,
        header_line=None,
        origin="",
        database=database_file
        if not database_file or VARIABLE.fullmatch(database_file)
        else _written(Path(os.path.realpath(database_file)), home),
    )
    place.start_from(home)
    return place


def _written(absolute: Path, home: Path) -> str:
    """A path as a study file says it."""
    written = str(absolute)
    for folder, prefix in ((paths.real_data_dir(), f"${{{paths.REAL_DATA_DIR}}}/"), (home, "")):
        if absolute.is_relative_to(folder.resolve()) and absolute != folder.resolve():
            written = prefix + str(absolute.relative_to(folder.resolve()))
    return written


def _only_table(con: "duckdb.DuckDBPyConnection", kind: str, file: Path) -> str:
    """The table of a DuckDB or SQLite file that holds just one."""
    if kind == "sqlite":
        with sqlite.opened(file) as read:
            found = sqlite.tables(read)
    else:
        with database.opened(con, file) as tables:
            found = [table if schema == "main" else f"{schema}.{table}" for schema, table in tables]
    if len(found) != 1:
        raise ReportError(
            f"{file.name} holds {len(found) or 'no'} tables",
            got=", ".join(sorted(found)[:20]) or "nothing",
            expected="one table to look at",
            remedy="name it: --table NAME" if found else "give a file that holds one",
        )
    return found[0]
