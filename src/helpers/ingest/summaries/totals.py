"""Rows of a unit table that are no unit but the sum of the others, as pivot tables and spreadsheets write them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from helpers.config import Study, Units
from helpers.errors import ReportError
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal
from helpers.ingest.summaries import called
from helpers.ingest.summaries.rows import SOUND, Measures, Peers, columns_told, groups, listed, place
from helpers.ingest.summaries.words import FEW, suspects

if TYPE_CHECKING:
    import duckdb

NAMED_PARTS, PARTS, MANY_PARTS = 3, 5, 30
"""Rows that are not zero from which on their exact sum is no chance: in a row that is called a total, in one whose id is
odd, and in one whose id says nothing, where two columns of few amounts tell it."""
DISTINCT, MANY_DISTINCT = 10, 50
"""Distinct amounts from which on an exact sum in one column is no chance: beside an odd id or a second column, and where the row
holds nothing else."""
LARGEST = 4
"""Rows of a column, the largest ones, among which totals are looked for whatever their ids are."""


@dataclass(frozen=True)
class _Row:
    """A row that may be a total: how its id looks, whether it is among the rows that are added up, and its values."""

    row_id: str
    suspected: bool
    word: bool
    counted: bool
    values: Mapping[str, int]


@dataclass(frozen=True)
class _Total:
    """A row and the measures in which it is the sum of the other rows of a group but for those ``without``."""

    row_id: str
    names: tuple[str, ...]
    group: Peers
    without: frozenset[str]


def found(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, measures: Measures, *, ids: bool
) -> list[ReportError]:
    """What is said of the rows of the table ``units`` that hold the sum of all others, of their arm or of all arms, and of
    those that are called a mean or another summary.

    A row is a total where two of its values that do not go with one another, or the only one where that is made of very many
    distinct amounts, are the sum of those of all other rows; where its id is odd, two values or one of many amounts; and where it says
    total, any one. The rows are marked, so that nothing else is told of them.
    """
    data = study.data
    assert isinstance(data, Units)
    arms = {*data.variants, *data.variants.values(), *(v.name for v in study.variants)}
    nothing = "select null as row_id, false as word, false as odd, false as named limit 0"
    asked = suspects(f"(select row_id, user_id from units where {SOUND})", sorted(arms)) if ids else nothing
    con.execute(f"create or replace temp table suspects as {asked}")
    many = con.execute("select count(*) from suspects").fetchall()[0][0]
    for others in ("not named", "true"):
        if many > FEW:
            many -= con.execute(f"delete from suspects where {others}").fetchall()[0][0]
    totals: dict[str, _Total] = {}
    for group in _screened(con, measures, LARGEST + many):
        totals = {t.row_id: t for t in _sums(con, group, measures, totals)} | totals
    suspected = {row_id for (row_id,) in con.execute("select row_id from suspects").fetchall()}
    while unsure := [t.row_id for t in totals.values() if not t.without <= suspected | set(totals)]:
        totals = {row_id: t for row_id, t in totals.items() if row_id not in unsure}
    told = {row_id: _said(con, parts, total, measures) for row_id, total in totals.items()}
    named = called.found(con, parts, measures, told)
    for row_ids in filter(None, (told, named)):
        con.execute(
            f"""update units set problem = {{'kind': 'left_out', 'at': ''}}
            where row_id in ({", ".join(map(literal, row_ids))})"""
        )
    errors = [_told(study, parts, told)] if told else []
    return [*errors, called.told(study, parts, named)] if named else errors


def _told(study: Study, parts: Parts, told: Mapping[str, str]) -> ReportError:
    one = len(told) == 1
    return ReportError(
        f"studies/{study.name}.yml: "
        + (f"a row of {parts.names[0]} is no unit but a total" if one else f"{len(told):,} rows of {parts.names[0]} are no units but totals"),
        got=listed(told),
        expected="one row a unit",
        cause="an export with totals, as pivot tables and spreadsheets write them",
        remedy=f"take {'this row' if one else 'these rows'} out of the table, or export it without totals",
    )  # fmt: skip


def _screened(con: "duckdb.DuckDBPyConnection", measures: Measures, others: int) -> Iterable[Peers]:
    """The groups in which the largest value of some measure is large enough for a total beside ``others`` that may be
    totals too. One cheap pass tells most tables."""
    if not measures:
        return
    values = ", ".join(f"abs(try_cast({name}_value as double)) as v_{name}" for name in measures)
    signed = ", ".join(f"try_cast({name}_value as double) as s_{name}" for name in measures)
    asked = ", ".join(f"coalesce(sum(s_{name}), 0), coalesce(max(v_{name}), 0)" for name in measures)
    rows = con.execute(
        f"""select variant, {asked} from (select variant, {values}, {signed} from units where {SOUND})
        group by variant"""
    ).fetchall()
    if not rows:
        return
    by_arm = {arm: tuple(zip(each[::2], each[1::2], strict=True)) for arm, *each in rows}
    for group in groups(con):
        mine = [each for arm, each in by_arm.items() if group.asked in ("true", f"variant = {literal(arm)}")]
        if any(
            0 < abs(sum(total for total, _ in pairs)) * (1 - 1e-9) <= (2 + others) * max(most for _, most in pairs)
            for pairs in zip(*mine, strict=True)
        ):
            yield group


def _sums(con: "duckdb.DuckDBPyConnection", group: Peers, measures: Measures, known: Collection[str]) -> list[_Total]:
    """Rows of a group that are the sums of its other ones.

    Rows that are suspected, larger than a row or ``known`` as totals may be totals or units, so a sum with or without
    them is one.
    """
    asked = ", ".join(
        f"coalesce(sum({value}::hugeint) filter (problem is null), 0)::varchar,"
        f" count(*) filter (problem is null and {value} <> 0), max_by(row_id, abs({value}::hugeint), {LARGEST})"
        for _, value in measures.values()
    )
    flat = con.execute(f"select {asked} from units where {SOUND} and {group.asked}").fetchall()[0]
    sums = dict(zip(measures, map(int, flat[::3]), strict=True))
    filled = dict(zip(measures, flat[1::3], strict=True))
    largest = sorted({row_id for some in flat[2::3] for row_id in some or ()} | set(known))
    rows = _rows(con, group, measures, largest)
    totals = []
    for row in rows:
        options = [_option(row, rows, sums, filled, without) for without in _without(row, rows, known)]
        names, without = max(options, key=lambda option: len(option[0]))
        if names and _is_total(con, group, measures, row, names, without):
            totals.append(_Total(row.row_id, tuple(names), group, without))
    return totals


def _rows(con: "duckdb.DuckDBPyConnection", group: Peers, measures: Measures, row_ids: Sequence[str]) -> list[_Row]:
    """The rows that are suspected, and some others."""
    values = ", ".join(f"coalesce({value}, 0)" for _, value in measures.values())
    some = ", ".join(map(literal, row_ids)) or "null"
    found = con.execute(
        f"""select row_id, word is not null, coalesce(word, false), problem is null, {values}
        from units left join suspects using (row_id)
        where {SOUND} and {group.asked} and (word is not null or row_id in ({some})) order by row_id"""
    ).fetchall()
    return [
        _Row(row_id, suspected, word, counted, dict(zip(measures, each, strict=True)))
        for row_id, suspected, word, counted, *each in found
    ]


def _without(row: _Row, rows: Sequence[_Row], known: Collection[str]) -> list[dict[str, list[_Row]]]:
    """The other rows that may be totals, by measure: in each way of telling them."""
    others = [other for other in rows if other is not row]
    told = [other for other in others if other.row_id in known]
    suspected = [other for other in others if other.suspected]
    ways: list[dict[str, list[_Row]]] = [dict.fromkeys(row.values, some) for some in ([], told, suspected)]
    for more in (0, 1):
        ways.append(
            {
                name: [o for o in others if o in told or abs(o.values[name]) >= abs(value) + 1 - more]
                for name, value in row.values.items()
            }
        )
    return ways


def _option(
    row: _Row,
    rows: Sequence[_Row],
    sums: Mapping[str, int],
    filled: Mapping[str, int],
    without: Mapping[str, list[_Row]],
) -> tuple[dict[str, int], frozenset[str]]:
    """The measures in which a row is the sum of the others without some, each with its parts; and which those are."""
    names, left = {}, set[str]()
    for name, value in row.values.items():
        aside = [each for each in (row, *without[name]) if each.counted]
        parts = filled[name] - sum(each.values[name] != 0 for each in aside)
        if value and parts >= NAMED_PARTS and value == sums[name] - sum(each.values[name] for each in aside):
            names[name] = parts
            left |= {each.row_id for each in without[name]}
    return names, frozenset(left)


def _is_total(
    con: "duckdb.DuckDBPyConnection",
    group: Peers,
    measures: Measures,
    row: _Row,
    names: Mapping[str, int],
    without: Collection[str],
) -> bool:
    """Whether sums in these measures, each of so many parts, can be no chance."""
    if row.word:
        return True
    sure = list({measures[name][0]: name for name, parts in names.items() if parts >= PARTS}.values())
    if not sure or (row.suspected and len(sure) > 1):
        return bool(sure)
    others = f"problem is null and {group.asked} and row_id not in ({', '.join(map(literal, [row.row_id, *without]))})"
    distinct = [
        con.execute(f"select count(distinct {measures[n][1]}) from units where {others} and {measures[n][1]} <> 0").fetchall()[0][0]
        for n in sure
    ]  # fmt: skip
    alone = all(value == 0 or name in names for name, value in row.values.items())
    if (row.suspected and max(distinct) >= DISTINCT) or (alone and max(distinct) >= MANY_DISTINCT):
        return True
    told = [
        (one, other) for one, other in combinations(sure, 2)
        if max(distinct) >= DISTINCT or min(names[one], names[other]) >= MANY_PARTS
    ]  # fmt: skip
    return any(_apart(con, others, measures[one][1], measures[other][1], row, one, other) for one, other in told)


def _apart(
    con: "duckdb.DuckDBPyConnection", others: str, first: str, second: str, row: _Row, one: str, other: str
) -> bool:
    """Whether the sum of one measure does not tell that of the other, as it does where all rows have the same ratio."""
    unlike = f"{first}::hugeint * {row.values[other]} <> {second}::hugeint * {row.values[one]}"
    return int(con.execute(f"select count(*) from units where {others} and {unlike}").fetchall()[0][0]) >= NAMED_PARTS


def _said(con: "duckdb.DuckDBPyConnection", parts: Parts, total: _Total, measures: Measures) -> str:
    """Where the row stands and what it sums up; its id where that says total."""
    columns = list(dict.fromkeys(measures[name][0] for name in total.names))
    sums = "is the sum" if len(columns) == 1 else "are the sums"
    of = total.group.told
    others = f"all rows{of} that are no totals" if total.without else f"all other rows{of}"
    return f"{place(con, parts, total.row_id)}: {columns_told(columns)} {sums} of {others}"
