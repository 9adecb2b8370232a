"""Columns that tell the variant of all of their rows: marks of a randomisation by city, by store, by account or by day."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config.columns import COUNTED_BY, logged
from helpers.ingest.copies import is_copy
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    import duckdb

UNIT, ARM = "randomised_unit", "arm_of_unit"
"""Columns of a relation: what was randomised, and its variant."""

SAMPLE = 20_000
"""So many first rows, then about as many units, refute a column, so that all are looked at for the few that are left."""
PURE = 0.99
"""Share of the units with company in their level from which on the levels are said to be of one variant each."""
CHANCE = math.log(1e-6)
"""Logarithm of the chance below which that is no accident."""


def whole_key(cluster: str, unit: str) -> str:
    """SQL of what a unit was randomised with: its cluster, or itself where it has none.

    Blanks around a cluster's name, its capitals and the zero of a whole number mean nothing.
    """
    return (
        f"coalesce('of ' || nullif(regexp_replace(lower(trim({cluster})), '[.]0+$', ''), ''), 'by itself ' || {unit})"
    )


@dataclass(frozen=True)
class Telling:
    """A column of the file whose levels tell the variant: how many hold two units or more, and the units in these.

    ``fewest`` are the levels of the arm that has the fewest. With one of them no test can be made of the levels.
    """

    column: str
    levels: int
    units: int
    fewest: int = 2


def telling(
    con: "duckdb.DuckDBPyConnection", relation: str, columns: Iterable[str], weights: Mapping[str, float]
) -> list[Telling]:
    r"""The columns whose levels each stand in one variant, beyond what chance makes of units assigned one by one.

    Such units fill a level of :math:`m` with one variant in :math:`\sum_a w_a^m` of all cases, so all levels in the
    product of these chances. Levels of one unit say nothing, and another name of the variant is none of these
    (:func:`~helpers.ingest.copies.is_copy`): one treated city, or one region an arm, is no less what was randomised than forty.

    Args:
        con: a connection in which temporary tables can be made.
        relation: a query with :data:`UNIT`, :data:`ARM` and the columns, in which a unit may have several rows.
        columns: to look at.
        weights: of the variants.

    Example:
        >>> import duckdb
        >>> rows = f"select i as {UNIT}, if(i % 8 < 4, 'a', 'b') as {ARM}, i % 8 as city, i % 3 as plan from range(800) r(i)"
        >>> telling(duckdb.connect(), rows, ["city", "plan"], {"a": 0.5, "b": 0.5})
        [Telling(column='city', levels=8, units=800, fewest=4)]
    """
    left = [name for name in columns if name.lower() not in COUNTED_BY]
    first = _some(con, relation, left, f"limit {SAMPLE}")
    left = [name for name in left if _unrefuted(_levels(con, first, name))]
    if left:
        units = con.execute(f"select approx_count_distinct({UNIT}) from ({relation})").fetchall()[0][0]
        part = _some(con, relation, left, f"where hash({UNIT}) % {units // SAMPLE + 1} = 0")
        left = [name for name in left if _pure(_levels(con, part, name))]
    found = []
    for name in left:
        levels = _levels(con, f"({relation})", name)
        if not (pure := _pure(levels)) or not _no_accident(pure, weights):
            continue
        fewest = min(_of_arms(pure).get(arm, 0) for arm in weights)
        if fewest > 1 or not is_copy(logged(name), _named(con, relation, name)):
            shared = [row for row in levels if row[0] > 1]
            units = sum(n * many for n, *_, many in shared)
            found.append(Telling(logged(name), sum(many for *_, many in shared), units, max(fewest, 1)))
    return found


def _some(con: "duckdb.DuckDBPyConnection", relation: str, columns: list[str], which: str) -> str:
    asked = ", ".join([UNIT, ARM, *map(quoted, columns)])
    con.execute(f"create or replace temp table some_rows as select {asked} from ({relation}) {which}")
    return "some_rows"


Level = tuple[int, int, str, int]
"""Units of a level, variants among them, the first of these, and how many levels are like that."""


def _levels(con: "duckdb.DuckDBPyConnection", relation: str, column: str) -> list[Level]:
    return con.execute(
        f"""select units, arms, arm, count(*) from (
            select count(distinct {UNIT}) as units, count(distinct {ARM}) as arms, min({ARM}) as arm
            from {relation} where trim({quoted(column)}::varchar) <> '' group by {quoted(column)}
        ) group by all order by all"""
    ).fetchall()


def _pure(levels: list[Level]) -> list[Level]:
    """The levels of one variant, if nearly all units with company stand in such; else none."""
    shared = [row for row in levels if row[0] > 1]
    pure = [row for row in shared if row[1] == 1]
    units, alike = (sum(n * many for n, *_, many in rows) for rows in (shared, pure))
    return pure if alike >= PURE * units else []


def _unrefuted(levels: list[Level]) -> bool:
    """Whether no level shows two variants, or too few do; none of them may hold two units."""
    return bool(_pure(levels)) or all(units == 1 for units, *_ in levels)


def _of_arms(pure: list[Level]) -> Counter[str]:
    """Levels of one variant, by it."""
    of_arm: Counter[str] = Counter()
    for _, _, arm, many in pure:
        of_arm[arm] += many
    return of_arm


def _named(con: "duckdb.DuckDBPyConnection", relation: str, column: str) -> dict[str, list[str]]:
    """The levels with company, by the arm that most of their units are in; the first of many."""
    rows = con.execute(
        f"""select arm, value from (select trim({quoted(column)}::varchar) as value, mode({ARM}) as arm, count(distinct {UNIT}) as units
        from ({relation}) group by 1) where value <> '' and units > 1 qualify row_number() over (partition by arm order by value) <= 20
        order by all"""
    ).fetchall()
    named: dict[str, list[str]] = {}
    for arm, value in rows:
        named.setdefault(str(arm), []).append(str(value))
    return named


def _no_accident(pure: list[Level], weights: Mapping[str, float]) -> bool:
    most = max(
        weights.values()
    )  # of a thousand units of one level the chance is below the smallest float, its logarithm is not
    chance = sum(
        many * (n * math.log(most) + math.log(sum((w / most) ** n for w in weights.values()))) for n, *_, many in pure
    )
    return chance < CHANCE
