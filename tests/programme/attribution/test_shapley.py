"""The equal sharing of a journey's orders among its channels is the Shapley value of the game that is stated."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings

from helpers.programme.attribution.journeys import of_paths
from helpers.programme.attribution.shapley import shapley
from tests.programme.attribution.journeys import PATHS, of


def by_definition(journeys):
    """Mean of what each channel adds to the orders of journeys within the coalition, over all orders of arrival."""
    sets = [frozenset(part.tolist()) for part in np.split(journeys.channel, journeys.starts[1:-1])]
    n = len(journeys.channels)

    def worth(coalition):
        return sum(won for members, won in zip(sets, journeys.won, strict=True) if members <= coalition)

    added = np.zeros(n)
    arrivals = list(permutations(range(n)))
    for arrival in arrivals:
        for place, channel in enumerate(arrival):
            added[channel] += worth(frozenset(arrival[: place + 1])) - worth(frozenset(arrival[:place]))
    return added / len(arrivals)


@settings(max_examples=25, deadline=None)
@given(PATHS)
def test_it_is_the_mean_over_all_orders_of_arrival(drawn):
    journeys = of(drawn)
    assert shapley(journeys).sum(axis=0) == pytest.approx(by_definition(journeys), abs=1e-9)


def test_repeats_and_order_do_not_matter():
    twice, turned = (of_paths([path], [6], [1]) for path in ("AABAC", "CBA"))
    assert shapley(twice).sum(axis=0).tolist() == shapley(turned).sum(axis=0).tolist() == [2.0, 2.0, 2.0]


def test_many_channels_need_no_sampling():
    names = [f"channel {i:02}" for i in range(40)]
    assert shapley(of_paths([names], [80], [0])).sum(axis=0) == pytest.approx(np.full(40, 2.0))
