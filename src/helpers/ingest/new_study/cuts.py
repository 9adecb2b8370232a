"""What effects may be cut by: an attribute that a unit had before, and nothing that may have come of its variant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.new_study import measures, vocabulary, worded
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

CHANCE = 1e-4
"""Below this chance of levels that part as far between the arms, they depend on the variant."""
FEW = 5
"""Units that are expected of a level in an arm, at least: rarer levels are taken together."""


@dataclass(frozen=True)
class Cutting:
    """The columns that effects are cut by, those that cut nothing with the reason, and what is asked of those that depend on the
    variant and are called as what a unit was before."""

    kept: tuple[Column, ...]
    left: tuple[tuple[Column, str], ...]
    asked: tuple[str, ...]


def silent(table: "SourceTable", columns: Sequence[Column], variant: Column, *, whole: bool = False) -> Cutting:
    """What effects are cut by, out of some columns; where clusters were assigned ``whole``, chance parts levels further than units tell."""
    kept: list[Column] = []
    left: list[tuple[Column, str]] = []
    asked: list[str] = []
    for column in columns:
        named = vocabulary.printable(column.name)
        if why := told(column):
            left.append((column, f"not used: {why}, so it is no segment; {as_outcome(table.selected, column)}"))
            continue
        if len(kept) == measures.MOST_SEGMENTS:
            left.append((column, f"not used: more than {measures.MOST_SEGMENTS} segments"))
            continue
        chance = 1.0 if whole else depends(table, column, variant)
        if chance >= CHANCE:
            kept.append(column)
        elif vocabulary.touches(column.name, vocabulary.ATTRIBUTE | vocabulary.BEFORE):
            kept.append(column)
            asked.append(
                f"Was '{named}' known before the assignment? Its levels part between the arms by more than chance does"
                f" (p = {chance:.2g}): what came of the variant is no segment, and what did not says that the arms were not alike."
            )
        else:
            left.append((
                column, f"not used: its levels part between the arms by more than chance does (p = {chance:.2g}), so it came of the"
                f" variant, or the arms were not alike; {as_outcome(table.selected, column)}",
            ))  # fmt: skip
    return Cutting(tuple(kept), tuple(left), tuple(asked))


def fit(column: Column) -> bool:
    """Whether name and levels leave open that a column is what a unit was before; a number without a name of that may be anything."""
    named = not column.numeric or measures.is_named(column) or measures.is_told(column)
    return named and not (measures.came_of_it(column) or told(column))


def told(column: Column) -> str:
    """What says by itself that a column tells what became of units, or what they answered; empty where nothing does."""
    if not column.words or column.in_words or vocabulary.touches(column.name, vocabulary.ATTRIBUTE | vocabulary.BEFORE):
        return ""
    if not any(sign.isalnum() for level in column.values for sign in level):
        return "it holds marks without a word, as grades do"
    answers = [level for level in column.values if worded.says(level, vocabulary.ANSWERS)]
    if 2 * len(answers) > len(column.values):
        return f"its levels ({_some(answers)}) are answers to a question"
    became = [level for level in column.values if worded.says(level, worded.BECAME)]
    return f"its levels ({_some(became)}) say what became of a unit" if became else ""


def _some(levels: Sequence[str]) -> str:
    return ", ".join(map(vocabulary.printable, levels[:3])) + ", ..." * (len(levels) > 3)


def as_outcome(source: str, column: Column) -> str:
    """How a column is made an outcome: by an option where it holds numbers, by a query where it holds words."""
    return "--outcome makes it a metric" if column.numeric or column.in_words else worded.remedy(source, column)


def depends(table: "SourceTable", column: Column, variant: Column, unit: str = "") -> float:
    """The chance of levels that part so far between the arms where the column does not depend on the variant (Pearson's test).

    Rows count, or of a log the values of the column ``unit``; nothing is a level as every other.
    """
    from scipy import special

    level, arm = table.text(column.name), table.text(variant.name)
    rows = table.rows(
        f"select lower({arm}), {level}, count({f'distinct {table.text(unit)}' if unit else '*'}) from {{table}} where {arm} is not null group by all"
    )
    counts = {(str(arm), str(level)): int(n) for arm, level, n in rows}  # type: ignore[call-overload]
    total = sum(counts.values())
    arms, levels = ({key[at] for key in counts} for at in (0, 1))
    of_arm = {arm: sum(counts.get((arm, level), 0) for level in levels) for arm in arms}
    of_level = {level: sum(counts.get((arm, level), 0) for arm in arms) for level in levels}
    rare = {level for level in levels if of_level[level] * min(of_arm.values()) < FEW * total}
    groups = [[level] for level in sorted(levels - rare)] + [sorted(rare)] * bool(rare)
    pearson = 0.0
    for group in groups:
        share = sum(of_level[level] for level in group) / total
        if share * min(of_arm.values()) < FEW:
            return 1.0
        for arm, n in of_arm.items():
            pearson += (sum(counts.get((arm, level), 0) for level in group) - n * share) ** 2 / (n * share)
    freedom = (len(arms) - 1) * (len(groups) - 1)
    return float(special.chdtrc(freedom, pearson)) if freedom and math.isfinite(pearson) else 1.0
