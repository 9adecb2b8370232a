"""Markov chains of channels: what share of the orders is lost when a channel leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.errors import ReportError
from helpers.programme.attribution.journeys import Floats, Ints, Journeys

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class JourneyChain:
    """Counted transitions of a chain whose states remember the last few touches.

    Transitions are additive over journeys, so the chain of any sample of shoppers follows from sums of ``counts``.

    Attributes:
        channels: how many there are.
        latest: of each state, its latest channel; -1 of the first state, which is the start.
        origin: of each kind of transition, the state it leaves.
        target: the state it reaches; ``len(latest)`` is an order, one more is none.
        counts: of each kind of transition (columns) in each journey (rows).
    """

    channels: int
    latest: Ints
    origin: Ints
    target: Ints
    counts: csr_array

    def removal_effects(self, counts: Floats) -> Floats:
        """1 - P(order without the channel) / P(order), one a channel; 0 for all where no order was seen.

        Args:
            counts: of each kind of transition: sums of rows of ``self.counts``.
        """
        if not self.orders(counts) > 0:
            return np.zeros(self.channels)
        whole = self.reaches_order(counts)
        left = [self.reaches_order(counts, channel) for channel in range(self.channels)]
        return np.maximum(1 - np.array(left) / whole, 0.0)

    def credit(self, counts: Floats) -> Floats:
        """Orders shared out in proportion to removal effects; a channel without one gets nothing."""
        effects = self.removal_effects(counts)
        total = effects.sum()
        found: Floats = self.orders(counts) * effects / total if total > 0 else effects
        return found

    def orders(self, counts: Floats) -> float:
        """Journeys that end with an order."""
        return float(counts[self.target == len(self.latest)].sum())

    def reaches_order(self, counts: Floats, without: int | None = None) -> float:
        """The chance to come from the start to an order: (I - Q) x = r, solved exactly.

        Whoever would reach the channel left out ends without an order, so its states drop out of the system.
        """
        from scipy.sparse import coo_array, eye_array
        from scipy.sparse.linalg import spsolve

        n = len(self.latest)
        leaving = np.bincount(self.origin, counts, n)
        seen = counts > 0
        chance = counts[seen] / leaving[self.origin[seen]]
        origin, target = self.origin[seen], self.target[seen]
        kept = np.flatnonzero((leaving > 0) & (self.latest != without))
        number = np.full(n + 2, -1)
        number[kept] = np.arange(len(kept))
        within = (number[origin] >= 0) & (number[target] >= 0)
        moves = coo_array(
            (chance[within], (number[origin[within]], number[target[within]])), shape=(len(kept), len(kept))
        )
        wins = (target == n) & (number[origin] >= 0)
        direct = np.bincount(number[origin[wins]], chance[wins], len(kept))
        solved = spsolve((eye_array(len(kept)) - moves).tocsc(), direct)
        return float(np.atleast_1d(solved)[0])


def chain(journeys: Journeys, order: int = 1) -> JourneyChain:
    """The chain of the journeys: from the start through their touches to an order, or to none.

    A state is the last ``order`` touches (fewer near the start). Transitions are counted, from journeys without an order
    too, so probabilities are maximum-likelihood. A touch of the same channel as the one before is a transition like any
    other: at order 1 of a channel to itself, which is kept. (Without those, removal effects at order 1 are the same; at higher
    orders a repeated touch pushes others out of memory.)

    A channel is removed by sending whoever would reach it to no order; the share of orders lost is its removal effect, and
    credit is in proportion to that (Anderl and others, 2016). It sums to the orders.

    Assumes that the next step depends on the last ``order`` touches alone, and that a shopper kept from a channel would
    not have bought. It lies where a channel finds those who want to buy already: taking it out of the chain takes their
    orders out, and taking it out of the world does not.

    Raises:
        ReportError: no journey, or an order of the chain below 1.

    Reference:
        Anderl, Becker, von Wangenheim and Schumann (2016), Mapping the customer journey, International Journal of
        Research in Marketing 33.

    Example:
        >>> from helpers.programme.attribution.journeys import of_paths
        >>> found = chain(of_paths(["AB", "A", "B"], won=[2, 0, 0], lost=[0, 2, 2]))
        >>> found.removal_effects(found.counts.sum(axis=0)).round(6).tolist()
        [0.5, 1.0]
    """
    from scipy.sparse import coo_array

    if order < 1 or not len(journeys):
        raise ReportError("a chain needs journeys and at least one touch to remember", got=f"order {order}")
    base = len(journeys.channels) + 1
    place, previous = journeys.place, np.zeros(len(journeys.channel), dtype=np.int64)
    for back in range(order):  # digits of the state, the latest touch in the lowest place
        digit = np.zeros(len(place), dtype=np.int64)
        digit[back:] = journeys.channel[: len(place) - back] + 1
        previous += np.where(place >= back, digit, 0) * base**back
    codes, state = np.unique(np.r_[0, previous], return_inverse=True)
    state, n, size = state[1:], len(codes), journeys.sizes
    last = journeys.starts[1:] - 1
    before = np.where(place == 0, 0, np.r_[0, state[:-1]])
    rows = np.r_[journeys.journey, np.arange(len(size)), np.arange(len(size))]
    origin, target = (
        np.r_[before, state[last], state[last]],
        np.r_[state, np.full(len(size), n), np.full(len(size), n + 1)],
    )
    times = np.r_[np.repeat(journeys.won + journeys.lost, size), journeys.won, journeys.lost]
    kinds, kind = np.unique(origin * (n + 2) + target, return_inverse=True)
    counts = coo_array((times, (rows, kind)), shape=(len(size), len(kinds))).tocsr()
    return JourneyChain(len(journeys.channels), codes % base - 1, kinds // (n + 2), kinds % (n + 2), counts)
