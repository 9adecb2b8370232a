"""Rows that are no units of their own, though each has its arm: several of one user, or hours of one city."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import armless, typed, vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FIRST = (
    "the row in which it was assigned first, if you know when each row was assigned; a time at which something came of a row, or ended,"
    " does not tell it, for the arm may move it"
)
"""What alone stands for one that was assigned several times: to leave out who stands in both arms leaves out by what came later."""
MOST = 0.5
"""Levels that stand in several arms, at least, of those that would by chance, where what they name was assigned anew from row to row."""


def asked(
    table: "SourceTable", columns: Sequence[Column], unit: Column | None, time: Column | None, variant: Column
) -> list[str]:
    """What is asked of rows that share a user, or a place, which stands in several arms."""
    free = [
        c for c in columns if c is not unit and c is not time and c is not variant and 1 < c.distinct < 0.9 * c.filled
    ]
    if unit is not None:
        users = [c for c in free if vocabulary.names_a_unit(c.name) > 1 and _has_many(c)]
        return [line for c in users if (line := _of_users(table, c, unit, variant))]
    unnamed = [line for c in columns if c is not time and c is not variant and (line := _unnamed(table, c, variant))]
    if time is None or unnamed:
        return unnamed[:1]
    return [line for c in free if c.levels and not c.numeric and (line := _switched(table, c, time, variant))][:1]


def _unnamed(table: "SourceTable", who: Column, variant: Column) -> str:
    """That ids of a name that nobody knows stand in several rows, some of them in several arms."""
    if not _may_be_ids(who):
        return ""
    several, mixed = _in_arms(table, who, variant)
    name = vocabulary.printable(who.name)
    spoken = who.numbers < who.filled and table.number(
        f"select count(*) from {{table}} where {table.text(who.name)} like '% %'"
    )
    if not mixed or spoken:
        return ""
    most, rows = table.rows(
        f"select {table.text(who.name)}, count(*) from {{table}} where {table.text(who.name)} is not null group by 1 order by 2 desc, 1 limit 1"
    )[0]
    return (
        f"Does '{name}' say who was assigned? {several:,} of its values stand in several rows, {mixed:,} of these in more than one arm, the most rows"
        f" have '{vocabulary.printable(str(most))}', {rows:,}, and every row counts as a unit of its own. Where each value is one who was assigned once, name"
        " the column as the unit, and those in several arms are left out and counted; where a value stands for many, as a guest does, or an arm was drawn for"
        " each row, it is no unit, and rows of one are alike, so that intervals are too narrow."
    )


OFTEN = 0.05
"""Share of the users with several rows, at least, from which on rows of one count as much as to narrow an interval."""
FEW, SHARE = 30, 0.05
"""Levels, and their share of the rows, up to which a column called as a unit is an attribute: a device is a phone or not."""


def _has_many(column: Column) -> bool:
    return column.distinct > FEW or column.distinct > SHARE * column.filled


SELDOM = 0.5
"""Different values for each row, at least, of ids of units most of which stand in one row."""
DENSE = 0.9
"""Share of the numbers between the lowest and the highest that stand there, at least, where units are numbered."""


def _may_be_ids(column: Column) -> bool:
    """Whether values without a known name may be ids: most of them in one row, and texts, numbers in a row, or called with id at the end."""
    if (
        column.levels
        or column.has_time
        or column.decimal
        or not SELDOM * column.filled < column.distinct < column.filled
    ):
        return False
    if vocabulary.touches(column.name, vocabulary.REMARK | vocabulary.MONEY):
        return False
    called = any(token.endswith("id") and 2 < len(token) <= SHORT for token in vocabulary.tokens(column.name))
    numbered = column.numeric and column.distinct >= DENSE * (column.high - column.low + 1)
    in_one_word = not column.numeric and not column.numbers
    return called or numbered or in_one_word


SHORT = 6
"""Signs of a word that ends with id and is a key by that, as pid and subjid are, at most."""


def _of_users(table: "SourceTable", who: Column, unit: Column, variant: Column) -> str:
    """A question of users with several rows: which of these came first no data tells, so that no query of first rows is printed."""
    several, mixed = _in_arms(table, who, variant)
    if not several:
        return ""
    if mixed < MOST * _by_chance(table, who, variant):
        return _assigned_whole(table, who, unit, several, mixed)
    name, row = vocabulary.printable(who.name), vocabulary.printable(unit.name)
    return (
        f"Are rows of one '{name}' independent? {several:,} have several, {mixed:,} of these in more than one arm, and each '{row}'"
        " counts as a unit of its own: where rows of one are alike, or one arm is felt in the other, intervals are too narrow."
        f" What counts each once is {FIRST}."
    )


def _by_chance(table: "SourceTable", who: Column, variant: Column) -> float:
    """How many levels with several rows would stand in several arms, if chance had drawn an arm of these sizes for each row."""
    level, arm = table.text(who.name), armless.arm_of(table, variant)
    of_rows = f"from {{table}} where {level} is not null and {arm} is not null"
    sizes = [float(n) for (n,) in table.rows(f"select count(*) {of_rows} group by lower({arm})")]  # type: ignore[arg-type]
    users = table.rows(
        f"select n, count(*) from (select count(*) as n {of_rows} group by {level}) where n > 1 group by 1"
    )
    return sum(int(k) * (1 - sum((size / sum(sizes)) ** int(n) for size in sizes)) for n, k in users)  # type: ignore[call-overload]


def _assigned_whole(table: "SourceTable", who: Column, unit: Column, several: int, mixed: int) -> str:
    """That users seem to have been assigned, most of whom stand in one arm with all of their rows, which are the units here."""
    of = int(table.number(f"select count(distinct {table.text(who.name)}) from {{table}}"))
    if several < OFTEN * of:
        return ""
    name, row = vocabulary.printable(who.name), vocabulary.printable(unit.name)
    return (
        f"Was each '{name}' assigned as a whole? {several:,} of {of:,} have several rows, {several - mixed:,} of these in one arm alone, and each"
        f" '{row}' counts as a unit of its own: rows of one are alike, so that intervals are too narrow. --cluster {typed.name(who.name)} makes each one"
        " what was randomised."
    )


def _switched(table: "SourceTable", place: Column, time: Column, variant: Column) -> str:
    """That a place is switched between the arms from one time to the next: one row for each of both."""
    at, when = table.text(place.name), table.text(time.name)
    rows, pairs = table.rows(f"select count(*), count(distinct ({at}, {when})) from {{table}}")[0]
    several, mixed = _in_arms(table, place, variant)
    if pairs != rows or not several or mixed < MOST * several:
        return ""
    name, hour = vocabulary.printable(place.name), vocabulary.printable(time.name)
    return (
        f"Was each '{name}' switched between the arms from one '{hour}' to another? {mixed:,} of {place.distinct:,} stand in several arms, one row"
        f" a '{hour}', and every row counts as a unit of its own: rows that follow each other are alike and carry over, so that intervals are"
        " too narrow. A column that names each stretch between two switches makes these the units: --cluster COLUMN."
    )


def _in_arms(table: "SourceTable", column: Column, variant: Column) -> tuple[int, int]:
    """Levels with several rows, and those of them in several arms."""
    level, arm = table.text(column.name), armless.arm_of(table, variant)
    several, mixed = table.rows(
        f"select count(*) filter (n > 1), count(*) filter (k > 1) from (select count(*) as n, count(distinct lower({arm})) as k"
        f" from {{table}} where {level} is not null and {arm} is not null group by {level})"
    )[0]
    return int(several), int(mixed)  # type: ignore[call-overload]
