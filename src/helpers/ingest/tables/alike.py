"""Which id of one table is which unit of another: the strictest reading of the ids by which most of them are known.

Two systems write one id in two ways: as a number and as text, with capitals or blanks, with zeros in front or without. An
id of another table is that of the assigned unit that it is equal to. Where it is none, what tells ids apart that look
alike is left out, step by step, as long as no two assigned units become one by it; the first step that no later one
betters is taken.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.values import ids_alike

if TYPE_CHECKING:
    import duckdb

_WHOLE = rf"regexp_replace({ids_alike.form('{}', 2)}, '^([0-9]+)[.]0+$', '\1')"
_LOOKS = ids_alike.form(_WHOLE)
_SHORT = f"regexp_replace({_LOOKS}, '^0+([0-9])', '\\1')"

READINGS = {
    "": "{}",
    "blanks at the ends": ids_alike.form("{}", 2),
    "the .0 of a whole number": _WHOLE,
    "capitals": ids_alike.form(_WHOLE, 3),
    "the dashes of a UUID": _LOOKS,
    "zeros in front": _SHORT,
}
"""What two ids of one unit may differ by, and SQL of an id without it, and without all that stands before it."""


@dataclass(frozen=True)
class Alike:
    """How ids were matched: ``but_for`` is what was left out of them, ``loosely`` the rows that were matched only so.

    ``near`` are rows that look like those of an assigned unit, and of which nobody can say of which one.
    """

    but_for: str = ""
    loosely: int = 0
    near: int = 0

    @property
    def id(self) -> str:
        """SQL of the id of a row, by which the ways to write one are one."""
        return _of(READINGS[self.but_for], "user_id")


def match(con: "duckdb.DuckDBPyConnection", rows: str, into: str) -> Alike:
    """Make the table ``into`` of the ids of ``rows``, a relation with ``user_id``, and the ``unit`` of ``first_assigned`` that each is."""
    con.execute(
        f"create or replace temp table ids as select user_id, count(*) as n from {rows} where user_id <> '' group by 1"
    )
    exact = _known(con, "{}")
    total = con.execute("select coalesce(sum(n), 0)::bigint from ids").fetchall()[0][0]
    best, most = "", exact
    if exact < total:
        loosest = _known(con, [*READINGS.values()][-1])
        for name, reading in [*READINGS.items()][1:] if loosest > exact else []:
            known = _known(con, reading)
            if known > most and _apart(con, reading):
                best, most = name, known
    else:
        loosest = exact
    made = READINGS[best]
    con.execute(
        f"""create or replace temp table {into} as select ids.user_id, first.user_id as unit from ids
        join first_assigned as first on {_of(made, "first.user_id")} = {_of(made, "ids.user_id")}"""
    )
    return Alike(best, most - exact, max(0, loosest - most))


def _known(con: "duckdb.DuckDBPyConnection", reading: str) -> int:
    """Rows whose id is one of an assigned unit."""
    return con.execute(  # type: ignore[no-any-return]
        f"""select coalesce(sum(n), 0)::bigint from ids
        where {_of(reading, "user_id")} in (select {_of(reading, "user_id")} from first_assigned)"""
    ).fetchall()[0][0]


def _apart(con: "duckdb.DuckDBPyConnection", reading: str) -> bool:
    """Whether no two assigned units have one id by a reading."""
    return bool(
        con.execute(f"select count(distinct {_of(reading, 'user_id')}) = count(*) from first_assigned").fetchall()[0][0]
    )


def _of(reading: str, column: str) -> str:
    return reading.replace("{}", column)
