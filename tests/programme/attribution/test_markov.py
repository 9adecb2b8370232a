"""Removal effects: by hand, on real journeys with known figures, against a peer, against walks through the chain."""

import numpy as np
import pytest
from hypothesis import given, settings

from helpers.errors import ReportError
from helpers.programme.attribution.journeys import of_paths
from helpers.programme.attribution.markov import chain
from tests.programme.attribution.journeys import PATHS, of, real

KNOWN = {
    "alpha": 5344.9, "iota": 3884.6, "eta": 3340.8, "beta": 2527.4, "theta": 1971.9, "lambda": 1282.8, "epsilon": 599.6,
    "zeta": 381.1, "kappa": 274.4, "gamma": 171.1, "delta": 4.6, "mi": 1.7,
}  # fmt: skip
"""Credit of the first-order chain on attribution_paths.csv, computed elsewhere, to the decimal given."""

PEER = (
    ["AB", "A", "B", "AABC", "CA", "BCB", "C", "ABCD", "DAD"],
    [2, 0, 0, 3, 1, 2, 1, 2, 1],
    [0, 2, 2, 1, 4, 2, 6, 1, 3],
)
PEER_EFFECTS = {"A": 0.450960, "B": 0.552732, "C": 0.580775, "D": 0.323184}
PEER_CREDIT = {"A": 2.836746, "B": 3.476936, "C": 3.653341, "D": 2.032976}
"""What marketing-attribution-models 1.0.10 says of these paths (pandas 1.5.3, Python 3.11): MAM(frame of one row a journey, ...)
.attribution_markov(transition_to_same_state=True, conversion_value_as_frequency=False); with False in place of True it says
the same. That package asks for a pandas older than the project's, so its answers are recorded."""


def effects(journeys, order=1):
    made = chain(journeys, order)
    return dict(zip(journeys.channels, made.removal_effects(made.counts.sum(axis=0)), strict=True))


def credit(journeys, order=1):
    made = chain(journeys, order)
    return dict(zip(journeys.channels, made.credit(made.counts.sum(axis=0)), strict=True))


def test_by_hand():
    """P(order) is 1/3: without A only those who begin with B stay, and none of them orders; without B nobody orders."""
    journeys = of_paths(["AB", "A", "B"], won=[2, 0, 0], lost=[0, 2, 2])
    made = chain(journeys)
    assert made.reaches_order(made.counts.sum(axis=0)) == pytest.approx(1 / 3, abs=1e-12)
    assert effects(journeys) == pytest.approx({"A": 0.5, "B": 1.0}, abs=1e-12)
    assert credit(journeys) == pytest.approx({"A": 2 / 3, "B": 4 / 3}, abs=1e-12)


def test_the_real_journeys_have_their_known_figures():
    journeys = real()
    found = credit(journeys)
    assert journeys.orders == 19_785
    assert {name: round(orders, 1) for name, orders in found.items()} == KNOWN


def test_a_peer_says_the_same():
    journeys = of_paths(*PEER)
    assert effects(journeys) == pytest.approx(PEER_EFFECTS, abs=5e-7)
    assert credit(journeys) == pytest.approx(PEER_CREDIT, abs=5e-7)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_walks_through_the_chain_find_the_same_effects(order):
    """A hundred thousand shoppers walk by the counted transitions, and end without an order at a channel removed."""
    journeys, rng, n = of_paths(*PEER), np.random.default_rng(7), 100_000
    made = chain(journeys, order)
    counts = made.counts.sum(axis=0)
    ways = {s: np.flatnonzero(made.origin == s) for s in range(len(made.latest))}
    end = len(made.latest)

    def share(without):
        at = np.zeros(n, dtype=int)
        while (at < end).any():
            for state in np.unique(at[at < end]):
                here = np.flatnonzero(at == state)
                chance = counts[ways[state]] / counts[ways[state]].sum()
                at[here] = made.target[rng.choice(ways[state], len(here), p=chance)]
            inside = np.flatnonzero(at < end)
            at[inside[made.latest[at[inside]] == without]] = end + 1
        return (at == end).mean()

    whole = share(None)
    seen = [1 - share(channel) / whole for channel in range(made.channels)]
    assert list(effects(journeys, order).values()) == pytest.approx(seen, abs=4 * 2 * (whole / n) ** 0.5 / whole)


@settings(max_examples=30, deadline=None)
@given(PATHS)
def test_the_chain_keeps_the_share_of_orders_and_repeats_change_nothing_at_order_one(drawn):
    journeys = of(drawn)
    if not journeys.orders:
        assert set(effects(journeys).values()) == {0.0} == set(credit(journeys).values())
        return
    for order in (1, 2):
        made = chain(journeys, order)
        whole = made.reaches_order(made.counts.sum(axis=0))
        assert whole == pytest.approx(journeys.orders / (journeys.won + journeys.lost).sum(), abs=1e-9)
    names = np.array(journeys.channels)[journeys.channel]
    once = ["".join(c for c, before in zip(p, [None, *p], strict=False) if c != before)
            for p in np.split(names, journeys.starts[1:-1])]  # fmt: skip
    assert effects(of_paths(once, journeys.won, journeys.lost)) == pytest.approx(effects(journeys), abs=1e-9)


def test_longer_memory_sees_what_order_one_cannot():
    """Orders come only after A then B; B alone and A alone lead nowhere: at order 2 the state of B after A knows that."""
    journeys = of_paths(["AB", "B", "A", "BA"], won=[50, 0, 0, 0], lost=[0, 50, 50, 50])
    assert effects(journeys, 1)["A"] < 0.75 < effects(journeys, 2)["A"] == pytest.approx(1)


def test_a_channel_without_orders_gets_nothing_and_without_any_order_nobody_does():
    assert credit(of_paths(["A", "B"], won=[3, 0], lost=[0, 5])) == {"A": 3.0, "B": 0.0}
    assert credit(of_paths(["A", "AB"], won=[0, 0], lost=[4, 5])) == {"A": 0.0, "B": 0.0}


def test_a_chain_without_memory_is_refused():
    with pytest.raises(ReportError, match="at least one touch"):
        chain(of_paths(["A"], [1], [0]), 0)
