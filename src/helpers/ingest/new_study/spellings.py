"""Levels of arms that are written wrongly: a slip of the pen in a word."""

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary

if TYPE_CHECKING:
    from helpers.ingest.new_study.proposal import Arm, Noted

ALIKE, LONG = 0.8, 4
"""How alike two words of so many letters are of which one may be the other, written wrongly."""
RARE = 0.25
"""Share of the units of an arm that one of a slip of the pen has at most."""


def slips(counts: Mapping[str, int]) -> dict[str, str]:
    """The levels that are as alike to one with far more rows as a slip of the pen makes them, each with that one.

    >>> slips({"control": 480, "contol": 20, "treatment": 500}), slips({"short": 480, "shot": 400})
    ({'contol': 'control'}, {})
    """
    found = {}
    for few, n in counts.items():
        likely = [many for many in counts if n <= RARE * counts[many] and is_slip(few, many)]
        if likely:
            found[few] = max(likely, key=lambda many: (counts[many], many))
    return {few: many for few, many in found.items() if many not in found}


def of_arms(arms: "Sequence[Arm]", also: "Mapping[str, Noted]") -> list[str]:
    """What is asked of levels that are taken for a slip of the pen in that of an arm."""
    levels = {arm.name: arm.level for arm in arms}
    told = []
    for level, (name, rows) in also.items():
        if name in levels and is_slip(level, levels[name]):
            few, many = vocabulary.printable(level), vocabulary.printable(levels[name])
            told.append(
                f"Is '{few}'{f' ({rows})' * rows[:1].isdigit()} the arm '{many}', written wrongly? It is taken so; if it is an arm of its own, give it a name"
                " under variants, and that name under data.variants."
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
