"""Questions put to the rows of a table: what determines what, and what differs between the arms."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from helpers.ingest.new_study import not_yet
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal
from helpers.ingest.values.number_formats import TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST_LEVELS = 1_000
"""Columns with more values than this are not asked whether they determine another one."""
MOST_TOGETHER = 200
"""Columns that are asked whether they are zero in the same rows."""
MOST_AT_ONCE = 40
"""Columns that are asked after in one query."""
SOME_UNITS = 20_000
"""About so many units are looked at."""


@dataclass(frozen=True)
class Repeats:
    """Rows of a unit table that share a unit: ``duplicate_rows`` say the same again, ``disagreeing`` units do not.

    Rows that were shown another variant than assigned (``shown_otherwise``) are left out of both.
    """

    units: int
    in_two_variants: int
    duplicate_rows: int
    disagreeing: int


def determines(table: "SourceTable", cause: Column, effect: Column) -> bool:
    """Whether the value of ``cause`` (its being empty is one too) tells the value of ``effect``, in every row.

    A value must stand in five rows on average, else a column that is nearly unique would determine everything.
    """
    if not 1 < cause.distinct <= MOST_LEVELS or cause.filled < 5 * cause.distinct:
        return False
    mixed = table.number(
        f"select count(*) from (select 1 from {{table}} where {table.text(effect.name)} is not null"
        f" group by {table.text(cause.name)} having min({table.text(effect.name)}) <> max({table.text(effect.name)}))"
    )
    return mixed == 0


def follows(table: "SourceTable", cause: Column, effect: Column) -> bool:
    """Whether each value of a number stands with one value of the other."""
    value = table.value(effect.name)
    return not table.number(
        f"select count(*) from (select 1 from {{table}} where {value} is not null group by {table.value(cause.name)}"
        f" having min({value}) <> max({value}))"
    )


def several_levels(table: "SourceTable", unit: Column, level: str) -> tuple[int, int]:
    """How many units have several levels in their rows, by the SQL of a level, and how many have any."""
    who = table.text(unit.name)
    several, units = table.rows(
        f"select count(*) filter (lowest <> highest), count(lowest) from (select min({level}) as lowest, max({level}) as highest"
        f" from {{table}} where {who} is not null group by {who})"
    )[0]
    return int(several), int(units)  # type: ignore[call-overload]


def agreement(table: "SourceTable", shown: Column, variant: Column) -> tuple[dict[str, str], dict[str, int]]:
    """For each level of ``shown`` the variant it mostly stands with, and of each variant the rows that stand with another one."""
    found = table.rows(
        f"select {table.text(shown.name)}, {table.text(variant.name)}, count(*) from {{table}}"
        f" where {table.text(shown.name)} is not null and {table.text(variant.name)} is not null group by 1, 2 order by 3 desc, 1, 2"
    )
    mapping: dict[str, str] = {}
    otherwise: dict[str, int] = {level: 0 for level, _ in variant.levels}
    for level, arm, count in found:
        if mapping.setdefault(str(level), str(arm)) != str(arm):
            otherwise[str(arm)] = otherwise.get(str(arm), 0) + int(count)  # type: ignore[call-overload]
    return mapping, otherwise


def repeats(table: "SourceTable", unit: Column, variant: Column, outcomes: list[Column], sound: str) -> Repeats:
    """How often units stand in a table; ``sound`` is the SQL condition of the rows that count."""
    if unit.counted and unit.distinct == unit.filled:
        return Repeats(unit.distinct, 0, 0, 0)
    said = f"hash({', '.join([table.text(c.name) for c in outcomes] or ['1'])})"
    key, arm = table.text(unit.name), table.text(variant.name)
    found: list[Any] = list(
        table.rows(
            f"""select count(*), count(*) filter (arms > 1), coalesce(sum(repeated) filter (not differ), 0),
                count(*) filter (differ)
            from (
                select key, count(*) as arms, sum(n - 1) as repeated, bool_or(answers > 1) as differ
                from (select {key} as key, {arm} as arm, count(*) as n, count(distinct {said}) as answers
                    from {{table}} where {key} is not null and {sound} group by 1, 2)
                group by 1)"""
        )[0]
    )
    return Repeats(*(int(n) for n in found))


def by_arm(table: "SourceTable", columns: list[Column], variant: Column) -> dict[str, tuple[bool, float]]:
    """Of each column: whether some arm has no value at all while another does, and how far the means of the arms part.

    The distance is the largest difference of two means in standard errors; 0 of what is no number.
    """
    told: dict[str, tuple[bool, float]] = {}
    for start in range(0, len(columns), MOST_AT_ONCE):
        some = columns[start : start + MOST_AT_ONCE]
        texts = ", ".join(f"{table.text(c.name)} as t{i}" for i, c in enumerate(some))
        values = ", ".join(f"t{i}, {table.value(c.name, f't{i}')} as v{i}" for i, c in enumerate(some))
        asked = ", ".join(f"count(t{i}), count(v{i}), avg(v{i}), coalesce(var_samp(v{i}), 0)" for i in range(len(some)))
        arm = table.text(variant.name)
        rows = table.rows(
            f"select {asked} from (select arm, {values} from (select {arm} as arm, {texts} from {{table}} where {arm} is not null))"
            " group by arm"
        )
        for i, column in enumerate(some):
            arms: list[Any] = [row[4 * i : 4 * i + 4] for row in rows]
            filled = [int(arm[0]) for arm in arms]
            known = [arm for arm in arms if arm[1] > 1 and arm[2] is not None]
            apart = max(
                (
                    abs(a[2] - b[2]) / max((a[3] / a[1] + b[3] / b[1]) ** 0.5, 1e-12)
                    for a in known
                    for b in known
                    if a is not b
                ),
                default=0.0,
            )
            told[column.name] = (min(filled) == 0 < max(filled), float(apart))
    return told


@dataclass(frozen=True)
class Resemblance:
    """How a number goes with another one.

    Attributes:
        correlation: Pearson's, over the rows in which both are numbers; 0 where it is not defined.
        together: one is zero in exactly the rows in which the other one is, and neither is so in all or in none.
    """

    correlation: float
    together: bool


def correlation(table: "SourceTable", one: Column, other: Column) -> float:
    """Pearson's correlation over the rows in which both are numbers; 0 where it is not defined."""
    return alike(table, one, [other])[other.name].correlation


def alike(table: "SourceTable", one: Column, others: Sequence[Column]) -> dict[str, Resemblance]:
    """How a column goes with each of others, asked at once and once: to read numbers takes longer than to compare them."""
    numbers = {c.name: number(table, c) for c in (one, *others)}
    pairs = {c.name: (table.relation, numbers[one.name], numbers[c.name]) for c in others}
    unknown = [c for c in others if pairs[c.name] not in table.alike]
    for start in range(0, len(unknown), MOST_AT_ONCE):
        some = unknown[start : start + MOST_AT_ONCE]
        values = ", ".join(
            f"{numbers[c.name]} as v{i}, ({table.value(c.name)} <> 0) as z{i}" for i, c in enumerate([one, *some])
        )
        asked = ", ".join(
            f"corr(v0, v{i}), count(*) filter (z0 <> z{i}), count(*) filter (z0 and z{i}),"
            f" count(*) filter (not z0 and not z{i})"
            for i in range(1, len(some) + 1)
        )
        told: Any = table.rows(f"select {asked} from (select {values} from {{table}})")[0]
        for i, column in enumerate(some):
            r, apart, both, neither = told[4 * i : 4 * i + 4]
            known = Resemblance(
                float(r) if r is not None and isfinite(r) else 0.0, not apart and bool(both and neither)
            )
            table.alike[pairs[column.name]] = known
    return {name: table.alike[pair] for name, pair in pairs.items()}


def number(table: "SourceTable", column: Column) -> str:
    """SQL of a column as a number; yes is 1 and no is 0, also in words."""
    if not column.in_words:
        return table.value(column.name)
    text = f"lower({table.text(column.name)})"
    return f"case when {text} in ({', '.join(map(literal, TRUE))}) then 1.0 when {text} is not null then 0.0 end"


def is_level(table: "SourceTable", column: Column, level: str) -> str:
    """SQL of the rows in which a column holds a level."""
    return f"{table.text(column.name)} = {literal(level)}"


def place_of(table: "SourceTable", variant: Column, level: str) -> str:
    """Where the one row stands that holds a level."""
    alone = is_level(table, variant, level)
    place = f"select file_index * {2**40} + file_row_number from {{table}} where {alone}"
    first = divmod(int(table.number(place)), 2**40)
    return f"{table.parts.place(table.con, *first)} alone, a total?"


def together(table: "SourceTable", columns: list[Column]) -> tuple[frozenset[str], dict[str, str]]:
    """Columns that are not zero in exactly the rows in which another one is not, and for each column of 0 and 1 that says where
    another one is empty, which.

    What was bought, how often and for how much hang together so; attributes do not.
    """
    asked = [c for c in columns if c.filled and not c.has_time][:MOST_TOGETHER]
    if not asked:
        return frozenset(), {}
    texts = ", ".join(f"{table.text(c.name)} as t{i}" for i, c in enumerate(asked))
    happened = [
        f"lower(t{i}) in ({', '.join(map(literal, TRUE))})"
        if c.in_words
        else f"coalesce({table.value(c.name, f't{i}')} <> 0, false)"
        for i, c in enumerate(asked)
    ]
    signs = ", ".join(f"bit_xor(h) filter ({did}), bit_xor(h) filter (t{i} is null)" for i, did in enumerate(happened))
    found = table.rows(f"select {signs} from (select hash(file_index, file_row_number) as h, {texts} from {{table}})")[
        0
    ]
    did = {
        c.name: found[2 * i] for i, c in enumerate(asked) if ((c.numeric or c.in_words) and c.zero > 0) or c.in_words
    }
    empty = {found[2 * i + 1]: c.name for i, c in enumerate(asked) if c.filled < c.rows}
    known = [sign for sign in did.values() if sign is not None]
    same = frozenset(name for name, sign in did.items() if sign is not None and known.count(sign) > 1)
    flags = {c.name: empty[found[2 * i]] for i, c in enumerate(asked) if c.binary and found[2 * i] in empty}
    return same, {name: other for name, other in flags.items() if name != other}


def changing(table: "SourceTable", unit: Column, columns: list[Column]) -> dict[str, float]:
    """Of each column the share of the units with several rows within which its value changes; words for nothing are no value."""
    if not columns:
        return {}
    key = table.text(unit.name)
    nothing = [", ".join(map(literal, sorted(not_yet.words(c)))) for c in columns]
    kinds = ", ".join(
        f"count(distinct lower({table.text(c.name)})) filter (lower({table.text(c.name)}) not in ({nothing[i]})) as k{i}"
        for i, c in enumerate(columns)
    )
    shares = ", ".join(f"avg((k{i} > 1)::integer)" for i in range(len(columns)))
    some = f"where {key} is not null and hash({key}) % {max(1, unit.distinct // SOME_UNITS)} = 0"
    found = table.rows(
        f"select {shares} from (select {kinds} from {{table}} {some} group by {key} having count(*) > 1)"
    )[0]
    return {c.name: float(share or 0) for c, share in zip(columns, found, strict=True)}  # type: ignore[arg-type]
