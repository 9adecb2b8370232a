"""How shoppers move between segments from one date to another."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.stats.binomial import BinomialInterval, binomial_interval

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Movement:
    """Shoppers known on both dates: ``counts[i][j]`` were in ``before[i]`` and are in ``after[j]``.

    ``shares`` are of the shoppers of ``before[i]``, with Wilson intervals.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[BinomialInterval, ...], ...]

    @property
    def stayed(self) -> BinomialInterval:
        """Share of all shoppers whose segment is the same on both dates."""
        same = sum(
            n for a, row in zip(self.before, self.counts, strict=True) for b, n in zip(self.after, row, strict=True) if a == b
        )  # fmt: skip
        return binomial_interval(same, sum(map(sum, self.counts)), method="wilson")

    def share(self, before: str, after: str) -> BinomialInterval:
        """Of the shoppers of one segment, those who are in another one on the later date."""
        return self.shares[self.before.index(before)][self.after.index(after)]


def pooled(segment: "pd.Series[str]", minimum: int) -> "pd.Series[str]":
    """Segments with fewer than ``minimum`` shoppers together as ``other``, which may itself stay small.

    >>> import pandas as pd
    >>> list(pooled(pd.Series(["a", "a", "b", "c"]), 2))
    ['a', 'a', 'other', 'other']
    """
    sizes = segment.map(segment.value_counts())
    return segment.where(sizes >= minimum, "other")


def movement(before: "pd.Series[str]", after: "pd.Series[str]", minimum: int) -> Movement:
    """The transition matrix between two dates, from each shopper's segment on both, by the shopper as index.

    Estimated is the chance that a shopper of a segment is in another one on the later date, by the share that was, with
    Wilson intervals (Wilson 1927; of about, not at least, their confidence) on the assumption that shoppers move
    independently. Segments that hold fewer than ``minimum`` shoppers on the first date are pooled on both.

    When it lies: a matrix of one pair of dates holds the season between them; its powers are a forecast only if chances
    do not change and the segment is all that matters about the past, and neither is so for segments by recency.
    """
    import pandas as pd

    both = pd.DataFrame({"before": before, "after": after}).dropna()
    small = {str(name) for name, n in both.before.value_counts().items() if n < minimum}
    both = both.where(~both.isin(small), "other")
    table = pd.crosstab(both.before, both.after)
    counts = tuple(tuple(int(n) for n in row) for row in table.to_numpy())
    return Movement(
        tuple(map(str, table.index)),
        tuple(map(str, table.columns)),
        counts,
        tuple(tuple(binomial_interval(n, sum(row), method="wilson") for n in row) for row in counts),
    )
