"""Rows of a unit table that are called a mean, a count or another summary, and are no unit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.errors import ReportError
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal
from helpers.ingest.summaries.rows import SOUND, Measures, Peers, columns_told, groups, listed, place

if TYPE_CHECKING:
    import duckdb

KINDS = {"mean": "avg(v)", "median": "median(v)", "number": "count(v)", "smallest value": "min(v)", "largest value": "max(v)"}  # fmt: skip
"""What such a row may hold of the other rows, and its SQL;"""
MANY = 10
"""A number of rows that no unit has in several columns at once by chance; a mean has none where it is no whole number."""
FEW = 5
"""Odd ids of units up to which a table has no words for ids, so that one which names a summary is none either."""


@dataclass
class _Held:
    """The columns in which a row holds one kind of summary of a group, and those of them where that is no chance."""

    kind: str
    group: Peers
    columns: list[str] = field(default_factory=list)
    sure: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """As it is said behind the place of the row."""
        said = f"is the {self.kind}" if len(self.columns) == 1 else f"are the {self.kind}s"
        return f": {columns_told(self.columns)} {said} of all other rows{self.group.told}"


def found(
    con: "duckdb.DuckDBPyConnection", parts: Parts, measures: Measures, totals: Collection[str]
) -> dict[str, str]:
    """The rows that are named as a summary where the others are no words, and those that are named so and hold the means,
    medians or numbers of the others in several columns; with where they stand and what they hold."""
    rows = con.execute(
        f"""select row_id, odd, variant from units join suspects using (row_id)
        where named and {SOUND} order by row_id"""
    ).fetchall()
    told = {}
    units = con.execute("select count(*) from suspects where odd and not named").fetchall()[0][0]
    for row_id, odd, arm in rows:
        if row_id in totals:
            continue
        mine = [g for g in groups(con) if arm is None or g.asked in ("true", f"variant = {literal(arm)}")]
        held = [each for group in mine for each in _held(con, row_id, group, measures)]
        if any(len(each.sure) > 1 for each in held) or (odd and units <= FEW):
            every = len({column for column, _ in measures.values()})
            all_told = [each for each in held if len(each.sure) > 1 or len(each.columns) == every > 1]
            most = max(all_told, key=lambda each: len(each.columns), default=None)
            told[row_id] = place(con, parts, row_id) + (most.told if most else "")
    return told


def _held(con: "duckdb.DuckDBPyConnection", row_id: str, group: Peers, measures: Measures) -> list[_Held]:
    """What a row holds of the others of a group, to the digits that it has."""
    values = [f"try_cast({name}_value as double)" for name in measures]
    asked = [sql.replace("(v)", f"({value})") for value in values for sql in KINDS.values()]
    others = f"problem is null and {group.asked} and row_id not in (select row_id from suspects)"
    of_others = con.execute(f"select {', '.join(asked)} from units where {others}").fetchall()[0]
    texts = con.execute(
        f"select {', '.join(f'{name}_text' for name in measures)} from units where row_id = {literal(row_id)}"
    ).fetchall()[0]
    made = {kind: _Held(kind, group) for kind in KINDS}
    for i, ((column, _), text) in enumerate(zip(measures.values(), texts, strict=True)):
        for held, value in zip(made.values(), of_others[i * len(KINDS) : (i + 1) * len(KINDS)], strict=True):
            if value is not None and column not in held.columns and _shows(text, value):
                held.columns.append(column)
                held.sure += [column] if Decimal(text) % 1 or (held.kind == "number" and value >= MANY) else []
    return [held for held in made.values() if held.columns]


def _shows(text: str | None, value: float) -> bool:
    """Whether a text is a value as it is written with so many digits.

    >>> _shows("0.33", 1 / 3), _shows("0.34", 1 / 3), _shows("4", 4.0), _shows("", 4.0)
    (True, False, True, False)
    """
    try:
        number = Decimal(text or "")
    except ArithmeticError:
        return False
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return abs(number - Decimal(value)) <= Decimal(10) ** exponent / 2 + abs(number) * Decimal("1e-12")


def told(study: Study, parts: Parts, rows: Mapping[str, str]) -> ReportError:
    """What is said of such rows."""
    one = len(rows) == 1
    return ReportError(
        f"studies/{study.name}.yml: "
        + (f"a row of {parts.names[0]} is called a summary, and is no unit" if one else f"{len(rows):,} rows of {parts.names[0]} are called summaries, and are no units"),
        got=listed(rows),
        expected="one row a unit",
        cause="an export with means, counts or totals beside the units, as pivot tables and spreadsheets write them",
        remedy=f"take {'this row' if one else 'these rows'} out of the table; a unit that is called so needs an id like the others",
    )  # fmt: skip
