"""Journeys of many shoppers as flat arrays, read from the year by one query or given as paths with counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.errors import ReportError

if TYPE_CHECKING:
    import duckdb

    from helpers.config.programme import Programme

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Journeys:
    """Paths of channels, each with how often it ended with an order and how often without one.

    The touches of all journeys stand one after the other: those of journey ``j`` are ``starts[j]`` to ``starts[j + 1]``.

    Attributes:
        channels: names.
        channel: of each touch, an index into ``channels``.
        age: of each touch, in days before the journey's end.
        starts: one more than there are journeys; every journey has a touch.
        won: orders of each journey, or of all shoppers who went it.
        lost: times that it ended without one.
        shopper: whose journey it is, from 0 on; what is resampled as a whole.
    """

    channels: tuple[str, ...]
    channel: Ints
    age: Floats
    starts: Ints
    won: Floats
    lost: Floats
    shopper: Ints

    def __len__(self) -> int:
        return len(self.won)

    @property
    def orders(self) -> float:
        """What there is to share out."""
        return float(self.won.sum())

    @property
    def sizes(self) -> Ints:
        """Touches of each journey."""
        return np.diff(self.starts)

    @property
    def place(self) -> Ints:
        """Of each touch: how many of its journey came before it."""
        return np.arange(len(self.channel)) - np.repeat(self.starts[:-1], self.sizes)

    @property
    def journey(self) -> Ints:
        """Of each touch: which journey it is of."""
        return np.repeat(np.arange(len(self)), self.sizes)


def of_paths(
    paths: Sequence[Sequence[str]],
    won: Sequence[float],
    lost: Sequence[float],
    *,
    ages: Sequence[Sequence[float]] | None = None,
) -> Journeys:
    """Journeys of paths with counts, each as if of a shopper of its own; shoppers are numbered in the order of their paths.

    Args:
        paths: channels of each, the earliest touch first.
        won: how often each ended with an order.
        lost: how often without.
        ages: days of each touch before the journey's end; 0 without them, and time decay is then the same as linear.

    Raises:
        ReportError: a path without a touch, counts below zero, lengths that differ.

    Example:
        >>> of_paths(["AB", "A"], won=[2, 0], lost=[0, 2]).orders
        2.0
    """
    if not len(paths) == len(won) == len(lost) or (ages is not None and [*map(len, ages)] != [*map(len, paths)]):
        raise ReportError("paths, their counts and their ages are not of one length", got=f"{len(paths)} paths")
    counts = np.array([won, lost], dtype=np.float64)
    if not all(map(len, paths)) or not (counts >= 0).all():
        raise ReportError("a journey has no touch, or a count is not 0 or more")
    names = tuple(sorted({channel for path in paths for channel in path}))
    number = {name: i for i, name in enumerate(names)}
    channel = np.array([number[c] for path in paths for c in path], dtype=np.int64)
    age = np.array([a for each in ages for a in each], dtype=np.float64) if ages is not None else np.zeros(len(channel))
    starts = np.r_[0, np.cumsum([*map(len, paths)], dtype=np.int64)]
    parts = [(tuple(path), *count) for path, count in zip(paths, counts.T.tolist(), strict=True)]
    shopper = np.argsort(sorted(range(len(paths)), key=lambda j: (parts[j], tuple(age[starts[j] : starts[j + 1]]))))
    return Journeys(names, channel, age, starts, counts[0], counts[1], shopper)


@dataclass(frozen=True)
class Read:
    """What one lookback makes of a year.

    Attributes:
        journeys: those with a known end.
        lookback: days.
        open: journeys left out, because an order could still have come.
        untouched: orders that no touch precedes, which no model can give to a channel.
    """

    journeys: Journeys
    lookback: float
    open: int
    untouched: int


def read(con: duckdb.DuckDBPyConnection, programme: Programme, lookback: float | None = None) -> Read:
    """Journeys of the year: the touches of a shopper before an order, after the order before it, within the lookback.

    Touches that no order follows within the lookback are journeys without one; a long stretch of them is cut into
    journeys of at most the lookback, as long as those with an order can be. Journeys whose last touch is younger than
    the lookback at the end of the year are censored: counted and left out.

    It lies at the end of the year: journeys of the last days with an order are known and those without are not, so the
    share with an order is a little too high there.

    Args:
        lookback: days; the programme's own when none are given.
    """
    from helpers.warehouse import query

    days = programme.attribution.lookback_days if lookback is None else lookback
    ends = programme.data.first + timedelta(days=programme.data.days)
    rows = query.query(con, "journeys", lookback=days, ends=ends.isoformat())
    names = tuple(query.query(con, "channel_costs")["channel"])
    kept = rows[rows["outcome"].isin(["order", "none"])]
    if not len(kept):
        raise ReportError("the year has no journey with a known end", got=f"a lookback of {days:g} days")
    won = (kept["outcome"] == "order").to_numpy(dtype=np.float64)
    journeys = Journeys(
        names,
        np.concatenate(kept["path"].to_numpy()).astype(np.int64),
        np.concatenate(kept["ages"].to_numpy()).astype(np.float64),
        np.r_[0, np.cumsum(kept["path"].map(len).to_numpy(dtype=np.int64))],
        won,
        1 - won,
        np.unique(kept["shopper"].to_numpy(), return_inverse=True)[1].astype(np.int64),
    )
    counts = rows["outcome"].value_counts()
    return Read(journeys, days, int(counts.get("open", 0)), int(counts.get("untouched", 0)))
