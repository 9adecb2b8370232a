"""Ids that are written in several ways, such as e-mail addresses in different capitals: one unit would be two."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import vocabulary
from helpers.ingest.values import ids_alike

if TYPE_CHECKING:
    from helpers.ingest.new_study.profile import Column
    from helpers.ingest.new_study.proposal import Arm
    from helpers.ingest.new_study.source import SourceTable

MANY = 0.05
"""Share of the ids that look like another one above which it is asked before anything is proposed."""

ALIKE, LONG = 0.8, 4
"""How alike two words of so many letters are of which one may be the other, written wrongly."""
RARE = 0.25
"""Share of the units of an arm that one of a slip of the pen has at most."""


def asked(table: "SourceTable", unit: "Column", *, stated: bool) -> list[str]:
    """What is asked of ids that look alike. Raises where many do, unless somebody named the column of the unit."""
    if unit.kind != "VARCHAR":
        return []
    name = table.text(unit.name)
    maybe, uuids = table.rows(
        f"select coalesce(bool_or({ids_alike.maybe(name)}), false), {ids_alike.uuids(name)} from {{table}}"
    )[0]
    found = ids_alike.of(table.con, unit.name, table.relation) if maybe or uuids else None
    if found is None:
        return []
    called, query = vocabulary.printable(unit.name), found.mended(table.called)
    if found.ids > MANY * unit.distinct and not stated:
        raise ReportError(
            f"{table.called}: many ids of '{called}' look alike, and may be one unit in several spellings",
            got=f"{found.said()}; {unit.distinct:,} ids in all",
            expected="one id for one unit",
            cause="one unit is written in several ways, so that its rows are parted",
            remedy=f'write them in one way by a query in a file in place of the table: {query}; if they are units of their own, say so: --unit "{called}"',
        )
    return [
        f"Are ids of '{called}' that look alike one unit? {found.said()}, and are kept apart; this query in a file, in place of the table, makes them one: {query}"
    ]


def of_arms(arms: "Sequence[Arm]") -> list[str]:
    """What is asked of arms whose names are as alike as a slip of the pen makes them, where one has far fewer units."""
    told = []
    for few in arms:
        for many in arms:
            if few.count <= RARE * many.count and is_slip(few.level, many.level):
                few_said, many_said = (vocabulary.printable(arm.level) for arm in (few, many))
                told.append(
                    f"Are '{few_said}' ({few.count:,}) and '{many_said}' ({many.count:,}) one arm, written in two ways? They are two as it"
                    f" stands; if they are one, write {few_said}: {many.name} under data.variants, and take '{few_said}' out of variants."
                )
    return told


def is_slip(one: str, other: str) -> bool:
    """Whether two levels are alike but for a slip in one word.

    >>> is_slip("contol", "control"), is_slip("treated", "untreated"), is_slip("variant_a", "variant_b"), is_slip("short", "long")
    (True, False, False, False)
    """
    words = vocabulary.tokens(one), vocabulary.tokens(other)
    apart = [(a, b) for a, b in zip(*words, strict=False) if a != b]
    if len(words[0]) != len(words[1]) or len(apart) != 1:
        return False
    a, b = apart[0]
    longest = min(len(a), len(b)) >= LONG and a[0] == b[0]
    return longest and difflib.SequenceMatcher(None, a, b).ratio() >= ALIKE
