"""Ids that look alike, such as e-mail addresses in different capitals: one unit would be two, unless they are two."""

from helpers.errors import ReportError
from helpers.ingest.new_study import armless, roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import quoted
from helpers.ingest.values import ids_alike

MANY = 0.05
"""Share of the ids that look like another one, or are it with zeros ahead, above which it is asked before anything is proposed."""
APART = "where one unit is known to have several ids, write these in one way in the table, and no others"
"""What is to be done about ids that may be of different units."""


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
    one = found.mended(seen.table.selected)
    apart = _in_different_arms(seen, unit, quoted(unit.name), ids_alike.form("id"))
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
            remedy=f"{own}; {APART}"
            if apart
            else f"write them in one way by a query in a file beside it, in place of the table: {one}; {own}",
        )
    what = APART if apart else f"this query in a file, in place of the table, makes them one: {one}"
    return [f"Are ids of '{called}' that look alike one unit? {found.said()}, and are kept apart{apart}; {what}"]


def refuse_padded(seen: TableView, unit: Column) -> None:
    """Raise where ids are numbers, some with zeros ahead and some without, that are the same but for these."""
    if unit.kind != "VARCHAR" or "unit" in seen.said:
        return
    text = seen.table.text(unit.name)
    if not seen.table.number(f"select count(*) from {{table}} where starts_with({text}, '0') and length({text}) > 1"):
        return
    ids, one, others = (
        int(n)  # type: ignore[call-overload]
        for n in seen.table.rows(
            f"select count(distinct t), count(distinct ltrim(t, '0')), count(*) filter (not regexp_full_match(t, '[0-9]+')) from (select {text} as t from {{table}})"
        )[0]
    )
    if others or ids - one <= MANY * ids:
        return
    field, called = quoted(unit.name), vocabulary.printable(unit.name)
    apart = _in_different_arms(seen, unit, text, "ltrim(id, '0')")
    own = f'if they are units of their own, say so: --unit "{called}"'
    raise ReportError(
        f"{seen.table.called}: ids of '{called}' are the same but for zeros ahead, as 00012 and 12",
        got=f"{ids:,} ids, which would be {one:,} without these zeros{apart}",
        expected="one id for one unit",
        cause="a number in some rows and a text in others: a number has no zeros ahead",
        remedy=f"{own}; {APART}"
        if apart
        else "write them in one way by a query in a file beside it, in place of the table:"
        rf""" select * replace (regexp_replace({field}::varchar, '^"?0*([0-9]+)"?$', '\1') as {field}) from {seen.table.selected}; {own}""",
    )


def _in_different_arms(seen: TableView, unit: Column, text: str, form: str) -> str:
    """What is said of ids, the SQL ``text`` of a row, that are one in the ``form`` of an ``id``, of which one stands in an arm where another does not;
    '' where there are none."""
    variant = seen.said.column("variant", seen.columns) or next(iter(roles.variants_of(seen.columns)), None)
    if variant is None or variant is unit:
        return ""
    arm = armless.arm_of(seen.table, variant)
    groups, apart = seen.table.rows(
        f"""select count(*), count(*) filter (k > own) from (
            select len(list_distinct(flatten(list(arms)))) as k, max(len(arms)) as own from (
                select {text} as id, list(distinct lower({arm})) as arms from {{table}}
                where {text} <> '' and {arm} is not null group by 1)
            group by {form} having count(*) > 1)"""
    )[0]
    return (
        f"; {apart:,} of {groups:,} that would be one stand in different arms, as different units do" if apart else ""
    )
