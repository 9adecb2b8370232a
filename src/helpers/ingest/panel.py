"""A panel, in which rows repeat a unit: one row a unit and period becomes one row a unit, which is what was randomised."""

from typing import TYPE_CHECKING

from helpers.config import ColumnOf, Study, Units
from helpers.config.columns import logged
from helpers.config.times import WEEKS
from helpers.errors import ReportError
from helpers.ingest.sql import quoted
from helpers.ingest.values import times_sql
from helpers.ingest.values.times import Times

if TYPE_CHECKING:
    import duckdb

    from helpers.config.panel import How
    from helpers.ingest.parts import Parts

PERIOD = "panel_period"
"""The column of the landed table that tells the rows of a unit apart."""
TURN = "panel_turn"
"""The place of a row among those of its unit, by period."""
MERGED = "panel_merged"
"""How many rows became one with the first one of a unit."""
EXACT = "decimal(38, 12)"
"""Sums are exact: of a float they would change with the order of the rows."""


def place_sql(period: str) -> str:
    """SQL of the place of a period in text among others: a number, a time, a week of ISO 8601, or the only number in it, at its end; else null."""
    week = times_sql.moment(period, "VARCHAR", Times(format=WEEKS))
    return (
        f"coalesce(try_cast({period} as double), epoch(try_cast({period} as timestamp)), epoch(try_strptime({period}, '%d.%m.%Y')),"
        f" epoch({week}),"
        f" try_cast(regexp_extract({period}, '^[^0-9]*([0-9]+)$', 1) as double))"
    )


def order_sql(period: str) -> str:
    """SQL of the order of periods in text: by their place, else by the alphabet."""
    return f"{place_sql(period)} nulls last, {period}"


def how_of(study: Study, event: str, column: str) -> "How":
    """What the rows of an outcome become: as stated, else any of what only a proportion counts, and a sum of all else."""
    data = study.data
    assert isinstance(data, Units) and data.panel is not None
    if column in data.panel.how:
        return data.panel.how[column]
    return "max" if _is_yes(study, event) else "sum"


def _is_yes(study: Study, event: str) -> bool:
    """Whether of an outcome only counts whether it happened."""
    counted = {m.type for m in study.metrics if event in m.events}
    return bool(counted) and counted <= {"proportion"}


def fold(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: "Parts", measures: list[tuple[str, str, str]]
) -> list[ReportError]:
    """Make one row of the sound rows of a unit in a variant, in the landed table ``units``; what two rows of one period say.

    ``measures`` are name, raw column and event of each outcome, and of each measure before the experiment, which is that
    of the first row. A value is missing where it is in all rows of a unit.
    """
    data = study.data
    assert isinstance(data, Units)
    if data.panel is None:
        return []
    if error := _twice(con, study, parts):
        return [error]
    made = []
    for name, column, event in measures:
        how = "first" if name.startswith("before_") else how_of(study, event, column)
        made += [f"{_become(how, f'{name}_{part}')} as {name}_{part}" for part in ("text", "value")]
    first = ["file_index", "file_row_number", "shown", "event_time", *map(quoted, data.attributes)]
    kept = ", ".join(f"arg_min({column}, {TURN}) as {column}" for column in first)
    con.execute(
        f"""create table folded as select user_id, variant, min(row_id) as row_id, {kept}, {", ".join(made)},
            any_value(flaw) as flaw, count(*) - 1 as {MERGED}
        from (select *, row_number() over (partition by user_id, variant order by {order_sql(PERIOD)}, row_id) as {TURN}
            from units where problem is null)
        group by user_id, variant"""
    )
    con.execute(
        "create table once as select * from units where problem is not null union all by name select * from folded"
    )
    con.execute("drop table units; alter table once rename to units")
    return []


def merged(con: "duckdb.DuckDBPyConnection", data: Units) -> int:
    """Rows of the landed table that became one with the first row of their unit; none where the table is no panel."""
    if data.panel is None:
        return 0
    return int(con.execute(f"select coalesce(sum({MERGED}), 0) from units").fetchall()[0][0])


def _become(how: str, value: str) -> str:
    """SQL of what the rows of a unit become, as a number in text."""
    if how == "sum":
        return f"regexp_replace(sum(try_cast({value} as {EXACT}))::varchar, '\\.?0+$', '')"
    if how == "mean":
        return f"regexp_replace(round(avg(try_cast({value} as {EXACT})), 6)::{EXACT}::varchar, '\\.?0+$', '')"
    if how == "max":
        return f"arg_max({value}, try_cast({value} as double))"
    return f"{'arg_min' if how == 'first' else 'arg_max'}({value}, {TURN})"


def _twice(con: "duckdb.DuckDBPyConnection", study: Study, parts: "Parts") -> ReportError | None:
    """What is said where a unit has two rows in one period."""
    data = study.data
    assert isinstance(data, Units) and data.panel is not None
    found = con.execute(
        f"""select count(*), arg_min(spot, spot.row) from (
            select min({{'file': file_index, 'row': file_row_number}}) as spot from units where problem is null
            group by user_id, variant, {PERIOD} having count(*) > 1)"""
    ).fetchall()[0]
    if not found[0]:
        return None
    return ReportError(
        f"studies/{study.name}.yml: a unit has two rows in one {logged(data.panel.period)}",
        got=f"{found[0]:,} times, first {parts.names[found[1]['file']]}, {parts.place(con, found[1]['file'], found[1]['row'])}",
        expected=f"one row for each unit and value of '{logged(data.panel.period)}' (data.panel.period)",
        cause="repeated rows, another column that tells them apart, or rows of visits",
        remedy="name the column that does, or take the repeated rows out",
    )


def notes(con: "duckdb.DuckDBPyConnection", study: Study, parts: "Parts") -> list[str]:
    """A sentence on rows that are summed up, for ``check`` and the report."""
    data = study.data
    if not isinstance(data, Units) or data.panel is None:
        return []
    source = data.columns["user_id"]
    unit = source.column if isinstance(source, ColumnOf) else source
    rows, units = con.execute(f"select count(*), count(distinct {quoted(unit)}) from {parts.relation}").fetchall()[0]
    by = {
        "sum": "summed",
        "max": "its largest",
        "mean": "averaged",
        "first": "of the first row",
        "last": "of the last row",
    }
    told = ", ".join(
        f"{logged(column)} {'yes if in any row' if how == 'max' and _is_yes(study, event) else by[how]}"
        for event, column in data.outcomes.items()
        for how in [how_of(study, event, column)]
    )
    return [
        f"{rows:,} rows of {units:,} units, told apart by '{logged(data.panel.period)}', become one row a unit, which is what"
        f" is compared: {told}; what describes a unit is that of its first row"
    ]


def period_of(data: Units) -> str:
    """SQL of the column that tells the rows of a unit apart; null where the table is no panel."""
    return f"{quoted(data.panel.period)}::varchar" if data.panel else "null::varchar"
