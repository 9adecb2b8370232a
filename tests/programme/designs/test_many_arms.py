"""What several treatments do to false alarms, power and the estimate of the best-looking one, against a truth that is planted."""

import numpy as np
import pytest
from scipy import stats

from helpers.errors import ReportError
from helpers.programme.designs.cells import Cells
from helpers.programme.designs.many_arms import (
    BH,
    DUNNETT,
    FRESH,
    HOLM,
    NAIVE,
    NONE,
    WIDER,
    Family,
    against_control,
    dunnett,
    worlds,
)
from helpers.stats import Proportion, adjusted_effects

RUNS, UNITS, ARMS = 3_000, 2_400, 4


@pytest.fixture(scope="module")
def found():
    return worlds(np.random.default_rng(21), ARMS, 0.2, 0.35, RUNS, UNITS)


@pytest.fixture(scope="module")
def ways(found):
    return {c.name: c for c in found.corrections}


@pytest.fixture(scope="module")
def winners(found):
    return {w.name: w for w in found.winners}


def test_units_are_dealt_in_turn_and_keep_their_luck():
    luck = np.random.default_rng(1).random((5, 1_001))
    cells = Cells.dealt(luck, (0.2, 0.3, 0.4))
    assert cells.units == 333
    for cell, rate in enumerate(cells.rates):
        assert list(cells.successes[:, cell]) == list((luck[:, :999][:, cell::3] < rate).sum(axis=1))


def test_three_tests_without_a_correction_raise_the_alarms_that_theory_says(ways):
    """Tests that share a control correlate by a half."""
    together = stats.multivariate_normal(cov=np.full((3, 3), 0.5) + 0.5 * np.eye(3))
    theory = 1 - together.cdf([1.959964] * 3, lower_limit=[-1.959964] * 3)
    assert theory == pytest.approx(dunnett(np.full((1, 3), 1.959964))[0, 0], abs=1e-5)
    seen = ways[NONE].false_alarms
    assert seen.low < theory < seen.high and seen.low > 0.1


def test_every_correction_keeps_the_family_and_dunnett_wastes_least(ways):
    for name in (HOLM, DUNNETT, BH, FRESH):
        assert ways[name].false_alarms.low < 0.05, name
    assert ways[DUNNETT].false_alarms.high > 0.05
    assert ways[HOLM].false_alarms.share <= ways[BH].false_alarms.share < ways[NONE].false_alarms.low


def test_power_is_lost_to_a_correction_and_partly_given_back_by_screening(ways):
    assert ways[NONE].found.low > ways[HOLM].found.high
    assert ways[DUNNETT].found.share >= ways[HOLM].found.share - 0.01
    assert ways[FRESH].found.low > ways[DUNNETT].found.high
    assert ways[NONE].also_called.low > max(ways[HOLM].also_called.high, ways[FRESH].also_called.high)


def test_the_best_looking_arm_is_told_too_high_and_fresh_units_repair_it(winners):
    """Best of three effects that correlate by a half: .8463 standard deviations of the treatments' own part, here the error of one rate."""
    luck = 0.8463 * np.sqrt(0.2 * 0.8 / (UNITS / ARMS))
    naive = winners[NAIVE].bias[0]
    assert naive.low < luck < naive.high and naive.low > 0
    assert all(abs(b.value) < 3.5 * (b.high - b.value) / 1.96 for b in winners[FRESH].bias)
    assert winners[FRESH].bias[0].high < naive.low / 3
    assert winners[NAIVE].right.low > winners[FRESH].right.high > 0.8, "screening on half of the units errs more often"


def test_intervals_hold_for_fresh_units_and_for_a_family(winners):
    for world in (0, 1):
        assert winners[FRESH].held[world].low < 0.95 < winners[FRESH].held[world].high + 0.005
        assert winners[WIDER].held[world].low > 0.955
    assert winners[NAIVE].held[0].high < 0.95


@pytest.mark.parametrize("treatments", [2, 3, 5])
def test_dunnett_is_that_of_scipy(treatments):
    rng = np.random.default_rng(treatments)
    control, *others = (rng.normal(0.0 if arm < 2 else 0.07, 1.0, 2_000) for arm in range(treatments + 1))
    peer = stats.dunnett(*others, control=control, rng=rng)
    assert dunnett(peer.statistic[None])[0] == pytest.approx(peer.pvalue, abs=0.002)


def test_dunnett_has_its_tabled_edges():
    """Two-sided five per cent points for infinitely many degrees of freedom: 2.21, 2.35, 2.51 (Dunnett 1964)."""
    for treatments, edge in ((2, 2.212), (3, 2.349), (5, 2.511)):
        assert dunnett(np.full((1, treatments), edge)) == pytest.approx(0.05, abs=0.0002)
    assert dunnett(np.array([[1.7]])) == pytest.approx(2 * stats.norm.sf(1.7))
    assert dunnett(np.array([[40.0, -40.0]])).max() < 1e-12


def test_calls_are_those_of_the_statistics():
    family = Family.of(
        np.random.default_rng(3), np.random.default_rng(4).random((40, 2_000)), np.array([0.2, 0.2, 0.3])
    )
    calls = family.calls()
    for run, won in enumerate(family.all_units.successes):
        arms = [Proportion(family.all_units.units, int(x)) for x in won]
        for way, method in ((HOLM, "holm"), (BH, "bh")):
            peer = adjusted_effects([(arms[0], arm) for arm in arms[1:]], method)
            assert list(calls[way][run]) == [e.rejected for e in peer]
        picked = [Proportion(family.fresh.units, int(x)) for x in family.fresh.successes[run]]
        (peer,) = adjusted_effects([(picked[0], picked[1])])
        assert list(calls[FRESH][run]) == [peer.rejected and arm == family.screened[run] for arm in (0, 1)]
    assert 0 < calls[FRESH].sum() < 40


def test_fresh_units_were_not_used_to_choose():
    luck = np.random.default_rng(5).random((30, 600))
    rates = np.array([0.2, 0.2, 0.2])
    family = Family.of(np.random.default_rng(6), luck, rates)
    changed = Family.of(np.random.default_rng(6), np.hstack((luck[:, :300], 1 - luck[:, 300:])), rates)
    assert (family.screened == changed.screened).all()
    assert not (family.fresh.successes == changed.fresh.successes).all()


def test_ties_are_broken_by_lot():
    chosen = [Family.of(np.random.default_rng(seed), np.ones((1, 30)), np.full(3, 0.5)).chosen[0] for seed in range(40)]
    assert set(chosen) == {0, 1}


def test_every_treatment_meets_the_control():
    cells = Cells(np.full(3, 0.1), 100, np.array([[10.0, 10.0, 25.0]]))
    assert against_control(cells).absolute.round(6).tolist() == [[0.0, 0.15]]


@pytest.mark.parametrize(
    ("arms", "base", "uplift", "units", "said"),
    [(2, 0.1, 0.1, 400, "no family"), (4, 0.1, 0.1, 15, "no family"), (3, 0.8, 0.5, 400, "success rate")],
)
def test_what_is_no_family_is_refused(arms, base, uplift, units, said):
    with pytest.raises(ReportError, match=said):
        worlds(np.random.default_rng(1), arms, base, uplift, 10, units)
