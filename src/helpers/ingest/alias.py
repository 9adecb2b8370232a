"""Ids that change at login: rows that carry only the id of before are those of the user whom that id meets in other rows.

The rule is that of trackers which join one id to one user: an id of before that meets exactly one user is that user's,
in all of its rows, whenever they stand; a user may have many such ids. One that meets several users, as a shared device
does, is nobody's in the rows that name no user, and these are told as rows without a unit. One that meets none is a unit
of its own. The order of the rows counts for nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.config import Log
from helpers.config.columns import logged
from helpers.errors import ReportError, several
from helpers.ingest.parts import Parts
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import ids

if TYPE_CHECKING:
    import duckdb

    from helpers.config import Place

PAIRS = "alias_pairs"
"""The table of each id of before and the users that it meets."""
USER, BEFORE = "the user (read)", "the id before (read)"
"""What both ids are called while they are joined, as no column is."""


def columns(place: "Place") -> tuple[str, str] | None:
    """The columns of the user and of the id of before; None of a place that names none."""
    if not isinstance(place, Log) or not place.alias:
        return None
    user = place.columns["user_id"]
    assert isinstance(user, str)
    return user, place.alias


def met(con: "duckdb.DuckDBPyConnection", parts: Parts, user: str, alias: str) -> ids.Ids:
    """Keep which ids of before meet which users; how both columns are read. Raises for ids that cannot be read."""
    reading, _, faults = ids.decide(con, [user, alias], parts.types, parts.relation)
    if faults:
        raise several(faults)
    who, before = _of(reading, parts, user), _of(reading, parts, alias)
    con.execute(
        f"""create or replace temp table {PAIRS} as select before, min(who) as who, count(distinct who) as users from (
            select {before} as before, {who} as who from {parts.relation}) where before is not null group by 1"""
    )
    return reading


def _of(reading: ids.Ids, parts: Parts, column: str) -> str:
    """SQL of an id; none where the field is empty or holds a word for none."""
    text = f"trim({reading.text(column, parts.types[column])})"
    return f"case when lower({text}) not in ({', '.join(map(literal, ['', *ids.PLACEHOLDERS]))}) then {text} end"


def resolved(con: "duckdb.DuckDBPyConnection", parts: Parts, user: str, alias: str, reading: ids.Ids) -> Parts:
    """The table with the unit in the column of the user, as :func:`met` has found which ids are whose; the rows stay where they are."""
    _refuse_shared(con, parts, user, alias)
    read = f'{_of(reading, parts, user)} as "{USER}", {_of(reading, parts, alias)} as "{BEFORE}"'
    one, many, none = (
        con.execute(
            f"""select count(*), count(distinct p.before) from (select {read} from {parts.relation})
            join {PAIRS} as p on p.before = "{BEFORE}" where "{USER}" is null and p.users {how}"""
        ).fetchall()[0]
        for how in ("= 1", "> 1", "= 0")
    )
    con.execute("set preserve_insertion_order = true")
    for file in parts.files:
        aside = file.with_name(f"named-{file.name}")
        rows = (
            f"(select *, {read} from read_parquet({literal(file)}, file_row_number = true, hive_partitioning = false))"
        )
        con.execute(
            f"""copy (select t.* exclude (file_row_number, "{USER}", "{BEFORE}")
                replace (coalesce("{USER}", case p.users when 1 then p.who when 0 then p.before end) as {quoted(user)})
            from {rows} as t left join {PAIRS} as p on p.before = "{BEFORE}" order by t.file_row_number)
            to {literal(aside)} (format parquet)"""
        )
        file.unlink()
        aside.rename(file)
    return replace(
        parts,
        types=parts.types | {user: "VARCHAR"},
        notes=(*parts.notes, *_told(logged(user), logged(alias), one, many, none)),
    )


def _refuse_shared(con: "duckdb.DuckDBPyConnection", parts: Parts, user: str, alias: str) -> None:
    """Raise where an id of before that meets no user reads like the id of one: two persons would be one unit."""
    shared = con.execute(
        f"select count(*), min(before) from {PAIRS} where users = 0 and before in (select who from {PAIRS})"
    ).fetchall()[0]
    if shared[0]:
        raise ReportError(
            f"{parts.names[0]}: ids of '{logged(alias)}' read like ids of '{logged(user)}'",
            got=f"{shared[0]:,} ids without a user that are those of users in other rows",
            expected="ids that tell visitors and users apart",
            cause="both columns count from 1, or one id stands now in the one and now in the other",
            remedy=f"if they are other people, write them apart before, such as 'a' || {logged(alias)}; if they are the same, fill one column from the other",
        )  # fmt: skip


def _told(user: str, alias: str, one: Iterable[int], many: Iterable[int], none: Iterable[int]) -> list[str]:
    (rows, ids_), (lost, shared), (own, visitors) = one, many, none
    told = [
        f"ids: {rows:,} rows without '{user}' are those of the users that their '{alias}' meets in other rows ({ids_:,} ids)"
    ]
    if own:
        told.append(f"ids: {visitors:,} '{alias}' meet no '{user}' and are units of their own ({own:,} rows)")
    if lost:
        told.append(
            f"ids: {shared:,} '{alias}' meet several '{user}', as a shared device does; the {lost:,} rows of theirs that name none have no unit"
        )
    return told
