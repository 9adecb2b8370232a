"""The join: each table is read as any other one, then told as events of one log."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import ASSIGNED, Log, Period, Study, Tables
from helpers.errors import ReportError, several
from helpers.formatting import formatted
from helpers.ingest import currency_columns, parquet, steps
from helpers.ingest.columns import expression
from helpers.ingest.parts import Parts, columns, rows
from helpers.ingest.reading import Reading, decide
from helpers.ingest.sql import literal, quoted
from helpers.ingest.tables import alike, matches, moments
from helpers.ingest.tables.carried import Carried, selected
from helpers.ingest.values import ids_alike
from helpers.ingest.values.amounts import NO_NUMBER
from helpers.pipeline.files import scratch

if TYPE_CHECKING:
    import duckdb

Reader = Callable[[Study, Path], Parts]
"""How the table of a study is read into a folder."""


@dataclass(frozen=True)
class ReadTable:
    """A table as it was read: its key in the study, the study of it alone, its files and how its columns are read."""

    key: str
    study: Study
    parts: Parts
    reading: Reading
    step: str = ""

    @property
    def log(self) -> Log:
        assert isinstance(self.study.data, Log)
        return self.study.data

    @property
    def name(self) -> str:
        """Its name among the tables of facts."""
        return self.key.rpartition(".")[2]

    @property
    def called(self) -> str:
        """Its file, or how many, as it may be told."""
        file = self.parts.names[0] if len(self.parts.names) == 1 else f"{len(self.parts.names)} files of {self.name}"
        return f"{file} ({self.name})" if self.log.where and self.key.startswith("facts.") else file

    @property
    def steps(self) -> str:
        """Where it is kept in which lines of its files the rows stand."""
        return f"steps_of_{self.name}"

    def sql(self, name: str, missing: str = "null::varchar") -> str:
        """SQL of the project's column of a name."""
        if name not in self.log.columns:
            return missing
        return expression(name, self.log.columns[name], self.parts.types, self.reading)

    @property
    def time(self) -> str:
        """SQL of the columns that say when a fact happened."""
        return moments.sql(self.log, self.parts, self.reading, self.step)

    @property
    def days(self) -> str:
        """SQL whether a row has a day and no time of day."""
        return moments.are_days(self.log, self.parts, self.reading)

    @property
    def price(self) -> str:
        """SQL of the amount as a program writes it; a word that is no number stays, to be told."""
        made, source = self.sql("price"), self.log.columns.get("price")
        if not (isinstance(source, str) and self.parts.types[source] == "VARCHAR"):
            return made
        word = f"not regexp_matches({quoted(source)}, '[0-9]')"
        return f"case when ({made}) = {literal(NO_NUMBER)} and {word} then {quoted(source)} else {made} end"

    @property
    def whole(self) -> str:
        """SQL that tells a row by all of its columns."""
        return f"hash({', '.join(map(quoted, self.parts.types))})::varchar"


def read(con: "duckdb.DuckDBPyConnection", study: Study, into: Path, reader: Reader) -> Parts:
    """The tables of a study as Parquet files of event rows in ``into``, one for each file that was read.

    What never was assigned is left out, and so are facts before the first moment that the study looks at. Rows without an id stay, and are counted as such later.

    Raises:
        ReportError: for what any of the tables cannot be read by, for a table whose ids are those of others, units that stand in
            several rows with different attributes, and equal rows of days that nobody can tell apart.
    """
    place = study.data
    assert isinstance(place, Tables)
    start = f"timestamp {literal(study.period.start)}"
    con.execute('create or replace temp table joined_steps (file integer, "row" bigint, ahead bigint)')
    with scratch(into.parent, "tables") as aside:
        aside.mkdir()
        tables = _read(con, study, place, aside, reader)
        names = tuple(name for each in tables if each.name != "units" for name in each.parts.names)
        with parquet.unspoilt(names, into):
            found, notes = [], []
            describing = next((each for each in tables if each.name == "units"), None)
            beside = Carried.of(place, tables[0].parts.types, describing.parts.types if describing else ())
            _assign(con, tables[0], start, beside)
            notes += _repeats(con, tables[0])
            held = sum(_held(con, each) for each in tables if each is not describing)
            if describing:
                found.append(_describe(con, describing, tables[0], beside))
            files = _written(con, tables[0], _assigned_events(beside, place), into, 0)
            for each in tables[1:]:
                if each is not describing:
                    found.append(_match(con, each, tables[0], study.period))
                    files += _written(con, each, _fact_events(each, study.period, beside, place), into, len(files))
    con.execute("insert into steps select * from joined_steps")
    matches.keep(con, found)
    for each in tables:
        own = each is tables[0]  # ids of the others are matched with those of the assignments
        notes += [f"{each.parts.names[0]}: {note}" for note in each.reading.notes if own or not ids_alike.is_told(note)]
    for one in found:
        facts = place.facts.get(one.table)
        notes += one.sentences(dated=facts is None or "event_time" in facts.columns)
    counted = "line" if all(each.parts.counted == "line" for each in tables) else "row"
    apart = held - sum(rows(con, file) for file in files)
    return Parts(tuple(files), names, columns(con, files[0]), counted, tuple(dict.fromkeys(notes)), apart)


def _held(con: "duckdb.DuckDBPyConnection", table: ReadTable) -> int:
    """The rows of a table's files, those that its condition leaves out among them."""
    return table.parts.apart + sum(rows(con, file) for file in table.parts.files)


def _repeats(con: "duckdb.DuckDBPyConnection", table: ReadTable) -> list[str]:
    """What is said of rows that assign a unit to its variant once more."""
    kept = con.execute("select count(*) from assigned").fetchall()[0][0]
    more = _held(con, table) - table.parts.apart - kept
    return (
        [f"{table.parts.names[0]}: {more:,} rows assign a unit to its variant once more; the first one counts"]
        if more
        else []
    )


def _read(
    con: "duckdb.DuckDBPyConnection", study: Study, place: Tables, aside: Path, reader: Reader
) -> list[ReadTable]:
    """Each table, the assignments first, and how its columns are read; everything that cannot be in one message."""
    found: list[ReadTable] = []
    faults: list[ReportError] = []
    for number, (key, log) in enumerate(place.logs.items()):
        name = key.rpartition(".")[2]
        measured = [m for m in study.metrics if name in m.events]
        alone = study.model_copy(update={"data": log, "metrics": measured})
        folder = aside / str(number)
        folder.mkdir()
        parts = reader(alone, folder)
        reading, wrong = decide(con, alone, parts, f"data.{key}")
        faults += wrong + currency_columns.faults(con, alone, parts, reading)
        timed = key.startswith("facts.") and "event_time" in log.columns and not wrong
        found.append(ReadTable(key, alone, parts, reading, moments.step(con, log, parts, reading) if timed else ""))
        con.execute(f"create or replace temp table {found[-1].steps} as from steps; delete from steps")
    if faults:
        raise several(faults)
    return found


def _assign(con: "duckdb.DuckDBPyConnection", table: ReadTable, start: str, beside: Carried) -> None:
    """Make ``assigned``, a row for each unit and level of its variant, the first one, and ``first_assigned``, a row a unit.

    Rows without an id or a time that can be read stay, and are counted as such later.
    """
    at = table.sql("event_time", start)
    described = "".join(f", {table.sql(name)} as {quoted(name)}" for name in beside.attributes) + selected(
        beside.unmapped
    )
    con.execute(
        f"""create or replace temp table assigned as select * from (
            select file_index, file_row_number, {table.sql("user_id")} as user_id, {table.sql("variant")} as variant,
                {at} as event_time{described} from {table.parts.relation})
        qualify user_id is null or user_id = '' or event_time is null
            or row_number() over (partition by user_id, variant order by event_time, file_index, file_row_number) = 1"""
    )
    firsts = "".join(
        f", arg_min({quoted(n)}, (event_time, file_index, file_row_number)) as {quoted(n)}" for n in beside.attributes
    )
    con.execute(
        f"""create or replace temp table first_assigned as select user_id, min(event_time) as assigned,
            arg_min(variant, (event_time, file_index, file_row_number)) as variant{firsts}
        from assigned where user_id <> '' and event_time is not null group by 1"""
    )


def _describe(
    con: "duckdb.DuckDBPyConnection", table: ReadTable, assignments: ReadTable, beside: Carried
) -> matches.Match:
    """Make ``described``, a row for each assigned unit that the table of units knows."""
    names = beside.described
    taken = "".join(f", {table.sql(name)} as {quoted(name)}" for name in names) + selected(beside.unmapped_of_units)
    con.execute(
        f"create or replace temp table units_rows as select {table.sql('user_id')} as user_id{taken} from {table.parts.relation}"
    )
    same = alike.match(con, "units_rows", "ids_of_units")
    found = matches.of(con, "units", table.called, "units_rows", "ids_of_units", same, "false", "false")
    matches.refuse_strangers(con, found, "units_rows", assignments.parts.names[0])
    whole = f"row({', '.join(['1', *map(quoted, names)])})"
    torn = con.execute(
        f"""select count(*) from (select unit from units_rows join ids_of_units using (user_id) group by 1
            having count(distinct {whole}) > 1)"""
    ).fetchall()[0][0]
    if torn:
        raise ReportError(
            f"{found.file}: {torn:,} units stand in several rows with different attributes",
            got=f"{found.rows:,} rows of {found.units:,} units",
            expected="one row a unit (data.units)",
            cause="a table of changes, or of accounts of one unit",
            remedy="keep the row of each unit as it was when it was assigned: name the rows that count as data.units.where",
        )
    kept = "".join(f", any_value({quoted(n)}) as {quoted(n)}" for n in (*names, *beside.unmapped_of_units.values()))
    con.execute(
        f"create or replace temp table described as select unit as user_id{kept} from units_rows join ids_of_units using (user_id) group by 1"
    )
    return found


def _match(con: "duckdb.DuckDBPyConnection", table: ReadTable, assignments: ReadTable, period: Period) -> matches.Match:
    """Make the ids of a table of facts known; raises where none is that of an assigned unit."""
    dated = "event_time" in table.log.columns
    rows = f"(select {table.sql('user_id')} as user_id, {table.time} from {table.parts.relation})"
    same = alike.match(con, rows, f"ids_of_{table.name}")
    late = moments.EARLY if dated else "false"
    found = matches.of(con, table.name, table.called, rows, f"ids_of_{table.name}", same, late, _early(period))
    found = replace(found, step=table.step)
    matches.refuse_strangers(con, found, rows, assignments.parts.names[0])
    if dated and "event_id" not in table.log.columns:
        _refuse_repeats(con, table)
    return found


def _refuse_repeats(con: "duckdb.DuckDBPyConnection", table: ReadTable) -> None:
    """Equal rows of days without ids may be copies or two events of a day; the study must say which."""
    if "repeated" in table.log.tolerate.model_fields_set:
        return
    rows, days, repeats = con.execute(
        f"""select sum(n), bool_and(of_day), sum(n - 1) from (
            select count(*) as n, bool_and({table.days}) as of_day from {table.parts.relation} group by {table.whole})"""
    ).fetchall()[0]
    if not days or not repeats:
        return
    raise ReportError(
        f"{table.parts.names[0]}: rows are equal in all columns",
        got=f"{repeats:,} of {rows:,} rows repeat another one ({formatted(repeats / rows, 'share')})",
        expected="none (data.tolerate.repeated)",
        cause="an export that was appended twice, or events of one day that a table without ids and times of day does not tell apart",
        remedy=f"name the column of the event's id (data.{table.key}.columns.event_id), or export the table with one; if they are"
        f" copies, have them dropped: data.tolerate.repeated: {min(1, max(repeats / rows * 1.1, 0.0001)):.4f}",
    )


def _assigned_events(beside: Carried, place: Tables) -> str:
    """The query of the events by which units are assigned."""
    joined = "left join described using (user_id)" if place.units else ""
    name = "'!' || assigned.user_id || ' ' || assigned.variant"  # before what happens in the same moment
    return f"""select assigned.file_index, assigned.file_row_number, assigned.user_id, assigned.event_time,
        {literal(ASSIGNED)} as event_name, assigned.variant{_amount("null", place)}{_identity(name, name, place)}{beside.on_assignments()}
        from assigned {joined}"""


def _fact_events(table: ReadTable, period: Period, beside: Carried, place: Tables) -> str:
    """The query of the events of a table of facts: those of assigned units, and those of no unit at all."""
    joined = "left join described on described.user_id = first.user_id" if place.units else ""
    dated = "event_time" in table.log.columns
    moment = moments.COUNTED if dated else f"coalesce(first.assigned, timestamp {literal(period.start)})"
    own = "case when not of_day then told.whole end"
    own = "told.event_id" if "event_id" in table.log.columns else own
    return f"""select told.file_index, told.file_row_number, coalesce(first.user_id, told.user_id) as user_id,
        {moment} as event_time, {literal(table.name)} as event_name, null::varchar as variant{_amount("told.price", place)}
        {_identity(f"{literal(table.name + ':')} || {own}", "told.whole", place)}{beside.on_facts()}
        from (select file_index, file_row_number, {table.sql("user_id")} as user_id, {table.time}, {table.days} as of_day,
            {table.price} as price, nullif(trim({table.sql("event_id")}), '') as event_id, {table.whole} as whole
            from {table.parts.relation}) as told
        left join ids_of_{table.name} as known using (user_id) left join first_assigned as first on first.user_id = known.unit
        {joined} where (known.unit is not null or coalesce(told.user_id, '') = '')
            and ({_early(period)}) is not true"""


def _early(period: Period) -> str:
    """SQL of a fact before all that the study looks at."""
    return f"time < timestamp {literal(period.first)}"


def _amount(price: str, place: Tables) -> str:
    return f", {price}::varchar as price" if "price" in place.columns else ""


def _identity(event_id: str, whole: str, place: Tables) -> str:
    """What tells a row from its copies: its id, where a table has ids, else all that stands in it."""
    by_id = "event_id" in place.columns
    return f", ({event_id})::varchar as event_id" if by_id else f", ({whole})::varchar as whole_row"


def _written(con: "duckdb.DuckDBPyConnection", table: ReadTable, query: str, into: Path, first: int) -> list[Path]:
    """Write the events of each file of a table, in the order and with the lines of its rows; files are numbered from ``first``."""
    con.execute(f"create or replace temp table events as {query}")
    made = []
    for number in range(len(table.parts.files)):
        made.append(into / f"part-{first + number:04d}.parquet")
        con.execute(
            f"""copy (select * exclude (file_index, file_row_number) from events where file_index = {number}
            order by file_row_number) to {literal(made[-1])} (format parquet)"""
        )
        rows = f"(select file_index, file_row_number from events where file_index = {number})"
        con.execute(
            f"""insert into joined_steps select file, "row", line - "row" from (
                select {first + number} as file, {steps.LINE} as line,
                    row_number() over (order by placed.file_row_number) - 1 as "row" from {steps.placed(rows, table.steps)})
            qualify line - "row" is distinct from lag(line - "row") over (order by "row")"""
        )
    con.execute("drop table events")
    return made
