"""Counts of parts of an arm whose arms hold unlike shares of each part: their sum compares other units with each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

UNLIKE = 1e-4
"""Probability that chance deals out the parts so, below which it did not."""
APART, FAR = 0.01, 0.1
"""What the share of a part differs by between two arms, at least, where that is told; and where no sum is to be made."""


def unlike(table: "SourceTable", variant: Column, part: Column, units: Column, where: str) -> tuple[str, str]:
    """Why the counts of parts are not to be summed and what to do instead, and what is told beside the query of a sum; both
    empty where the arms hold like shares of each part."""
    arm, level, n = table.text(variant.name), table.text(part.name), table.value(units.name)
    rows = table.rows(
        f"select {arm}, {level}, sum({n})::double from {{table}} where {where or 'true'} and {arm} is not null and {level} is not null"
        " group by 1, 2 order by 1, 2"
    )
    counts = {(str(a), str(of)): float(count or 0) for a, of, count in rows}  # type: ignore[arg-type]
    arms, levels = sorted({a for a, _ in counts}), sorted({of for _, of in counts})
    whole = {a: sum(counts.get((a, of), 0) for of in levels) for a in arms}
    if len(arms) < 2 or len(levels) < 2 or not all(whole.values()):
        return "", ""
    shares = {of: {a: counts.get((a, of), 0) / whole[a] for a in arms} for of in levels}
    worst = max(levels, key=lambda of: max(shares[of].values()) - min(shares[of].values()))
    apart = max(shares[worst].values()) - min(shares[worst].values())
    if apart < APART or _by_chance(counts, arms, levels) > UNLIKE:
        return "", ""
    told = ", ".join(f"{share:.1%} of '{vocabulary.printable(a)}'" for a, share in shares[worst].items())
    if apart < FAR:
        return (
            "",
            f"; '{vocabulary.printable(worst)}' is {told}, more apart than chance brings about, so ask why before you trust a sum",
        )
    most = max(levels, key=lambda of: min(counts.get((a, of), 0) for a in arms))
    refused = (
        f"do not sum it up over '{vocabulary.printable(part.name)}': '{vocabulary.printable(worst)}' is {told}, so that a sum compares unlike"
        f" units and may turn the effect (Simpson). Compare one level, such as --where {typed.condition(table.also(f'{quoted(part.name)} = {literal(most)}'))};"
        " where each level had weights of its own by design, give the rows of units"
    )
    return refused, ""


def _by_chance(counts: dict[tuple[str, str], float], arms: Sequence[str], levels: Sequence[str]) -> float:
    """The p-value of chi-square for parts that are the same in each arm."""
    from scipy import special

    of_arm = {a: sum(counts.get((a, of), 0) for of in levels) for a in arms}
    of_level = {of: sum(counts.get((a, of), 0) for a in arms) for of in levels}
    total = sum(of_arm.values())
    expected = {(a, of): of_arm[a] * of_level[of] / total for a in arms for of in levels if of_level[of]}
    chi = sum((counts.get(cell, 0) - mean) ** 2 / mean for cell, mean in expected.items())
    return float(special.chdtrc((len(arms) - 1) * max(1, sum(n > 0 for n in of_level.values()) - 1), chi))
