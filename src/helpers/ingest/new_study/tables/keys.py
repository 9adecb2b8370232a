"""What several tables are joined by: the columns whose values are the ids of the assigned units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables import chains
from helpers.ingest.new_study.tables.seen import TableSeen

if TYPE_CHECKING:
    import duckdb

SOME = 50_000
"""About so many ids of a column are compared; the same ones in every table."""
FEWEST = 0.01
"""Share of the ids of either table that the other must know."""
SAME, NAMED, OF_THE_ROW = 0.3, 0.3, 0.4
"""What a name like that of the unit adds to the share, one that is of units, and what an id of the rows alone loses."""


@dataclass(frozen=True)
class Joined:
    """The unit's column of the assignments and of each other table, with the shares of their ids that are known on the other side."""

    unit: Column
    others: tuple[Column, ...]
    shares: tuple[tuple[float, float], ...]

    def evidence(self, number: int) -> str:
        """What tells that the column of a table holds ids of units."""
        known, covered = self.shares[number]
        return f"{formatted(known, 'share')} of its ids are assigned units, {formatted(covered, 'share')} of the assigned units stand in it"


def of(assignments: TableSeen, variant: Column, others: Sequence[TableSeen], said: Said) -> Joined:
    """The columns by which tables are joined: values first, then names.

    Raises :class:`~helpers.errors.ReportError` for a table of which no column holds ids of the assigned units.
    """
    con = assignments.source.con
    ours = _candidates(assignments, said, variant)
    theirs = [_candidates(seen, said) for seen in others]
    most = max((c.distinct for c in [*ours, *(c for found in theirs for c in found)]), default=0)
    part = most // SOME + 1
    for number, (seen, columns) in enumerate([(assignments, ours), *zip(others, theirs, strict=True)]):
        for place, column in enumerate(columns):
            _take(con, seen, column, f"ids_{number}_{place}", part)
    best: list[tuple[float, Column, list[tuple[Column | None, tuple[float, float]]]]] = []
    for place, unit in enumerate(ours):
        found: list[tuple[Column | None, tuple[float, float]]] = []
        total = NAMED * vocabulary.names_a_unit(unit.name) / 3 + (0.2 if unit.distinct >= 0.8 * unit.filled else 0)
        for number, (seen, columns) in enumerate(zip(others, theirs, strict=True), 1):
            shares = [_shares(con, f"ids_0_{place}", f"ids_{number}_{k}") for k in range(len(columns))]
            scores = _scores(unit, seen, columns, shares)
            chosen = max(range(len(columns)), key=scores.__getitem__, default=-1)
            if chosen >= 0 and max(shares[chosen]) >= FEWEST and not _by_chance(columns, shares, chosen):
                found.append((columns[chosen], shares[chosen]))
                total += scores[chosen]
            else:
                found.append((None, (0.0, 0.0)))
        best.append((total, unit, found))
    if not best:
        raise _no_unit(assignments)
    _, unit, chosen_of = max(best, key=lambda each: each[0])
    for seen, (key, _), columns in zip(others, chosen_of, theirs, strict=True):
        if key is None:
            knowing = [(other, c) for other, (c, _) in zip(others, chosen_of, strict=True) if c is not None]
            if between := chains.found(seen, knowing):
                raise chains.told(seen, assignments, unit, between)
            raise _strangers(assignments, unit, seen, columns)
    return Joined(unit, tuple(key for key, _ in chosen_of if key), tuple(shares for _, shares in chosen_of))


def _candidates(seen: TableSeen, said: Said, variant: Column | None = None) -> list[Column]:
    told = seen.told(said.unit)
    return [told] if told else [c for c in seen.keys if c is not variant]


def _take(con: "duckdb.DuckDBPyConnection", seen: TableSeen, column: Column, into: str, part: int) -> None:
    """Make a table of the ids of a column, or of one in ``part`` of them: the same ones in every table."""
    some = f" where hash(id) % {part} = 0" if part > 1 else ""
    con.execute(
        f"create or replace temp table {into} as select distinct id from (select {seen.id(column)} as id from {seen.source.relation}){some}"
    )
    con.execute(f"delete from {into} where id is null")


def _shares(con: "duckdb.DuckDBPyConnection", ours: str, theirs: str) -> tuple[float, float]:
    """Of the ids of another table those that are assigned, and of the assigned ones those that stand in the other table."""
    both, some, all_ = con.execute(
        f"select (select count(*) from {ours} semi join {theirs} using (id)), (select count(*) from {theirs}), (select count(*) from {ours})"
    ).fetchall()[0]
    return both / max(1, some), both / max(1, all_)


def _scores(
    unit: Column, seen: TableSeen, columns: Sequence[Column], shares: Sequence[tuple[float, float]]
) -> list[float]:
    """How likely each column is the unit's: a number that counts the rows meets other numbers by chance."""
    values = [max(pair) for pair in shares]
    scores = []
    for column, value in zip(columns, values, strict=True):
        same = vocabulary.tokens(column.name) == vocabulary.tokens(unit.name)
        score = value + SAME * same + NAMED * vocabulary.names_a_unit(column.name) / 3
        of_rows = column.distinct >= column.filled
        repeats = any(c.distinct < c.filled and v >= 0.5 * value for c, v in zip(columns, values, strict=True))
        scores.append(score - OF_THE_ROW * (of_rows and repeats and not same))
    return scores


def _by_chance(columns: Sequence[Column], shares: Sequence[tuple[float, float]], chosen: int) -> bool:
    """Whether the ids of rows meet those of units while a column that is named as that of the unit meets none."""
    column = columns[chosen]
    named = [max(pair) < FEWEST for c, pair in zip(columns, shares, strict=True) if vocabulary.names_a_unit(c.name) > 1]
    return column.distinct >= column.filled and vocabulary.names_a_unit(column.name) < 2 and bool(named) and all(named)


def _no_unit(assignments: TableSeen) -> ReportError:
    return ReportError(
        f"{assignments.called}: no column can be the id of a unit",
        got=", ".join(vocabulary.printable(c.name) for c in assignments.columns[:30]),
        expected="a column with an id for each unit that was assigned",
        remedy="name it: --unit COLUMN",
    )


def _strangers(assignments: TableSeen, unit: Column, seen: TableSeen, columns: Sequence[Column]) -> ReportError:
    tried = ", ".join(f"'{vocabulary.printable(c.name)}'" for c in columns) or "none that can hold ids"
    return ReportError(
        f"no column of {seen.called} holds ids of '{vocabulary.printable(unit.name)}' in {assignments.called}",
        got=f"columns tried: {tried}",
        expected=f"at least {formatted(FEWEST, 'share')} of the ids in common",
        cause="two systems with ids of their own, or a table of other units",
        remedy=f"where another table knows both ids, write that of the assigned unit into {seen.called} by a query in a file; or name the columns: --unit COLUMN",
    )
