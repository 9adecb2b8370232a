"""How well the tables of a study match, in numbers: the units that they share, and those that one of them lacks."""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest.sql import literal
from helpers.ingest.tables.alike import Alike

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Match:
    """What a table shares with the assignments.

    Attributes:
        table: its name in the study: that of a table of facts, or units.
        file: what it was read from.
        assigned: units that were assigned.
        known: those of them that stand in the table.
        active: those of them with a row from their assignment on.
        units: ids that stand in the table.
        strangers: those of them that were never assigned.
        rows: of the table, those without an id left out.
        unassigned: rows of strangers.
        before: rows of assigned units before their assignment.
        early: rows of assigned units before the first moment that the study looks at, which are not taken at all.
        near: rows of strangers that look like an assigned unit, of which nobody can say of which one.
        but_for: what the ids of one unit differ by in the two tables; empty where they are equal.
        loosely: rows that are matched only so.
        step: how fine the times of its rows are; empty where they are finer than a second.
        arms: units of each level of the variant, those that stand in the table and all of them.
    """

    table: str
    file: str
    assigned: int
    known: int
    active: int
    units: int
    strangers: int
    rows: int
    unassigned: int
    before: int = 0
    near: int = 0
    but_for: str = ""
    loosely: int = 0
    step: str = ""
    arms: dict[str, tuple[int, int]] = field(default_factory=dict)
    early: int = 0

    def told(self) -> dict[str, object]:
        """What stands of it in ``landed.json``."""
        return asdict(self)

    def sentences(self, *, dated: bool) -> list[str]:
        """What ``check`` and the report say of it; ``dated`` are facts that have a time."""
        share = formatted(self.known / max(1, self.assigned), "share")
        if self.table == "units":
            found = [f"{self.file}: {self.known:,} of {self.assigned:,} assigned units ({share}) stand in it"]
        else:
            share = formatted(self.active / max(1, self.assigned), "share")
            found = [
                f"{self.file}: {self.active:,} of {self.assigned:,} assigned units ({share}) have rows from their assignment on,"
                f" the other {self.assigned - self.active:,} count as 0"
            ]
        if self.unassigned and self.table != "units":
            part = formatted(self.unassigned / max(1, self.rows), "share")
            found.append(
                f"{self.file}: {self.unassigned:,} of {self.rows:,} rows ({part}) are of {self.strangers:,} units that were"
                " never assigned, and are left out"
            )
        if self.before:
            found.append(
                f"{self.file}: {self.before:,} rows stand before the assignment of their unit, and are no outcome"
            )
        if self.early:
            found.append(f"{self.file}: {self.early:,} rows lie before all that the study looks at, and are left out")
        if self.step in ("minute", "hour", "day"):
            found.append(
                f"{self.file}: its times tell the {self.step} alone; what stands in that of the assignment counts as after it"
            )
        if self.table != "units" and not dated:
            found.append(
                f"{self.file} has no time: all of its rows count as after the assignment, which they may not be"
            )
        if self.loosely:
            found.append(
                f"{self.file}: {self.loosely:,} rows are matched with a unit whose id is equal but for {self.but_for}"
            )
        if self.near:
            found.append(
                f"{self.file}: {self.near:,} rows more look like those of an assigned unit, and nobody can say of which one"
            )
        return found


def keep(con: "duckdb.DuckDBPyConnection", found: list[Match]) -> None:
    """Keep what was found beside the tables, until it is written down."""
    import json

    con.execute("create or replace temp table matches (told varchar)")
    for each in found:
        con.execute("insert into matches values (?)", [json.dumps(each.told())])


def matches(con: "duckdb.DuckDBPyConnection") -> list[dict[str, object]]:
    """What :func:`keep` kept, as it stands in ``landed.json``."""
    import json

    return [json.loads(told) for (told,) in con.execute("select told from matches").fetchall()]


def of(
    con: "duckdb.DuckDBPyConnection", table: str, file: str, rows: str, ids: str, alike: Alike, late: str, early: str
) -> Match:
    """Count what ``rows``, a relation with ``user_id``, shares with the assignments; ``ids`` says which unit an id is.

    ``late`` is SQL, on ``rows`` joined to ``first``, of a row before its unit's assignment, ``early`` of one that is not taken.
    """
    assigned = con.execute("select count(*) from first_assigned").fetchall()[0][0]
    known = con.execute(f"select count(distinct unit) from {ids}").fetchall()[0][0]
    active, units, strangers, total, unassigned, before, left_out = con.execute(
        f"""select count(distinct unit) filter (({late}) is not true), count(distinct told.id), count(distinct told.id) filter (unit is null), count(*),
            count(*) filter (unit is null), count(*) filter ({late}), count(*) filter (unit is not null and {early})
        from (select *, {alike.id} as id from {rows} where user_id <> '') as told left join {ids} as known using (user_id)
        left join first_assigned as first on first.user_id = known.unit"""
    ).fetchall()[0]
    arms = con.execute(
        f"select variant, count(*) filter (user_id in (select unit from {ids})), count(*) from first_assigned group by 1 order by 1"
    ).fetchall()
    return Match(table, file, assigned, known, active, units, strangers, total, unassigned, before, alike.near, alike.but_for,
                 alike.loosely, arms={str(level or ""): (some, of_all) for level, some, of_all in arms}, early=left_out)  # fmt: skip


def refuse_strangers(con: "duckdb.DuckDBPyConnection", found: Match, rows: str, assigned: str) -> None:
    """Raise where no id of a table is that of an assigned unit: they are ids of two kinds."""
    if found.known or not found.units:
        return
    raise ReportError(
        f"no id of {found.file} is one of {assigned}",
        got=f"{found.units:,} ids such as {_shape(con, rows)} in {found.file}, {found.assigned:,} such as"
        f" {_shape(con, 'first_assigned')} in {assigned} (9 is any digit, a any letter)",
        expected="one id for one unit in both tables",
        cause="another column names the unit, such as that of the order, or two systems with ids of their own",
        remedy=f"map the column that holds the ids of {assigned} (user_id), or add it by the table that knows both",
    )


def _shape(con: "duckdb.DuckDBPyConnection", rows: str) -> str:
    """How most ids are written, without telling one."""
    digits = f"regexp_replace(user_id, '[0-9]', {literal('9')}, 'g')"
    shape = f"regexp_replace({digits}, '[a-zA-Z]', 'a', 'g')"
    found = con.execute(
        f"select {shape}, count(*) from {rows} where user_id <> '' group by 1 order by 2 desc, 1 limit 1"
    ).fetchall()
    return f"'{found[0][0][:40]}'" if found else "none"
