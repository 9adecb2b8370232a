"""A table of units told as events: an exposure a row, an event for each outcome that is not zero, and what was before."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config import EXPOSED, Study, Units
from helpers.config.columns import logged
from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError, several
from helpers.formatting import formatted
from helpers.ingest import panel, steps
from helpers.ingest.columns import expression
from helpers.ingest.histories import one_sided
from helpers.ingest.levels import KEYS as LEVELS
from helpers.ingest.levels import ODD, unmapped
from helpers.ingest.misfits import BY_REASON, Misfit
from helpers.ingest.no_numbers import no_number
from helpers.ingest.parts import Parts
from helpers.ingest.reading import Reading
from helpers.ingest.sql import literal, quoted
from helpers.ingest.summaries import totals
from helpers.ingest.telling import ARM, UNIT, Telling, whole_key
from helpers.ingest.telling import telling as found_telling
from helpers.ingest.values import lengths
from helpers.ingest.values.amounts import Amounts, amount, canonical, in_units, is_whole
from helpers.ingest.values.digits import digits_of
from helpers.ingest.values.happened import happened
from helpers.ingest.values.ids import APART, crowded
from helpers.ingest.values.number_formats import FALSE, TRUE
from helpers.ingest.values.times_column import shown

if TYPE_CHECKING:
    import duckdb

KINDS = {
    "left_out": "rows of a level that the study leaves out",
    "malformed_line": "lines that do not fit the header",
    "missing_id": "rows without a unit id",
    "missing_outcome": "rows without an outcome, which the study calls an error; null is not zero",
    "wrong_type": "values that are no number, or no whole number in a metric that counts",
    "negative_price": "outcomes below zero",
    "shown_otherwise": "rows that were shown another variant than they were assigned",
    "duplicate_unit": "rows that repeat a unit",
}
"""What a row of a unit table can have wrong; the first that applies counts, duplicates are looked for among the others."""

FLAWS = ("missing_outcome", "wrong_type", "negative_price")
"""What is wrong with a value, not with its row: where it is tolerated the value is missing and the row stays."""

CAUSES = {
    "malformed_line": "a cut file, or quotes and delimiters inside a field",
    "missing_id": "the wrong column mapped to user_id; leave user_id out where rows have no id",
    "missing_outcome": "the outcome was not observed to its end, or lies in another table, or empty means that nothing happened",
    "wrong_type": "text, such as a word for yes, no or nothing, a number of another format than the others, or one past 64 bits; or the wrong column mapped",
    "negative_price": "refunds summed into the outcome, values that may be below zero, such as a score or a profit, or a sentinel such as -1",
    "shown_otherwise": "a redirect that failed, or a cache that served the other page",
    "duplicate_unit": "a join that multiplied rows, or a table of visits instead of units",
}

REMEDIES = {
    "malformed_line": "mend these lines: a field that holds the delimiter, a quote or a line end stands in quotes",
    "missing_id": "map the column that holds the id of every row, or leave user_id out where each row is a unit of its own",
    "missing_outcome": "missing: zero at the metric if empty means that nothing happened, else missing: drop, which leaves these units out of this metric alone",
    "wrong_type": "correct these values, 1 for what happened and 0 for what did not; leave a field empty where the value is not known, or say which word means that (data.missing_codes): it is then missing from its metric alone",
    "negative_price": "where they are right say data.negative: refund, which reads scores and profits as they are too; else correct these values; leave a field empty where the value is not known, or say which number means that (data.missing_codes): it is then missing from its metric alone",
    "shown_otherwise": "find out why the other variant was shown; whoever saw it counts in the arm that it was assigned to",
    "duplicate_unit": "write each unit once, with all that it did",
}
"""What is right to do; rows are never left out by what came of them."""


def land(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, reading: Reading, out: Path) -> int:
    """Write the events of a unit table to ``out`` and what is refused to ``rejects``; the rows of the table.

    A unit that stands in several rows with different variants keeps all of them: the warehouse counts it as
    contaminated. Rows of one unit and variant are one row and its repetitions, if their outcomes agree.

    Raises:
        ReportError: for a level of the variant that the study does not map, rows that are totals, repeated units whose outcomes disagree,
            and more wrong rows of a kind than ``data.tolerate`` allows; with file, row and column of the first.
    """
    data = study.data
    assert isinstance(data, Units)
    faults = level_faults(con, study, parts, reading)
    con.execute(f"create table units as {_checked(study, data, parts, reading)}")
    values = {name: (column, _amount(study, reading, name, event)) for name, column, event in _measures(data)}
    faults += totals.found(con, study, parts, values, ids="user_id" in data.columns)
    twice = panel.fold(con, study, parts, _measures(data))
    faults += twice
    if "user_id" in data.columns and not twice:
        faults += _mark_duplicates(con, study, data, parts)
    if faults := [*faults, *_refused(con, study, data, parts), *one_sided(con, study)]:
        raise several(faults)
    con.execute(f"copy ({_events(study, data)}) to {literal(out)} (format parquet)")
    kinds = ", ".join(map(literal, KINDS))
    total, sound = con.execute(
        f"select count(*) + (select count(*) from rejects where reason not in ({kinds})),"
        " count(*) filter (where problem is null) from units"
    ).fetchall()[0]
    if not sound:
        raise ReportError(f"{parts.names[0]} holds no unit", got=f"{total:,} rows, all of them refused")
    return int(total) + panel.merged(con, data)


def arms(con: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    """Rows of the landed table by the variant they were assigned, refused ones included."""
    return dict(
        con.execute(
            f"select variant, count(*) from units where variant <> {literal(LEAVE_OUT)} group by 1 order by 1"
        ).fetchall()
    )


def telling(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts) -> list[Telling]:
    """Columns of the landed table that tell the variant of its sound rows, mapped or not, but for what they did."""
    data = study.data
    assert isinstance(data, Units)
    if study.is_hashed:
        return []
    known = {*data.outcomes.values(), *data.before.values()}
    known |= {c if isinstance(c, str) else c.column for name in data.roles if (c := data.columns.get(name))}
    columns = [name for name in parts.found(con) if name not in known]
    unit = whole_key(f"units.{quoted(study.cluster)}", "units.user_id") if study.cluster else "units.user_id"
    taken = ", ".join(map(quoted, columns))
    relation = f"""select {unit} as {UNIT}, units.variant as {ARM}, columns_of.* exclude (file_index, file_row_number)
        from units join (select file_index, file_row_number, {taken} from {parts.widest}) as columns_of
        using (file_index, file_row_number) where units.problem is null"""
    return found_telling(con, relation, columns, {v.name: v.weight for v in study.variants}) if columns else []


def level_faults(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, reading: Reading) -> list[ReportError]:
    """What is said of levels of the variant's column, and of that of what was shown, that mean no variant."""
    return [error for column in LEVELS if (error := _check_levels(con, study, parts, reading, column))]


def _check_levels(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, reading: Reading, column: str
) -> ReportError | None:
    """Every level that stands in the column must mean a variant."""
    assert isinstance(study.data, Units)
    columns = study.data.columns
    if study.is_hashed or column not in columns:
        return None
    rows = con.execute(
        f"""select {expression(column, columns[column], parts.types, reading)} as level, count(*), min(file_index),
        min(file_row_number) from {parts.relation} group by 1 order by 1"""
    ).fetchall()
    many = sum(n for _, n, *_ in rows) >= ODD
    places = {level: parts.place(con, file, row) for level, n, file, row in rows if level and n == 1 and many}
    return unmapped(study, column, parts.names[0], [(level, n) for level, n, *_ in rows], "rows", places)


def _checked(study: Study, data: Units, parts: Parts, reading: Reading) -> str:
    """The table with the project's names, each row with the first thing wrong with it and the column."""
    types = parts.types

    def taken(name: str) -> str:
        return expression(name, data.columns[name], types, reading) if name in data.columns else "null::varchar"

    def level(name: str, levels: dict[str, str]) -> str:
        cases = " ".join(f"when {literal(k)} then {literal(v)}" for k, v in levels.items())
        return f"case coalesce({taken(name)}, '') {cases} end" if cases and name in data.columns else taken(name)

    key = "lpad((file_index * 1099511627776 + file_row_number)::varchar, 19, '0')"
    selected = [
        "file_index::integer as file_index",
        "file_row_number",
        f"{key} as row_id",
        f"{taken('user_id') if 'user_id' in data.columns else key} as user_id",
        f"{level('variant', data.variants)} as variant",
        f"{level('shown', data.shown or data.variants)} as shown",
        f"{taken('event_time') if 'event_time' in data.columns else _moment(study.period.start)} as event_time",
        *(f"{taken(name)} as {quoted(name)}" for name in data.attributes),
        f"{panel.period_of(data)} as {panel.PERIOD}",
    ]
    problems = []
    if study.mode == "online" and "variant" in data.columns:  # such a level is told, not what else its rows have wrong
        known = ", ".join(map(literal, [*(v.name for v in study.variants), LEAVE_OUT]))
        problems.append(
            f"when (variant in ({known})) is not true then {{'kind': 'left_out', 'at': {_raw(data, 'variant')}}}"
        )
    problems += [f"when variant = {literal(LEAVE_OUT)} then {{'kind': 'left_out', 'at': {_raw(data, 'variant')}}}"]
    problems += ["when (user_id <> '') is not true then {'kind': 'missing_id', 'at': " + _raw(data, "user_id") + "}"]
    flaws, values = [], []
    needed = {e for metric in study.metrics if study.when_missing(metric) == "error" for e in metric.events}
    for name, column, event in _measures(data):
        told_by = _happened if event in data.happened and name.startswith("outcome_") else _written
        selected += [f"{told_by(column, types, reading)} as {name}_text"]
        told = f"'at': {literal(column)}"
        wrong = f"{_amount(study, reading, name, event, 'text')} is null"
        if event in study.counted:
            wrong += f" or not {is_whole(f'{name}_text')}"
        empty, negative = f"coalesce({name}_text, '') = ''", "false"
        if data.negative == "error":
            negative = f"coalesce(try_cast({name}_text as double) < 0, false)"
        if event in needed and name.startswith("outcome_"):
            flaws.append(f"when {empty} then {{'kind': 'missing_outcome', {told}}}")
        flaws += [
            f"when not {empty} and ({wrong}) then {{'kind': 'wrong_type', {told}}}",
            f"when {negative} then {{'kind': 'negative_price', {told}}}",
        ]
        values.append(f"case when not ({empty} or {wrong} or {negative}) then {name}_text end as {name}_value")
    if "shown" in data.columns and "variant" in data.columns:
        problems.append("when shown <> variant then {'kind': 'shown_otherwise', 'at': " + _raw(data, "shown") + "}")
    return (
        f"select *, {', '.join(values)}, case {' '.join(problems)} end as problem, case {' '.join(flaws)} end as flaw"
        f" from (select {', '.join(selected)} from {parts.relation})"
    )


def _measures(data: Units) -> list[tuple[str, str, str]]:
    """Name, raw column and event of each outcome, and of each measure before the experiment."""
    return [(f"outcome_{i}", column, event) for i, (event, column) in enumerate(data.outcomes.items())] + [
        (f"before_{i}", column, event) for i, (event, column) in enumerate(data.before.items())
    ]


def _amount(study: Study, reading: Reading, name: str, event: str, of: str = "value") -> str:
    """SQL of a measure as a whole number of its smallest digits."""
    return in_units(f"{name}_{of}", digits_of(study, reading.numbers, event))


def _raw(data: Units, name: str) -> str:
    source = data.columns.get(name, name)
    return literal(source if isinstance(source, str) else source.column)


def _written(column: str, types: dict[str, str], reading: Reading) -> str:
    """A value as a number in text: truth values, also in words, become 1 and 0; NaN, and what the study calls so, is missing."""
    name, kind, decided = quoted(column), types[column], reading.numbers.get(column, Amounts())
    as_number = Amounts(codes=decided.codes, shift=decided.shift)
    if kind == "BOOLEAN":
        return f"{name}::integer::varchar"
    if kind in ("DOUBLE", "FLOAT"):
        return canonical(f"case when not isnan({name}) then {name}::varchar end", as_number)
    if kind not in lengths.KINDS:
        return canonical(f"{name}::varchar", as_number)
    name = name if kind == "VARCHAR" else f"{name}::varchar"
    number = canonical(name, decided)
    word = f"lower(trim({name}))"
    words = {"'1'": TRUE, "'0'": FALSE, "null": ("nan",)}
    cases = " ".join(f"when {word} in ({', '.join(map(literal, told))}) then {made}" for made, told in words.items())
    return f"case {cases} else {number} end"


def _happened(column: str, types: dict[str, str], reading: Reading) -> str:
    """1 where anything stands in a field, 0 where nothing does."""
    text = f"{quoted(column)}::varchar"
    if types[column] in ("DOUBLE", "FLOAT"):
        text = f"case when not isnan({quoted(column)}) then {text} end"
    return happened(text, reading.numbers.get(column, Amounts()).codes)


def _mark_duplicates(con: "duckdb.DuckDBPyConnection", study: Study, data: Units, parts: Parts) -> list[ReportError]:
    """Repetitions of a unit in one variant; the first row stays. Disagreeing outcomes have no first row to trust."""
    values = ", ".join(amount(f"{name}_text") for name, _, _ in _measures(data))
    con.execute(
        f"""create table repeated as
        select *, row_number() over (partition by user_id, variant order by row_id) as occurrence,
            count(distinct said) over (partition by user_id, variant) as answers
        from (
            select file_index, file_row_number, row_id, user_id, variant, hash({values}) as said from units
            where problem is null and user_id in (
                select user_id from units where problem is null group by user_id having count(*) > 1)
        )"""
    )
    found = con.execute("select count(distinct user_id) from repeated where answers > 1").fetchall()[0][0]
    if found:
        rows = con.execute(
            """select file_index, file_row_number from repeated where user_id =
            (select arg_min(user_id, row_id) from repeated where answers > 1) order by row_id limit 2"""
        ).fetchall()
        again = "select user_id from repeated where answers > 1"
        crowd, told = crowded(con, "(from units where problem is null)", again)
        every = bool(told) and crowd == found
        return [ReportError(
            f"{parts.names[rows[0][0]]}: {found:,} units stand in several rows with different outcomes",
            got="the same unit in " + " and ".join(parts.place(con, *row) for row in rows),
            expected="one row a unit",
            cause=told if every else f"{told and told + '; or '}a table of visits or days instead of units",
            remedy=APART if every else "sum up the rows of a unit first, or land the table as a log (data.source: log)",
        )]  # fmt: skip
    con.execute(
        f"""update units set problem = {{'kind': 'duplicate_unit', 'at': {_raw(data, "user_id")}}}
        where row_id in (select row_id from repeated where occurrence > 1)"""
    )
    return []


def _refused(con: "duckdb.DuckDBPyConnection", study: Study, data: Units, parts: Parts) -> list[ReportError]:
    """Each kind that is more than what is tolerated; what is tolerated goes to the rejects."""
    malformed, at = con.execute(
        "select count(*), arg_min({'file': file, 'row': row, 'reason': reason}, row) from rejects"
    ).fetchall()[0]
    total = con.execute("select count(*) from units").fetchall()[0][0] + malformed
    tolerated = data.tolerate.model_dump()
    faults = []
    if malformed > tolerated["malformed_line"] * total:
        place = f"{at['file']}, line {at['row']:,}"
        faults.append(_too_many(study, "malformed_line", place, malformed, total, misfit=BY_REASON.get(at["reason"])))
    con.execute(
        "create table wrong as select *, coalesce(problem, flaw) as what from units where coalesce(problem, flaw) is not null"
    )
    wrong = con.execute(
        """select what.kind, count(*), arg_min({'file': file_index, 'row': file_row_number, 'at': what.at}, row_id)
        from wrong group by 1"""
    ).fetchall()
    for kind, found, first in sorted(wrong, key=lambda row: list(KINDS).index(row[0])):
        if kind != "left_out" and found > tolerated.get(kind, 0) * total:
            place = f"{parts.names[first['file']]}, {parts.place(con, first['file'], first['row'])}"
            value = _value(con, parts, first) if kind == "wrong_type" else ""
            again = "select user_id from units where problem.kind = 'duplicate_unit'"
            crowd = crowded(con, "units", again)[1] if kind == "duplicate_unit" else ""
            misfit = (
                _no_moment(data, first["at"], value) or _not_whole(study, data, first["at"], value) or no_number(value)
                if value
                else None
            )
            at = f"{place}, column '{logged(first['at'])}'"
            faults.append(_too_many(study, kind, at, found, total, value, crowd, misfit))
    names = ", ".join(map(literal, parts.names))
    con.execute(
        f"""insert into rejects select {steps.LINE}, regexp_replace(what.at, '^(file_index|file_row_number) [(]as logged[)]$', '\\1', 'i'), what.kind, list_value({names})[file_index + 1]
        from {steps.placed("wrong")}"""
    )
    return faults


def _not_whole(study: Study, data: Units, column: str, value: str) -> Misfit | None:
    """What is said of a number with decimals in a column of counts."""
    events = [event for _, of, event in _measures(data) if of == column and event in study.counted]
    if not events or not re.fullmatch(r": '-?[0-9]+[.,][0-9]+'", value):
        return None
    return Misfit(
        f"a number with decimals, where whole ones are counted: {events[0]} is a count to a metric, or divides one",
        "write whole numbers, such as minutes for hours; where it is an amount that a metric sums, say its unit: money, seconds or number",
    )


def _no_moment(data: Units, column: str, value: str) -> Misfit | None:
    """What is said of a word for nothing in a column that says by standing there that something happened."""
    if column not in [data.outcomes[event] for event in data.happened]:
        return None
    word = value.removeprefix(": '").removesuffix("'").strip()
    return Misfit(
        f"'{word}' is written where there is nothing, and data.happened reads what stands there as yes",
        f"where it means that nothing happened say so: data.missing_codes, the column and {word!r}; else correct these values",
    )


def _value(con: "duckdb.DuckDBPyConnection", parts: Parts, first: dict[str, Any]) -> str:
    """What stands in a column of a row, as it may be shown."""
    found = con.execute(
        f"select {quoted(first['at'])}::varchar from {parts.relation} where file_index = ? and file_row_number = ?",
        [first["file"], first["row"]],
    ).fetchall()[0][0]
    return f": '{shown(found)}'"


def _too_many(
    study: Study,
    kind: str,
    place: str,
    found: int,
    total: int,
    value: str = "",
    crowd: str = "",
    misfit: Misfit | None = None,
) -> ReportError:
    limit = getattr(study.data.tolerate, kind, None)
    return ReportError(
        f"studies/{study.name}.yml: {KINDS[kind]}: {place}",
        got=f"{found:,} of {total:,} rows, this one first{value}",
        expected="none" if limit is None else f"at most {formatted(limit, 'share')} (data.tolerate.{kind})",
        cause=misfit.why if misfit else "; or ".join(filter(None, [crowd, CAUSES[kind]])),
        remedy=misfit.remedy if misfit else APART if crowd else REMEDIES[kind],
    )


def _moment(moment: datetime) -> str:
    return f"timestamp {literal(moment)}"


def _events(study: Study, data: Units) -> str:
    """The sound rows as events with the project's columns; events of one moment are ordered by their ids.

    A zero is no event. A value that is missing is an event without an amount: the marts then know that nothing is known.
    """
    described = [quoted(name) for name in data.attributes]
    columns = ["event_id", "user_id", "event_time", "event_name", "variant", "price", *described]
    earlier = _moment(study.period.start - timedelta(seconds=1))

    def told(number: int, event: str, variant: str, price: str, time: str, happened: str) -> str:
        values = [f"row_id || '-{number:03d}'", "user_id", time, literal(event), variant, price, *described]
        listed = ", ".join(f"{value} as {column}" for value, column in zip(values, columns, strict=True))
        return f"select {listed} from units where problem is null and {happened}"

    selects = [told(0, EXPOSED, "variant", "null::varchar", "event_time", "true")]
    for number, (name, _, event) in enumerate(_measures(data), 1):
        time = earlier if name.startswith("before_") else "event_time"
        value = f"{name}_value"
        selects.append(told(number, event, "null::varchar", value, time, f"({value}::double <> 0) is not false"))
    return " union all ".join(selects)
