"""What units really got, beside what they were assigned to: mishaps that struck all arms alike, or what an arm took up."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.formatting import formatted
from helpers.ingest.new_study import planned, questions, typed, vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 0.2
"""Share of the rows up to which another variant than the assigned one is a mishap."""
APART = 5.0
"""Standard errors between the arms' shares of mishaps from which on they did not strike all arms alike, or are fewer than by chance."""

REALLY = "what was really taken up"
"""How the reason begins why a column is what units got, where names tell it."""

Seen = tuple[Column | None, dict[str, str], int, list[tuple[Column, str]]]


def others(columns: Sequence[Column], variant: Column, may_vary: Sequence[Column]) -> list[Column]:
    """Columns that may say what units got: those that may be a variant, and those called so that have the variant's levels."""
    known = {variant.name, *(c.name for c in may_vary)}
    alike = [c for c in columns if c.name not in known and _may_be_got(c, variant)]
    return [*may_vary, *(c for c in alike if {*c.values} == {*variant.values})]


def _may_be_got(column: Column, variant: Column) -> bool:
    """Whether a column is called as what was got, or differs from the variant's name as that does."""
    return (
        vocabulary.touches(column.name, vocabulary.TAKEN_UP)
        or planned.comes_first(variant.name, column.name) is not None
    )


def seen(table: "SourceTable", variant: Column, others: list[Column]) -> Seen:
    """The column of what was shown, the variant that each of its levels means, the rows that disagree; and the columns of
    what units took up, each with why no row may be left out for it.

    Rows that were shown another variant are left out, which is right where a screen failed and it struck all arms alike.
    Where units took up another variant than the assigned one, in one arm or in all, somebody chose: without these rows the
    arms are alike no more, so that each counts as it was assigned.
    """
    taken_up = []
    for column in others:
        if column.distinct != variant.distinct:
            continue
        mapping, by_arm = questions.agreement(table, column, variant)
        otherwise = sum(by_arm.values())
        one_to_one = len(set(mapping.values())) == len(mapping)
        named = vocabulary.touches(column.name, vocabulary.SHOWN)  # in full agreement it may as well be a copy
        if not one_to_one or not (otherwise or named) or not _agrees(column, variant, mapping, otherwise):
            continue
        chosen = otherwise and not named
        if chosen or _parted(by_arm, dict(variant.levels)):
            taken_up.append((column, _why(column, variant, by_arm)))
        elif otherwise < MOST * column.rows:
            return column, mapping, otherwise, taken_up
    return None, {}, 0, taken_up


def _agrees(column: Column, variant: Column, mapping: dict[str, str], otherwise: int) -> bool:
    """Whether fewer rows disagree than of two columns that have nothing to do with each other."""
    levels, arms = dict(column.levels), dict(variant.levels)
    rows, of_arms = sum(levels.values()), sum(arms.values())
    alike = sum(n / rows * arms.get(mapping.get(level, ""), 0) / of_arms for level, n in levels.items())
    return otherwise < rows * (1 - alike) - APART * math.sqrt(rows * alike * (1 - alike))


def _parted(by_arm: dict[str, int], sizes: dict[str, int]) -> bool:
    """Whether the shares of rows that disagree lie further apart than chance brings about."""
    shares = sorted((n / sizes[arm], sizes[arm]) for arm, n in by_arm.items() if sizes.get(arm))
    (low, few), (high, many) = shares[0], shares[-1]
    pooled = sum(by_arm.values()) / sum(sizes.values())
    return high - low > APART * math.sqrt(pooled * (1 - pooled) * (1 / few + 1 / many))


def _why(column: Column, variant: Column, by_arm: dict[str, int]) -> str:
    """What a column of the same arms is beside the variant: what units got, or, as names do not tell it, what they were to get."""
    sizes = dict(variant.levels)
    told = ", ".join(
        f"{formatted(n, 'count')} of {formatted(sizes[arm], 'count')} of {vocabulary.printable(arm)}"
        for arm, n in by_arm.items()
        if arm in sizes
    )
    ahead = planned.comes_first(variant.name, column.name)
    said = vocabulary.touches(variant.name, vocabulary.ASSIGNED) or vocabulary.touches(column.name, vocabulary.SHOWN)
    if ahead is None and said:
        ahead = True
    if ahead:
        return f"{REALLY}: it is not the assigned variant in {told}; whoever was assigned counts in that arm"
    name, taken = vocabulary.printable(column.name), vocabulary.printable(variant.name)
    what = (
        f"called as what was assigned, and '{taken}' as what was taken up"
        if ahead is False
        else f"what was assigned, or what was taken up? No name tells it of '{name}' and '{taken}'"
    )
    return f"{what}: it is another arm in {told}; units count in the arm that they were assigned to: --variant {typed.name(column.name)} if that is this one"


def asked(taken_up: Sequence[tuple[Column, str]], variant: Column) -> list[str]:
    """What is asked where two columns hold the same arms, and the variant is not surely the one that was assigned."""
    return [
        f"Is '{vocabulary.printable(variant.name)}' what was assigned, or '{vocabulary.printable(column.name)}'? It is {why}."
        for column, why in taken_up
        if not why.startswith(REALLY)
    ]
