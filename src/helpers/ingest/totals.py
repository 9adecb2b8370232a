"""Rows of a unit table that are no unit but the sum of the others, as pivot tables and spreadsheets write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.config.columns import logged
from helpers.errors import ReportError
from helpers.ingest.levels import quoted as shown
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb

WORDS = (
    "(grand)?totals?", "sub[ -]?totals?", "sums?", "all", "overall", "aggregate", "alle", "summe", "gesamt", "insgesamt",
    "(gesamt|zwischen|teil)summe", "(gesamt)?ergebnis", "totaux", "total[ei]", "subtotale?", "totales", "somme", "suma",
    "soma", "(sub)?totaal", "razem", "celkem", "итого", "всего", "toplam",
)  # fmt: skip
"""Words for a total, as patterns in small letters;"""
SIGNS = ("合計", "小計", "総計", "合计", "小计", "总计", "합계", "소계", "총계")
"""those that need no space around them."""

FEW = 20
"""So many rows, or one row in so many, may have an id unlike the others."""
NAMED_PARTS, PARTS = 3, 5
"""Rows that are not zero from which on their exact sum is no chance: in a row that is called a total, and in others."""
DISTINCT = 10
"""Distinct amounts from which on an exact sum in one column is no chance."""

_SOUND = "(problem is null or problem.kind = 'missing_id')"


@dataclass(frozen=True)
class _Group:
    """The rows of an arm, or of all arms: SQL that asks for them, and how they are told."""

    asked: str
    told: str


def found(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, measures: Mapping[str, tuple[str, str]], *, ids: bool
) -> list[ReportError]:
    """What is said of the rows of the table ``units`` that hold the sum of all others, of their arm or of all arms.

    ``measures`` are the column of each measure and the SQL of its value as a whole number. A row is a total where its id
    is unlike the others, for it says total or is no number where they are, and two of its values are the sum of those of
    all other rows, or one that many distinct amounts make, or any one beside the word. In a table without ``ids`` it takes
    two such values, one of them of many distinct amounts. The rows are marked, so that nothing else is told of them.
    """
    con.execute(
        f"create or replace temp table suspects as {_suspects() if ids else 'select null as row_id, false as word limit 0'}"
    )
    rows, many = con.execute("select (select count(*) from units), count(*) from suspects").fetchall()[0]
    if ids and not 0 < many <= max(FEW, rows / FEW):
        return []
    told: dict[str, str] = {}
    for group in _groups(con):
        for row_id, names in _sums(con, group, measures, ids=ids):
            told.setdefault(row_id, _said(con, parts, row_id, [measures[name][0] for name in names], group))
    if not told:
        return []
    con.execute(
        f"""update units set problem = {{'kind': 'left_out', 'at': ''}}
        where row_id in ({", ".join(map(literal, told))})"""
    )
    one, more = len(told) == 1, f"; and {len(told) - 3:,} more" if len(told) > 3 else ""
    return [ReportError(
        f"studies/{study.name}.yml: "
        + (f"a row of {parts.names[0]} is no unit but a total" if one else f"{len(told):,} rows of {parts.names[0]} are no units but totals"),
        got="; ".join([told[key] for key in sorted(told)][:3]) + more,
        expected="one row a unit",
        cause="an export with totals, as pivot tables and spreadsheets write them",
        remedy=f"take {'this row' if one else 'these rows'} out of the table, or export it without totals",
    )]  # fmt: skip


def _suspects() -> str:
    """SQL of the rows whose id is unlike the others, and whether it says total."""
    word = f"(^|[^\\p{{L}}])({'|'.join(WORDS)})($|[^\\p{{L}}])|{'|'.join(SIGNS)}"
    few = f"<= greatest({FEW}, count(*) / {FEW})"
    odd = {"empty": "true", "not number": "number", "not digit": "digit"}
    alike = [f"bool_or({other}) and count(*) filter (where {it}) {few}" for it, other in odd.items()]
    return f"""with told as (
            select row_id, coalesce(regexp_matches(lower(user_id), {literal(word)}), false) as word,
                coalesce(user_id, '') = '' as empty,
                empty or regexp_full_match(user_id, '[+-]?\\d+([.]\\d+)?') as number,
                empty or regexp_matches(user_id, '\\d') as digit
            from units where {_SOUND}
        ), alike as (select {", ".join(f"{sql} as alike_{i}" for i, sql in enumerate(alike))} from told)
        select row_id, word from told, alike
        where word or {" or ".join(f"(alike_{i} and {it})" for i, it in enumerate(odd))}"""


def _groups(con: "duckdb.DuckDBPyConnection") -> list[_Group]:
    arms = con.execute("select distinct variant from units where problem is null and variant is not null order by 1")
    each = [_Group(f"variant = {literal(arm)}", f" of {arm}") for (arm,) in arms.fetchall()]
    return [*each, _Group("true", "")]


def _sums(
    con: "duckdb.DuckDBPyConnection", group: _Group, measures: Mapping[str, tuple[str, str]], *, ids: bool
) -> list[tuple[str, list[str]]]:
    """Rows of a group whose values are the sums of its other ones, and which values are.

    Other rows that are suspected may be totals or units, so either sum is one.
    """
    sums = [
        f"coalesce(sum({value}::hugeint) filter (where word is null), 0)::varchar,"
        f" coalesce(sum({value}::hugeint) filter (where word is not true), 0)::varchar,"
        f" count(*) filter (where word is null and {value} <> 0), max(abs({value}::hugeint))::varchar"
        for _, value in measures.values()
    ]
    flat = con.execute(
        f"select {', '.join(sums)} from units left join suspects using (row_id) where problem is null and {group.asked}"
    ).fetchall()[0]
    made = dict(zip(measures, zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True), strict=True))
    equal = {
        name: f"coalesce({value} <> 0 and ({value} = {alike} or {value}::hugeint * if(word or problem is not null, 1, 2) = {all_}), false)"
        if ids
        else f"coalesce({value} <> 0 and {value}::hugeint * 2 = {all_}, false)"
        for (name, (_, value)), (alike, all_, count, most) in zip(measures.items(), made.values(), strict=True)
        if count >= (NAMED_PARTS if ids else PARTS + 1) and (ids or 2 * int(most) >= abs(int(all_)))
    }
    if not equal:
        return []
    hits = con.execute(
        f"""select row_id, coalesce(word, false), {", ".join(equal.values())}
        from units {"" if ids else "left"} join suspects using (row_id)
        where {_SOUND} and {group.asked} and ({" or ".join(equal.values())}) order by row_id limit {FEW}"""
    ).fetchall()
    totals = []
    for row_id, word, *are in hits:
        names = list({measures[name][0]: name for name, is_sum in zip(equal, are, strict=True) if is_sum}.values())
        sure = [name for name in names if made[name][2] >= PARTS]
        rich = any(_distinct(con, group, measures[name][1], row_id) >= DISTINCT for name in sure)
        if word or (rich and (ids or len(sure) > 1)) or (ids and len(sure) > 1):
            totals.append((row_id, names))
    return totals


def _distinct(con: "duckdb.DuckDBPyConnection", group: _Group, value: str, but: str) -> int:
    asked = f"""select count(distinct {value}) from units left join suspects using (row_id)
        where problem is null and word is null and {group.asked} and {value} <> 0 and row_id <> {literal(but)}"""
    return int(con.execute(asked).fetchall()[0][0])


def _said(con: "duckdb.DuckDBPyConnection", parts: Parts, row_id: str, columns: list[str], group: _Group) -> str:
    """Where the row stands and what it sums up; its id where that says total."""
    file, row, user, word = con.execute(
        f"""select file_index, file_row_number, user_id, word from units left join suspects using (row_id)
        where row_id = {literal(row_id)}"""
    ).fetchall()[0]
    place = f"{parts.names[file]}, " * (len(parts.names) > 1) + parts.place(con, file, row)
    called = f" ({shown(user)})" if word else ""
    told = " and ".join(filter(None, [", ".join(f"'{logged(c)}'" for c in columns[:-1]), f"'{logged(columns[-1])}'"]))
    sums = "is the sum" if len(columns) == 1 else "are the sums"
    return f"{place}{called}: {told} {sums} of all other rows{group.told}"
