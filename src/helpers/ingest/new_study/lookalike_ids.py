"""Ids that look alike, such as e-mail addresses in different capitals: one unit would be two, unless they are two."""

from helpers.errors import ReportError
from helpers.ingest.new_study import armless, roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import quoted
from helpers.ingest.values import ids_alike

MANY = 0.05
"""Share of the ids that look like another one above which it is asked before anything is proposed."""


def of(seen: TableView, unit: Column) -> ids_alike.LookAlike | None:
    """The ids of the unit that look alike, as they are written; None where there are none."""
    if unit.kind != "VARCHAR":
        return None
    table, name = seen.table, quoted(unit.name)
    maybe, uuids = table.rows(
        f"select coalesce(bool_or({ids_alike.maybe(name)}), false), {ids_alike.uuids(name)} from {{table}}"
    )[0]
    return ids_alike.of(table.con, unit.name, table.relation) if maybe or uuids else None


def asked(seen: TableView, unit: Column, found: ids_alike.LookAlike | None, *, stated: bool) -> list[str]:
    """What is asked of ids that look alike, as ``found``; raises where many do, unless somebody named the column of the unit.

    The query that makes them one is printed only where none of them stand in different arms, as those of different units do.
    """
    if found is None:
        return []
    called = vocabulary.printable(unit.name)
    one, apart = f"{found.mended(seen.table.selected)}", _in_different_arms(seen, unit)
    if found.ids > MANY * unit.distinct and not stated:
        all_ = int(
            seen.table.number(
                f"select count(distinct {quoted(unit.name)}) from {{table}} where {quoted(unit.name)} <> ''"
            )
        )
        own = f'if they are units of their own, say so: --unit "{called}"'
        raise ReportError(
            f"{seen.table.called}: many ids of '{called}' look alike, and may be one unit in several spellings",
            got=f"{found.said()}; {all_:,} ids in all{apart}",
            expected="one id for one unit",
            cause="one unit is written in several ways, so that its rows are parted",
            remedy=f"{own}; where one unit is known to have several ids, write these in one way in the table, and no others"
            if apart
            else f"write them in one way by a query in a file in place of the table: {one}; {own}",
        )
    what = (
        "where one unit is known to have several, write these in one way in the table, and no others"
        if apart
        else f"this query in a file, in place of the table, makes them one: {one}"
    )
    return [f"Are ids of '{called}' that look alike one unit? {found.said()}, and are kept apart{apart}; {what}"]


def _in_different_arms(seen: TableView, unit: Column) -> str:
    """What is said of ids that look alike of which one stands in an arm where another does not; '' where there are none."""
    variant = seen.said.column("variant", seen.columns) or next(iter(roles.variants_of(seen.columns)), None)
    if variant is None or variant is unit:
        return ""
    arm, name = armless.arm_of(seen.table, variant), quoted(unit.name)
    groups, apart = seen.table.rows(
        f"""select count(*), count(*) filter (k > own) from (
            select len(list_distinct(flatten(list(arms)))) as k, max(len(arms)) as own from (
                select {name} as id, list(distinct lower({arm})) as arms from {{table}}
                where {name} <> '' and {arm} is not null group by 1)
            group by {ids_alike.form("id")} having count(*) > 1)"""
    )[0]
    return (
        f"; {apart:,} of {groups:,} that would be one stand in different arms, as different units do" if apart else ""
    )
