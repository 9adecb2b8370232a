"""Shapley values of channels: the game of who must be there for a journey to happen at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from helpers.programme.attribution.additive import credits
from helpers.programme.attribution.journeys import Floats, Journeys

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def shapley(journeys: Journeys) -> csr_array:
    """Orders credited to each channel (columns) by each journey (rows), as Shapley values.

    The characteristic function: a coalition of channels is worth the orders of all journeys whose channels it contains,
    v(S) = sum of the orders of journeys with set(journey) within S. That is a sum of unanimity games, one a set of
    channels, whose coefficients (Harsanyi's dividends, the Moebius transform of v) are the orders of journeys with exactly
    that set; the Shapley value of a unanimity game is the same for each member. So the orders of a journey are shared
    equally among its different channels, which is exact for any number of channels: no coalition is enumerated and none is
    sampled.

    Assumes that a journey without one of its channels would have ended without an order, whichever it is. It lies where
    that is false: a channel that only finds those who would have bought anyway gets as much as the one that made them
    want to. Journeys without an order do not matter to it, nor do order and repetition of touches.

    Reference:
        Zhao, Mahboobi and Bagheri (2018), Shapley value methods for attribution modeling in online advertising; Harsanyi
        (1963), A simplified bargaining model for the n-person cooperative game.

    Example:
        >>> from helpers.programme.attribution.journeys import of_paths
        >>> shapley(of_paths(["AB", "A"], won=[2, 1], lost=[0, 2])).sum(axis=0).tolist()
        [2.0, 1.0]
    """
    return credits(journeys, _first_of_channel(journeys))


def _first_of_channel(journeys: Journeys) -> Floats:
    """1 over the number of the journey's channels for the first touch of each, 0 for those that repeat one."""
    key = journeys.journey * len(journeys.channels) + journeys.channel
    first = np.zeros(len(key))
    first[np.unique(key, return_index=True)[1]] = 1.0
    found: Floats = first / np.repeat(np.add.reduceat(first, journeys.starts[:-1]), journeys.sizes)
    return found
