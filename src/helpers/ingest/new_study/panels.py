"""Rows that repeat a unit, one a week or a month: told, and summed up to the unit before a study is proposed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from helpers.config.assumed import NO_TIME
from helpers.ingest import panel
from helpers.ingest.new_study import phases, running_totals, units, vocabulary, ways, zero_until
from helpers.ingest.new_study.lifetimes import truth
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.parts import Parts
from helpers.ingest.sql import quoted
from helpers.ingest.values import weeks

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.new_study.source import SourceTable

PERIODS = {"day", "date", "week", "wk", "month", "quarter", "year", "period", "wave", "round", "visit", "woche", "monat",
           "semana", "mes", "semaine", "mois", "yearweek", "yearmonth", "yyyyww", "yyyymm", "settimana", "mese", "hafta", "ay",
           "tydzien", "maand", "vecka", "uke", "uge", "неделя", "месяц", "週", "周", "월", "주"} | weeks.CALLED  # fmt: skip
"""Words of what tells the rows of a unit apart."""
FEWEST_UNITS = 10
SHARED = 0.5
"""Each period of a panel, on average, has at least this share of the units."""
ABOUT = 0.8
"""What is known of a column before its values are counted may be off by so much."""
MIXED = 1.01
"""Pairs of a unit and a variant for each unit, up to which mistakes explain that there are more of them than units."""
AVERAGED = {"rate", "share", "ratio", "avg", "average", "mean", "score", "rating", "pct", "percent", "price", "index",
            "balance", "stock", "inventory", "level", "temperature", "weight", "pressure", "age", "mrr", "arr", "headcount",
            "followers", "nps", "csat"}  # fmt: skip
"""Words of numbers whose sum over periods means nothing: rates, and what is there at a moment."""


@dataclass(frozen=True)
class PanelParts(Parts):
    """A table of sums in the place of the files that it was made from."""

    table: str = ""

    @property
    def relation(self) -> str:
        return self.table

    @property
    def widest(self) -> str:
        return self.table

    def found(self, con: "duckdb.DuckDBPyConnection") -> dict[str, str]:
        return self.types


@dataclass(frozen=True)
class SeenPanel:
    """The unit whose rows repeat, what tells them apart, how many units there are, and what the rows of each column become."""

    unit: Column
    period: Column
    units: int
    rows: int
    how: dict[str, str]
    so_far: frozenset[str] = frozenset()
    """Columns whose rows tell a total so far"""
    asked: tuple[str, ...] = ()
    """What is asked of them"""
    days: int = 1
    """How many days each period lasts, where it holds moments"""

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first period to the end of the last; months are as long as they are."""
        first, last = self.period.first, self.period.last
        if not (self.period.has_time and first and last):
            return weeks.span(self.period.name, self.period.values) if self.period.levels else None
        start, end = (datetime(t.year, t.month, t.day) for t in (first, last))
        if start.day == end.day == 1 and self.period.distinct <= (end - start).days // 28 + 1:
            return start, (end + timedelta(days=31)).replace(day=1)
        return start, end + timedelta(days=self.days)


def of(
    table: "SourceTable",
    columns: Sequence[Column],
    unit: Column | None,
    variant: Column | None,
    *,
    unless: str = "true",
) -> SeenPanel | None:
    """A panel, where values say so: a unit has at most one row in each period, some of them several, all in one variant.

    The period is called so, or holds moments; its levels hold most of the units each, and units of all variants. Without
    a ``variant`` nothing is asked of it. Raises where it holds rows from before the experiment, unless a condition on the rows
    says that they are meant.
    """
    for key, period in _pairs(columns, unit, variant):
        if found := _panel(table, columns, key, period, variant, unless):
            return found
    return None


def mixed(
    table: "SourceTable", columns: Sequence[Column], unit: Column | None, variant: Column
) -> Iterator[tuple[Column, Column]]:
    """Columns of a unit and of its period that are those of a panel, were it not that units stand in several variants."""
    for key, period in _pairs(columns, unit, variant):
        if key.filled < ABOUT * SHARED * key.distinct * period.distinct:
            continue  # a log: there is no need to count
        shape, _, units, arms = _counted(table, key, period, variant)
        if shape and arms > MIXED * units:
            yield key, period


def _pairs(columns: Sequence[Column], unit: Column | None, variant: Column | None) -> Iterator[tuple[Column, Column]]:
    """Columns that may be the unit and its period."""
    called = [
        c
        for c in columns
        if c is not variant and 2 <= c.distinct < c.filled and (c.has_time or _is_period(c) or phases.is_said(c))
    ]
    for key in [unit] if unit else [c for c in columns if c is not variant and _names_units(c)]:
        yield from ((key, period) for period in called if period is not key)


def _counted(table: "SourceTable", unit: Column, period: Column, variant: Column | None) -> tuple[bool, int, int, int]:
    """Whether each unit has one row in each of most periods; the rows, the units, and the pairs of a unit and a variant."""
    who, when = table.text(unit.name), table.text(period.name)
    arm = table.text(variant.name) if variant else "1"
    rows, units, pairs, periods, arms = (
        int(n)  # type: ignore[call-overload]
        for n in table.rows(
            f"select count(*), count(distinct {who}), count(distinct ({who}, {when})), count(distinct {when}),"
            f" count(distinct ({who}, {arm})) from {{table}} where {who} is not null and {when} is not null"
        )[0]
    )
    return pairs == rows > units >= FEWEST_UNITS and rows >= SHARED * periods * units, rows, units, arms


def may_be_a_log(table: "SourceTable", event: Column, time: Column | None, columns: Sequence[Column]) -> bool:
    """Whether the levels of a column may be events: they are no phases of time, and where no times are read, they are no
    periods and another column is called as times are.
    """
    if time is not None:
        return not phases.is_phase(table, event, time)
    timed = [c for c in columns if c is not event and vocabulary.touches(c.name, vocabulary.TIME)]
    return bool(timed) and not PERIODS & set(vocabulary.tokens(event.name)[-1:])


def _is_period(column: Column) -> bool:
    """Whether a column is called as a period, or holds weeks or months with their years, such as 202614, whatever it is called."""
    if PERIODS & set(vocabulary.tokens(column.name)[-1:]):
        return bool(column.levels or column.numeric)
    whole = column.numeric and not column.decimal and bool(column.levels)
    digits = [value.removesuffix(".0") for value in column.values]
    return whole and all(map(str.isdecimal, digits)) and weeks.has_year([float(value) for value in digits])


def _names_units(column: Column) -> bool:
    key = vocabulary.names_a_unit(column.name) or bool(vocabulary.KEY & set(vocabulary.tokens(column.name)[-1:]))
    text = not column.numeric and not column.has_time
    return (bool(key) or text) and FEWEST_UNITS <= column.distinct < column.filled == column.rows


def _panel(
    table: "SourceTable", columns: Sequence[Column], unit: Column, period: Column, variant: Column | None, unless: str
) -> SeenPanel | None:
    shape, rows, units, arms = _counted(table, unit, period, variant)
    if not (shape and arms <= MIXED * units):
        return None
    when, arm = table.text(period.name), table.text(variant.name) if variant else "1"
    arms_of = table.number(
        f"select min(k) from (select count(distinct {arm}) as k from {{table}} where {when} is not null group by {when})"
    )
    if variant and arms_of < 2:
        return None
    rest = [c for c in columns if c not in (unit, period, variant)]
    changes = _changing(table, rest, unit)
    changing = [c for c in rest if c.name in changes]
    if variant and (error := phases.asked(table, changing, unit, period, unless)):
        raise error
    summed = [c for c in changing if running_totals.is_called(c.name) or not _is_averaged(c)]
    so_far = running_totals.of(table, summed, unit, period)
    return SeenPanel(
        unit,
        period,
        units,
        rows,
        {c.name: so_far.how.get(c.name) or _how(c) for c in changing},
        frozenset(so_far.how),
        (*zero_until.asked(table, changing, unit, period, variant, unless), *so_far.asked),
        max(period.days, ways.days_apart(table, period)) if period.has_time else 1,
    )


def _changing(table: "SourceTable", columns: Sequence[Column], unit: Column) -> set[str]:
    """Columns that differ within a unit."""
    if not columns:
        return set()
    asked = ", ".join(f"max(k{i}) > 1" for i in range(len(columns)))
    inner = ", ".join(f"count(distinct {table.text(c.name)}) as k{i}" for i, c in enumerate(columns))
    found = table.rows(f"select {asked} from (select {inner} from {{table}} group by {table.text(unit.name)})")[0]
    return {c.name for c, differs in zip(columns, found, strict=True) if differs}


def _how(column: Column) -> str:
    """What the rows of a unit become: any of what happens or not, a sum of counts and amounts, a mean of rates, else the first."""
    if column.binary or column.in_words:
        return "max"
    if column.numeric:
        return "mean" if _is_averaged(column) else "sum"
    return "first"


def _is_averaged(column: Column) -> bool:
    return not AVERAGED.isdisjoint(vocabulary.tokens(column.name))


def folded(table: "SourceTable", seen: SeenPanel, variant: Column | None) -> "SourceTable":
    """The table with one row a unit, without the period; what it is asked is then of units."""
    who, when = table.text(seen.unit.name), table.text(seen.period.name)
    order = panel.order_sql(when)
    types, made = {}, []
    for name, kind in table.parts.types.items():
        if name == seen.period.name or name in ("file_index", "file_row_number"):
            continue
        how = seen.how.get(name, "first")
        types[name] = "DOUBLE" if how in ("sum", "mean") else kind
        made.append(f"{_made(table, name, how)} as {quoted(name)}")
    con = table.con
    con.execute("drop table if exists folded_panel")
    con.execute(
        f"""create table folded_panel as select {", ".join(made)}, arg_min(at_file, turn) as file_index,
            arg_min(at_row, turn) as file_row_number
        from (select *, file_index as at_file, file_row_number as at_row, row_number() over (partition by {who} order by {order}) as turn from {table.relation})
        where {who} is not null group by {who}{f", {table.text(variant.name)}" if variant else ""}"""
    )
    parts = PanelParts(
        table.parts.files, table.parts.names, types, table.parts.counted, table.parts.notes, table="folded_panel"
    )
    numbers = {name: read for name, read in table.numbers.items() if seen.how.get(name) not in ("sum", "mean")}
    return replace(table, parts=parts, numbers=numbers, where="", left_out="", answers={})


def _made(table: "SourceTable", name: str, how: str) -> str:
    if how in ("sum", "mean"):
        return f"{'sum' if how == 'sum' else 'avg'}({table.value(name)})"
    if how == "max":
        text = table.text(name)
        yes = truth(table, Column(name, "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, None))
        return f"arg_max({quoted(name)}, {yes}) filter ({text} is not null)"
    if how == "last":
        return f"arg_max({quoted(name)}, turn) filter ({table.text(name)} is not null)"
    return f"arg_min({quoted(name)}, turn)"


def told(proposal: StudyProposal, seen: SeenPanel) -> StudyProposal:
    """The proposal of the sums, with what was summed up, and how."""
    unit, period = vocabulary.printable(seen.unit.name), vocabulary.printable(seen.period.name)
    measured = [column for column, _ in proposal.outcomes.values()]
    how = {column: seen.how[column] for column in measured if column in seen.how}
    words = {"sum": "summed", "mean": "averaged", "max": "if in any", "first": "of the first"}
    so_far = {"max": "a total so far, so its largest", "last": "a total so far that may fall, so its last"}
    listed = ", ".join(
        f"{vocabulary.printable(c)} {so_far[each] if c in seen.so_far else words[each]}" for c, each in how.items()
    )
    line = (
        f"panel: {seen.rows:,} rows repeat {seen.units:,} units of '{unit}', one a {period}; they are summed up to one row a unit"
        + (f": {listed}" if listed else "")
    )
    evidence = f"{seen.units:,} units, {seen.rows / seen.units:.3g} rows each, one a '{period}', all in one variant"
    later = {ours: proposal.columns[ours][0] for ours in proposal.segments if proposal.columns[ours][0] in seen.how}
    kept = tuple(each for each in proposal.segments if each not in later)
    assumed = [
        f"unit: column '{unit}', {evidence}" if each.startswith("unit: ") else
        f"grain: panel, one row a unit and '{period}' ({seen.rows:,} rows of {seen.units:,} units)" if each.startswith("grain: ")
        else f"segments: {', '.join(kept) or 'none'}" if each.startswith("segments: ")
        else each
        for each in proposal.assumed
    ]  # fmt: skip
    span = seen.span if proposal.start == NO_TIME else None
    if span:
        told_by = f"from the first to the last '{period}' of the rows"
        assumed = [
            f"time: {told_by}, {span[0]:%Y-%m-%d} to {span[1]:%Y-%m-%d}" if each.startswith("time: ") else each
            for each in assumed
        ]
        proposal = replace(
            proposal, start=span[0], end=span[1], period=f"{told_by}; the end is excluded",
            first=tuple(each for each in proposal.first if each != units.NO_PERIOD),
        )  # fmt: skip
    elif proposal.start == NO_TIME:
        asked = f"When did the experiment run? '{period}' does not tell it, and the period is a placeholder: --period FIRST..LAST."
        proposal = replace(proposal, first=tuple(asked if each == units.NO_PERIOD else each for each in proposal.first))
    made = {
        "sum": "summed up",
        "mean": "averaged",
        "max": "put together, yes where one of them says so",
        "first": "put together, by the first of them",
    }
    suspicious = tuple(
        (
            column,
            f"the same of all units, once the rows of each are {made.get(seen.how[column], 'put together')}"
            if column in seen.how and reason.startswith("constant")
            else reason,
        )
        for column, reason in proposal.suspicious
    ) + tuple(
        (theirs, "not used: it changes from row to row of a unit, so it may come of the variant, and is no segment")
        for theirs in later.values()
    )
    return replace(
        proposal, segments=kept, rows=seen.rows, suspicious=suspicious, assumed=(*assumed, line), panel=(seen.period.name, how, line.partition(": ")[2]),
        columns={ours: c for ours, c in proposal.columns.items() if ours not in later} | {"user_id": (seen.unit.name, evidence)},
        first=(f"Is a row one '{unit}' in one '{period}', and does no row lie before the experiment? All rows of a unit are summed up;"
               " --where leaves some out.", *seen.asked, *proposal.first),
    )  # fmt: skip
