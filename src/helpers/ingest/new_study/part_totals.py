"""Rows of totals among counts of parts of an arm, such as all countries beside each of them, and how parts become arms.

Summed up with the parts, a total counts every unit twice; taken alone it is the arm, and counts each unit once.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import mixes, typed, vocabulary, written_numbers, written_texts
from helpers.ingest.new_study.counted_columns import SOME_EMPTY, CountedColumns
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import quoted
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
    held = " and ".join(
        [
            *([f"({table.where})"] if table.where else []),
            *(written_texts.is_one_of(table, name, [level]) for name, level in totals.items()),
        ]
    )
    if len(totals) == len(parts):
        return f"take the rows of the totals alone: --where {typed.condition(held)}", told
    if _same_units(table, of_all, found):
        what = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in parts)
        first = " and ".join(written_texts.is_one_of(table, c.name, [c.values[0]]) for c in parts)
        return (
            f"take one level, such as --where {typed.condition(table.also(first))}: '{vocabulary.printable(found.units.name)}' is the same for each"
            f" level of {what}, so these are several outcomes of the same units, and no parts of them",
            told,
        )
    over = [c for c in parts if c.name not in totals]
    summed = _summed(table, of_all, parts, over, found, held)
    unlike = [u for c in over if (u := mixes.unlike(table, of_all[0], c, found.units, held))]
    far = next((u for u in unlike if u.far), None)
    if far:
        return far.asked(table, summed), told
    doubts = "".join(u.doubt for u in unlike)
    return f"{summed}{doubts or '; or take one level with --where'}", told


def _summed(
    table: "SourceTable",
    of_all: Sequence[Column],
    parts: Sequence[Column],
    over: Sequence[Column],
    found: CountedColumns,
    held: str,
) -> str:
    """The query of the sums of all parts, and what is said of counts that are empty in some rows.

    The rows in which these are empty go where they are the same parts of each arm, as those of the last days are; else they stay, and the
    counts go: of rows that were left out for what was counted in them nothing could be told.
    """
    gaps = [name for name, why in found.left if why == SOME_EMPTY and _mostly(table, name)]
    alike = [name for name in gaps if _alike(table, of_all, parts, name)]
    whole = [c.name for c in (*found.shares, *found.summed) if c.name not in found.deviations]
    taken = [found.units.name, *whole, *alike]
    numbers = {name: written_numbers.in_query(table, name) for name in taken}
    what = " and ".join(f"'{vocabulary.printable(c.name)}'" for c in over)
    if not all(numbers.values()):
        return f"sum the counts of each arm up over {what}"
    made = [*(_named(written_texts.of(table, c.name), c.name) for c in of_all)]
    made += [f"sum({numbers[name]}) as {quoted(name)}" for name in taken]
    held = " and ".join(
        [*([held] if held else []), *(f"{written_texts.of(table, name)} is not null" for name in alike)]
    )
    query = f"select {', '.join(made)} from {table.selected}{f' where {held}' * bool(held)} group by all"
    told = f"sum it up over {what} by a query in a file beside it (counts.sql), and give that: {query}"
    return told + _of_gaps(table, alike, [name for name in gaps if name not in alike])


def _named(text: str, name: str) -> str:
    return text if text == quoted(name) else f"{text} as {quoted(name)}"


def _alike(table: "SourceTable", of_all: Sequence[Column], parts: Sequence[Column], name: str) -> bool:
    """Whether a count is empty in the same parts and on the same days of each arm."""
    arm, keys = table.text(of_all[0].name), ", ".join(table.text(c.name) for c in (*of_all[1:], *parts))
    return not table.number(
        f"select count(*) from (select count(*) as n, count({table.text(name)}) as k from {{table}} group by {keys})"
        f" where k < n and (k > 0 or n < (select count(distinct {arm}) from {{table}}))"
    )


def _mostly(table: "SourceTable", name: str) -> bool:
    """Whether a column is filled in most rows."""
    return bool(table.number(f"select (2 * count({table.text(name)}) > count(*))::integer from {{table}}"))


def _rows(table: "SourceTable", names: Sequence[str]) -> int:
    """Rows in which one of some columns is empty."""
    empty = " or ".join(f"{table.text(name)} is null" for name in names)
    return int(table.number(f"select count(*) from {{table}} where {empty}"))


def _or(names: Sequence[str]) -> str:
    return " or ".join(f"'{vocabulary.printable(name)}'" for name in names)


def _of_gaps(table: "SourceTable", alike: Sequence[str], left: Sequence[str]) -> str:
    """What is said of rows in which some counts are empty, of each arm alike or not."""
    told = ""
    if alike:
        told += (
            f"; it leaves out the {_rows(table, alike):,} rows in which {_or(alike)} is empty, the same of each arm, whose units would count without"
            " their outcomes; leave that condition and these columns out to keep the rows"
        )
    if left:
        more = [(written_numbers.in_query(table, name), quoted(name)) for name in left]
        added = f", add {', '.join(f'coalesce(sum({number}), 0) as {name}' for number, name in more)}"
        told += (
            f"; it is without {_or(left)}, empty in {_rows(table, left):,} rows, which are others of each arm: if an empty field says that nothing"
            f" happened{added if all(number for number, _ in more) else ', write 0 there'}"
        )
    return told


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
