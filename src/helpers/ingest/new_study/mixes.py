"""Counts of parts of an arm whose arms hold unlike shares of each part: their sum compares other units with each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.new_study import typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

UNLIKE = 1e-4
"""Probability that chance deals out the parts so, below which it did not."""
APART, FAR = 0.01, 0.1
"""What the share of a part differs by between two arms, at least, where that is told; and where no sum is to be made."""


@dataclass(frozen=True)
class Unlike:
    """A part whose share is unlike between the arms, what is ``told`` of it, whether it is ``far`` apart, and a level with units in all arms."""

    part: Column
    told: str
    far: bool
    level: str

    @property
    def doubt(self) -> str:
        """What is said beside the query of a sum."""
        return f"; {self.told}, more apart than chance brings about, so ask why before you trust a sum"

    def asked(self, table: "SourceTable", summed: str) -> str:
        """What is asked where shares are far apart: only a part that was known before the assignment may be compared by itself.

        A part that the variant has changed, as a way of paying, holds some of the effect in its shares.
        """
        name, one = vocabulary.printable(self.part.name), written_texts.is_one_of(table, self.part.name, [self.level])
        return (
            f"was '{name}' known before the assignment? {self.told}. If it was, as a country is, a sum compares unlike units and may turn the effect"
            f" (Simpson): compare one level, such as --where {typed.condition(table.also(one))}. If the variant may have changed it, as a way of paying,"
            f" a level compares other units than were assigned: {summed}; where each level had weights of its own by design, give the rows of units"
        )


def unlike(table: "SourceTable", variant: Column, part: Column, units: Column, where: str) -> Unlike | None:
    """How unlike the shares of a part are between the arms; None where chance may have dealt them out so."""
    arm, level, n = table.text(variant.name), table.text(part.name), table.value(units.name)
    rows = table.rows(
        f"select {arm}, {level}, sum({n})::double from {{table}} where {where or 'true'} and {arm} is not null and {level} is not null"
        " group by 1, 2 order by 1, 2"
    )
    counts = {(str(a), str(of)): float(count or 0) for a, of, count in rows}  # type: ignore[arg-type]
    arms, levels = sorted({a for a, _ in counts}), sorted({of for _, of in counts})
    whole = {a: sum(counts.get((a, of), 0) for of in levels) for a in arms}
    if len(arms) < 2 or len(levels) < 2 or not all(whole.values()):
        return None
    shares = {of: {a: counts.get((a, of), 0) / whole[a] for a in arms} for of in levels}
    worst = max(levels, key=lambda of: max(shares[of].values()) - min(shares[of].values()))
    apart = max(shares[worst].values()) - min(shares[worst].values())
    if apart < APART or _by_chance(counts, arms, levels) > UNLIKE:
        return None
    told = ", ".join(f"{share:.1%} of '{vocabulary.printable(a)}'" for a, share in shares[worst].items())
    most = max(levels, key=lambda of: min(counts.get((a, of), 0) for a in arms))
    return Unlike(part, f"'{vocabulary.printable(worst)}' is {told}", apart >= FAR, most)


def _by_chance(counts: dict[tuple[str, str], float], arms: Sequence[str], levels: Sequence[str]) -> float:
    """The p-value of chi-square for parts that are the same in each arm."""
    from scipy import special

    of_arm = {a: sum(counts.get((a, of), 0) for of in levels) for a in arms}
    of_level = {of: sum(counts.get((a, of), 0) for a in arms) for of in levels}
    total = sum(of_arm.values())
    expected = {(a, of): of_arm[a] * of_level[of] / total for a in arms for of in levels if of_level[of]}
    chi = sum((counts.get(cell, 0) - mean) ** 2 / mean for cell, mean in expected.items())
    return float(special.chdtrc((len(arms) - 1) * max(1, sum(n > 0 for n in of_level.values()) - 1), chi))
