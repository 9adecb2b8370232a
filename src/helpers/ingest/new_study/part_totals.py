"""Rows of totals among counts of parts of an arm, such as all countries beside each of them, and how parts become arms.

Summed up with the parts, a total counts every unit twice; taken alone it is the arm, and counts each unit once.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import mixes, typed, vocabulary, written_numbers
from helpers.ingest.new_study.counted_columns import SOME_EMPTY, CountedColumns
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.summaries.words import SIGNS, TOTALS

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

CALLED = re.compile(rf"(?<![^\W\d_])({'|'.join(TOTALS)})(?![^\W\d_])|{'|'.join(SIGNS)}")
"""A level that is called a total."""
FEWEST = 2
"""Parts whose sum is no chance."""


def remedy(
    table: "SourceTable", of_all: Sequence[Column], parts: Sequence[Column], found: CountedColumns
) -> tuple[str, str]:
    """How counts of parts become counts of arms, ``of_all`` being the arm and its day; and what is told of totals among them."""
    totals = {
        c.name: level for c in parts if (level := _total(table, of_all, c, [p for p in parts if p is not c], found))
    }
    told = " and ".join(
        f"'{vocabulary.printable(level)}' in '{vocabulary.printable(name)}'" for name, level in totals.items()
    )
    stated = [f"({table.where})"] if table.where else []
    held = " and ".join([*stated, *(f"{quoted(name)} = {literal(level)}" for name, level in totals.items())])
    if len(totals) == len(parts):
        return f"take the rows of the totals alone: --where {typed.condition(held)}", told
    if _same_units(table, of_all, found):
        what = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in parts)
        first = " and ".join(f"{quoted(c.name)} = {literal(c.values[0])}" for c in parts)
        return (
            f"take one level, such as --where {typed.condition(table.also(first))}: '{vocabulary.printable(found.units.name)}' is the same for each"
            f" level of {what}, so these are several outcomes of the same units, and no parts of them",
            told,
        )
    doubts = ""
    for part in (c for c in parts if c.name not in totals):
        refused, doubt = mixes.unlike(table, of_all[0], part, found.units, held)
        if refused:
            return refused, told
        doubts += doubt
    summed = [c for c in (*found.shares, *found.summed) if c.name not in found.deviations]
    gaps = [name for name, why in found.left if why == SOME_EMPTY and _mostly(table, name)]
    numbers = {
        name: written_numbers.in_query(table, name) for name in (found.units.name, *(c.name for c in summed), *gaps)
    }
    columns = [
        *(quoted(c.name) for c in of_all),
        *(f"sum({number}) as {quoted(name)}" for name, number in numbers.items()),
    ]
    held = " and ".join([*([held] if held else []), *(f"{quoted(name)} is not null" for name in gaps)])
    query = f"select {', '.join(columns)} from {table.selected}{f' where {held}' * bool(held)} group by all"
    over = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in parts if c.name not in totals)
    given = f" by a query in a file beside it (counts.sql), and give that: {query}{_of_gaps(table, gaps)}"
    return (
        f"sum it up over {over}{given * all(numbers.values())}; or take one level with --where{doubts}",
        told,
    )


def _mostly(table: "SourceTable", name: str) -> bool:
    """Whether a column is filled in most rows."""
    return bool(table.number(f"select (2 * count({table.text(name)}) > count(*))::integer from {{table}}"))


def _of_gaps(table: "SourceTable", gaps: Sequence[str]) -> str:
    """What is said of rows in which some counts are empty, as those of the last days are whose outcomes nobody knows yet."""
    if not gaps:
        return ""
    rows = int(
        table.number(
            f"select count(*) from {{table}} where {' or '.join(f'{table.text(name)} is null' for name in gaps)}"
        )
    )
    named = " or ".join(f"'{vocabulary.printable(name)}'" for name in gaps)
    return (
        f". It leaves out the {rows:,} rows in which {named} is empty, whose units would count without their outcomes; leave that condition and"
        " these columns out to keep the rows"
    )


def _same_units(table: "SourceTable", of_all: Sequence[Column], found: CountedColumns) -> bool:
    """Whether all rows of an arm, or of each of its days, count the same number of units: as goals of one test do."""
    keys = ", ".join(table.text(c.name) for c in of_all)
    return not table.number(
        f"select count(*) from (select 1 from {{table}} group by {keys} having count(distinct {table.value(found.units.name)}) > 1 or count(*) < 2)"
    )


def _total(
    table: "SourceTable", of_all: Sequence[Column], part: Column, others: Sequence[Column], found: CountedColumns
) -> str:
    """The level of a column of parts that sums up its others wherever they stand; '' without one.

    It counts what they count together, or it is called a total and counts no less than any of them.
    """
    of, n, level = (
        [table.text(c.name) for c in (*of_all, *others)],
        table.value(found.units.name),
        table.text(part.name),
    )
    cells = ", ".join(f"{key} as k{i}" for i, key in enumerate(of))
    keys = ", ".join(f"k{i}" for i in range(len(of)))
    rows = table.rows(
        f"""select level, bool_and(2 * n = whole and levels > {FEWEST}), bool_and(n = most), count(*) = max(places)
        from (select level, n, sum(n) over cell as whole, max(n) over cell as most, count(*) over cell as levels, places
            from (select {cells}, {level} as level, {n} as n from {{table}}),
                (select count(distinct ({", ".join(of)})) as places from {{table}})
            window cell as (partition by {keys}))
        where level is not null group by level order by level"""
    )
    fit = [
        str(name)
        for name, sums, most, everywhere in rows
        if everywhere and (sums or (most and CALLED.search(str(name).lower())))
    ]
    return fit[0] if len(fit) == 1 else ""
