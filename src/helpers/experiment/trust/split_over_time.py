"""A split that changes over time: days from which on an arm has another share, as where a treatment is ramped up.

Units that came at different times are not alike, so arms whose shares change over time differ in more than the change
(Simpson's paradox); within each part with one share they may be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from helpers.defaults import SRM_THRESHOLD
from helpers.formatting import formatted, listed

MOST_TOLD = 4
"""Parts that are told one by one."""


@dataclass(frozen=True)
class SplitPart:
    """Days in a row over which the arms keep one split, and the share of each arm, control first."""

    first: str
    last: str
    shares: tuple[float, ...]


def split_parts(days: Mapping[str, Mapping[str, int]], threshold: float = SRM_THRESHOLD) -> tuple[SplitPart, ...]:
    """The parts of an experiment by its split, of days in their order: one where it never changes.

    Binary segmentation (Scott and Knott, 1974): the days are cut where Pearson's chi-square between what is before and after is
    largest, each part again, as long as its p-value times the places of a cut lies below ``threshold``. A split that goes and comes back is
    no ramp but an outage or a day of its own, so it is one part.

    >>> days = {f"2026-03-0{i}": {"old": 900, "new": 100} for i in range(1, 5)} | {"2026-03-05": {"old": 500, "new": 500}}
    >>> [(part.first, part.last, part.shares) for part in split_parts(days)]
    [('2026-03-01', '2026-03-04', (0.9, 0.1)), ('2026-03-05', '2026-03-05', (0.5, 0.5))]
    """
    names = [day for day in days if sum(days[day].values())]
    counts = np.array([list(days[day].values()) for day in names], dtype=float)
    if len(names) < 2:
        return tuple(_part(names, counts) for _ in names)
    ends = [0, *_cuts(counts, 0, threshold), len(names)]
    parts = tuple(_part(names[i:j], counts[i:j]) for i, j in pairwise(ends))
    rest = [1 - part.shares[0] for part in parts]
    ramped = rest in (sorted(rest), sorted(rest, reverse=True))
    return parts if ramped else (_part(names, counts),)


def _part(days: Sequence[str], counts: np.ndarray) -> SplitPart:
    totals = counts.sum(axis=0)
    return SplitPart(days[0], days[-1], tuple(float(n) for n in totals / totals.sum()))


def _cuts(counts: np.ndarray, begins: int, threshold: float) -> list[int]:
    """Where the split changes, as places in the list of all days."""
    places = range(1, len(counts))
    if not places:
        return []
    found = [_chi2(np.array([counts[:k].sum(axis=0), counts[k:].sum(axis=0)])) for k in places]
    best = int(np.argmax(found))
    if special.chdtrc(counts.shape[1] - 1, found[best]) * len(places) >= threshold:
        return []
    k = best + 1
    return [*_cuts(counts[:k], begins, threshold), begins + k, *_cuts(counts[k:], begins + k, threshold)]


def _chi2(table: np.ndarray) -> float:
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    there = expected > 0
    return float(((table - expected)[there] ** 2 / expected[there]).sum())


def text_parts(parts: Sequence[SplitPart], treatments: Sequence[str]) -> str:
    """Which shares the treatments had, and from which day on.

    >>> text_parts([SplitPart("2026-03-02", "2026-03-08", (0.9, 0.1)), SplitPart("2026-03-09", "2026-03-15", (0.4, 0.6))], ["treatment"])
    'treatment has 10 % of the units until 2026-03-08, and 60 % from 2026-03-09 on'
    """
    who = treatments[0] if len(treatments) == 1 else "the treatments together"
    have = "has" if len(treatments) == 1 else "have"
    shares = [formatted(1 - part.shares[0], "share") for part in parts]
    if len(parts) > MOST_TOLD:
        return f"the share of {who} changes {len(parts) - 1} times, from {shares[0]} on {parts[0].first} to {shares[-1]} from {parts[-1].first} on"
    middle = [
        f"{share} from {part.first} to {part.last}" for share, part in zip(shares[1:-1], parts[1:-1], strict=True)
    ]
    told = listed(
        [f"{shares[0]} of the units until {parts[0].last}", *middle, f"{shares[-1]} from {parts[-1].first} on"]
    )
    return f"{who} {have} {told if middle else told.replace(' and ', ', and ', 1)}"
