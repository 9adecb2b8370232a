"""What bandits save and spoil, against a truth that is planted."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.designs.against_ab import AB, GREEDY, THOMPSON, PolicyOutcome, policies
from helpers.programme.designs.bandits import Traffic, exploring, greedy, halves, play, thompson
from helpers.programme.designs.repeated import Average, rate
from helpers.stats import Proportion, compare

RUNS, UNITS, BATCHES = 400, 1_200, 8


@pytest.fixture(scope="module")
def played():
    rng = np.random.default_rng(7)
    worlds = [Traffic.of(rng, rates, RUNS, UNITS) for rates in ((0.20, 0.28), (0.20, 0.20))]
    return {
        name: tuple(play(world, policy, BATCHES) for world in worlds)
        for name, policy in policies(exploration=0.1).items()
    }


@pytest.fixture(scope="module")
def readings(played):
    return {name: PolicyOutcome.of(name, *worlds) for name, worlds in played.items()}


def test_every_policy_meets_the_same_units_with_the_same_outcomes(played):
    for different, _ in played.values():
        assert (different.units.sum(axis=(1, 2)) == UNITS).all()
        assert (different.successes <= different.units).all()
    traffic = Traffic.of(np.random.default_rng(1), (0.2, 0.4), 5, 100)
    everyone = [play(traffic, lambda s, n, p=p: np.full(len(n), p), 3).successes.sum(axis=(1, 2)) for p in (0.0, 1.0)]
    assert [list(x) for x in everyone] == [list((traffic.luck < rate).sum(axis=1)) for rate in traffic.rates]


def test_regret_is_what_the_worse_arm_lost(played, readings):
    different, equal = played[AB]
    lost = 0.08 * different.units[..., 0].sum(axis=1)
    assert np.allclose(different.regret[:, -1], lost)
    assert not equal.regret.any()
    assert readings[THOMPSON].regret[-1].high < readings[AB].regret[-1].low / 1.5
    assert readings[GREEDY].best_share.low > 0.65 and readings[AB].best_share.low < 0.5 < readings[AB].best_share.high


def test_the_naive_rate_of_the_worse_arm_is_too_low_and_weighting_repairs_it(readings):
    for name in (THOMPSON, GREEDY):
        assert readings[name].naive_bias[0].high < 0
        assert all(abs(b.value) < 3.5 * (b.high - b.value) / 1.96 for b in readings[name].weighted_bias)
        assert readings[name].weighted_spread > readings[name].naive_spread
    assert all(b.low < 0.0005 and b.high > -0.0005 for b in readings[AB].naive_bias)


def test_the_batchwise_test_keeps_its_level_and_the_coin_finds_more(readings):
    for reading in readings.values():
        assert reading.batchwise_false_positives.low < 0.05 < reading.batchwise_false_positives.high + 0.01
    assert readings[AB].found.low > readings[THOMPSON].found.high


@pytest.mark.sweep
def test_the_naive_test_raises_too_many_alarms_under_thompson_sampling():
    world = Traffic.of(np.random.default_rng(3), (0.1, 0.1), 2_000, 4_000)
    found = play(world, exploring(thompson, 0.1), 20)
    assert rate(found.naive_p < 0.05).low > 0.055
    assert rate(found.batchwise_p < 0.05).low < 0.05 < rate(found.batchwise_p < 0.05).high


def test_a_bandit_fails_the_sample_ratio_check_and_keeps_its_own_probabilities(played, readings):
    assert readings[THOMPSON].srm.share > 0.9 > 0.01 > readings[AB].srm.share
    assert readings[THOMPSON].logged_srm.share < 0.01
    different, _ = played[THOMPSON]
    wrong = type(different)(different.rates, different.units, different.successes, 0.9 * different.chance)
    assert rate(wrong.logged_srm < 0.001).share > 0.5


def test_the_probabilities_are_those_of_a_million_draws():
    rng = np.random.default_rng(5)
    won, seen = np.array([[12.0, 20.0]]), np.array([[100.0, 110.0]])
    draws = [rng.beta(1 + won[0, a], 1 + seen[0, a] - won[0, a], 1_000_000) for a in (0, 1)]
    assert abs(thompson(won, seen)[0] - (draws[1] > draws[0]).mean()) < 0.002
    assert exploring(greedy, 1.0)(won, seen) == halves(won, seen)


def test_the_naive_test_is_that_of_the_statistics(played):
    different, _ = played[AB]
    n, x = different.units[0].sum(axis=0), different.successes[0].sum(axis=0)
    arms = [Proportion(int(n[a]), int(x[a])) for a in (0, 1)]
    assert different.naive_p[0] == pytest.approx(compare(*arms).p_value)


def test_what_cannot_be_corrected_is_refused():
    with pytest.raises(ReportError, match="without exploration"):
        exploring(thompson, 0.0)
    with pytest.raises(ReportError, match="cannot be split"):
        play(Traffic.of(np.random.default_rng(1), (0.1, 0.2), 2, 10), halves, 11)


def test_the_interval_of_an_average_covers():
    rng = np.random.default_rng(11)
    held = [Average.of(rng.exponential(1.0, 200) - 1.0).holds_zero for _ in range(1_000)]
    assert 0.92 < rate(held).share < 0.97
