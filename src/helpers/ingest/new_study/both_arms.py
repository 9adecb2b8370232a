"""Units that stand in both arms of a table or of a log: why no column was taken as the variant, and what counts them once."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import (
    arm_words,
    controls,
    dependence,
    flaws,
    phases,
    questions,
    roles,
    two_variants,
    typed,
    vocabulary,
)
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def told(look: TableView, unit: Column, time: Column | None) -> ReportError | None:
    """What is said where fewer than half of the units stand in several levels of a column that is called as a variant."""
    for variant in roles.variants_of(look.columns):
        if variant in (unit, time) or not vocabulary.touches(variant.name, vocabulary.VARIANT):
            continue
        several, units = questions.several_levels(look.table, unit, f"lower({look.table.text(variant.name)})")
        if not several or several >= two_variants.MOST * units:
            continue
        name, arm = vocabulary.printable(unit.name), vocabulary.printable(variant.name)
        whole = f"say that it is the variant: --variant {typed.name(variant.name)} leaves out and counts who is in both (two_variants)"
        return ReportError(
            f"{look.table.called}: units stand in several levels of '{arm}'",
            got=f"{several:,} of {units:,} units in '{name}' do, in {look.rows:,} rows",
            expected="one variant for each unit",
            cause="units that were assigned again, such as at another visit or on another device",
            remedy=f"count each unit once, in a file of one row a unit: {dependence.FIRST}"
            + f"; or {whole}" * (not _repeats(look.table, unit, variant)),
        )
    return None


def _repeats(table: "SourceTable", unit: Column, variant: Column) -> bool:
    """Whether several rows of a unit are of one arm, so that none of them stands for it."""
    who, arm = table.text(unit.name), table.text(variant.name)
    return bool(
        table.number(
            f"select max(n) > 1 from (select count(*) as n from {{table}} where {who} is not null and {arm} is not null group by {who}, lower({arm}))"
        )
    )


def changing(look: TableView, taken: Sequence[Column], changes: Mapping[str, float]) -> list[Column]:
    """Columns of a log that may be the variant, by name or levels, and are another one in rows of a unit too often to be taken."""
    free = [c for c in roles.variants_of(look.columns) if c not in taken and c.name not in look.said.named]
    return [c for c in free if changes.get(c.name, 0) > roles.OFTEN and not phases.is_settled(c, look.said.where or "")]


def refuse_changing(look: TableView, unit: Column, event: Column, changes: Mapping[str, float]) -> None:
    """Raise where levels call one of them the control, or a column is called a variant and nothing else: to plant an uplift
    into a log that holds an experiment would be to invent its result."""
    for variant in changing(look, (unit, event), changes):
        arms = roles.meant(variant)[0]
        told = bool(roles.named_controls(arms)) and not controls.is_guess(roles.named_controls(arms)[0][0], arms.values)
        if not (told or set(vocabulary.tokens(variant.name)) <= arm_words.OF_GROUPS):
            continue
        several, units = questions.several_levels(look.table, unit, flaws.spelled(look.table, variant))
        cause, remedy = _why(look.table, unit, event, variant)
        raise ReportError(
            f"{look.table.called}: '{vocabulary.printable(variant.name)}' looks like the variant, and is another one in rows of the same unit",
            got=f"{several:,} of {units:,} units in '{vocabulary.printable(unit.name)}' have several of {', '.join(map(vocabulary.printable, arms.values))}",
            expected="one variant for each unit, in all rows that name one",
            cause=cause,
            remedy=f"{remedy}; if it is no variant, take the file as it is: --where true",
        )


def asked_of_changing(look: TableView, taken: Sequence[Column], changes: Mapping[str, float]) -> list[str]:
    """What is asked of the others, where an uplift is planted."""
    return [
        f"Is '{vocabulary.printable(c.name)}' the variant? It is another one in rows of {changes[c.name]:.0%} of the units, so it is not taken for one, and an"
        f" uplift is planted. If it is, --variant {typed.name(c.name)} leaves out and counts who is in several."
        for c in changing(look, taken, changes)
    ]


def _why(table: "SourceTable", unit: Column, event: Column, variant: Column) -> tuple[str, str]:
    """Why units stand in several levels, and what is to be done, by where and when these stand."""
    who, what, arm = table.text(unit.name), table.text(event.name), flaws.spelled(table, variant)
    levels = table.rows(
        f"select {what}, min({arm}) from {{table}} where {arm} is not null and {what} is not null group by 1 having count(distinct {arm}) = 1 order by 1"
    )
    early = [str(name) for name, _ in levels]
    if early and len(early) < event.distinct:
        listed = ", ".join(map(literal, early))
        several, units = questions.several_levels(table, unit, f"case when {what} not in ({listed}) then {arm} end")
        if several <= roles.EVER * units:
            named = ", ".join(f"'{vocabulary.printable(name)}'" for name in early)
            cause = f"rows of {named} say '{vocabulary.printable(str(levels[0][1]))}' whatever the arm, as before units are assigned"
            return cause, _without_early(table, unit, event, listed)
    alone = table.number(
        f"select count(distinct arm) from (select min({arm}) as arm from {{table}} where {who} is not null group by {who} having count(distinct {arm}) = 1)"
    )
    where = "say which rows are those of one experiment: --where, or --experiment VALUE"
    if alone == 1:
        return (
            "a roll-out in which units go on from one to another",
            "if chance drew who goes on, leave out the rows from before that: --where",
        )
    several, units = questions.several_levels(table, unit, arm)
    if several < two_variants.MOST * units:
        return (
            "units that were assigned again, such as at another visit or on another device",
            f"say that it is the variant: --variant {typed.name(variant.name)} leaves out and counts who is in several (two_variants); or {where}",
        )
    return (
        "a variant drawn anew at each visit, a change for all at once, several experiments in one column, or an id that many units share",
        where,
    )


def _without_early(table: "SourceTable", unit: Column, event: Column, listed: str) -> str:
    """What is done about events, ``listed`` as SQL, in whose rows no arm stands: the condition where each unit has other rows."""
    who, what = table.text(unit.name), table.text(event.name)
    lost = int(
        table.number(
            f"select count(*) from (select 1 from {{table}} where {who} is not null group by {who} having not coalesce(bool_or({what} not in ({listed})), false))"
        )
    )
    if lost:
        return (
            f"write in these rows, too, the arm that each unit was assigned to: {lost:,} units have no other, so that to leave these rows"
            " out would choose units by what they went on to do"
        )
    return f"leave these rows out: --where {typed.condition(f'{quoted(event.name)} not in ({listed})')}"
