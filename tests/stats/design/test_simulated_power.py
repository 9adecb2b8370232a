"""Power by simulation: against the formulas, and its own bookkeeping."""

import numpy as np
import pytest

from helpers.stats import InputError, Mean, MeanDesign, ProportionDesign, Ratio, compare, cuped
from helpers.stats.design import simulated_experiments as module
from helpers.stats.design.power import RatioDesign
from helpers.stats.design.simulated_power import simulated_mde, simulated_power, simulated_size
from helpers.validation import power as topic
from helpers.validation import run


def seeded(seed=1):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def spend():
    return 100 + seeded().normal(0, 10, 5_000)


@pytest.mark.parametrize("weights", [(1, 1), (9, 1)])
def test_a_plain_mean_agrees_with_the_formula(spend, weights):
    """A lift of 0.01 on values of 100: the spread grows by next to nothing."""
    design = MeanDesign.from_summary(Mean.from_values(spend), weights=weights)
    for n in (1_000, 3_000):
        expected = design.power(n, relative=0.01).power
        found = simulated_power(spend, lift=0.01, n=n, weights=weights, runs=600, rng=seeded())
        assert found.power == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 600))
        assert found.low < found.power < found.high and found.untested == 0
        assert found.n_arms == design.power(n, relative=0.01).n_arms
    plan = design.size(relative=0.01)
    size = simulated_size(spend, lift=0.01, weights=weights, runs=300, rng=seeded())
    assert size.n_total == pytest.approx(plan.n_total, rel=0.2) and size.at.power >= 0.8
    mde = simulated_mde(spend, n=plan.n_total, weights=weights, runs=300, rng=seeded())
    assert mde.lift == pytest.approx(0.01, rel=0.1) and mde.n_total == plan.n_total
    fall = simulated_mde(spend, n=plan.n_total, weights=weights, runs=200, largest=-0.5, rng=seeded())
    assert fall.lift == pytest.approx(-0.01, rel=0.15)


def test_a_proportion_agrees_with_the_formula():
    seen = np.repeat([0, 1], [900, 100])
    plan = ProportionDesign(0.1, weights=(9, 1)).size(relative=0.2)
    found = simulated_power(seen, kind="proportion", lift=0.2, n=plan.n_total, weights=(9, 1), runs=4_000, rng=seeded())
    assert found.power == pytest.approx(0.8, abs=0.02)
    size = simulated_size(seen, kind="proportion", lift=0.2, weights=(9, 1), runs=4_000, rng=seeded())
    assert size.n_total == pytest.approx(plan.n_total, rel=0.07)
    # the same units drawn one by one, and analysed by hand
    slow = simulated_power(
        seen,
        kind="proportion",
        analyse=lambda c, t: compare(Mean.from_values(c[:, 0]), Mean.from_values(t[:, 0])),
        lift=0.2,
        n=4_000,
        runs=400,
        rng=seeded(),
    )
    fast = simulated_power(seen, kind="proportion", lift=0.2, n=4_000, runs=4_000, rng=seeded())
    assert slow.power == pytest.approx(fast.power, abs=0.1)


def test_a_ratio_agrees_with_the_formula():
    rng = seeded()
    visits = rng.poisson(3, 4_000) + 1
    revenue = visits * (10 + rng.normal(size=4_000))
    rows = np.column_stack([revenue, visits])
    design = RatioDesign.from_summary(Ratio.from_values(revenue, visits))
    plan = design.size(relative=0.01)
    found = simulated_power(rows, kind="ratio", lift=0.01, n=plan.n_total, runs=600, rng=seeded())
    assert found.power == pytest.approx(0.8, abs=0.07)


def test_an_analysis_of_your_own_beats_the_plain_mean():
    rng = seeded()
    before = rng.normal(50, 10, 3_000)
    rows = np.column_stack([before + rng.normal(0, 5, 3_000), before])

    def adjusted(control, treatment):
        arms = (Mean.from_values(rows[:, 0], {"before": rows[:, 1]}) for rows in (control, treatment))
        return compare(*cuped(*arms).arms)

    plain = simulated_power(rows[:, 0], lift=0.02, n=1_200, runs=300, rng=seeded())
    better = simulated_power(rows, analyse=adjusted, lift=0.02, n=1_200, runs=300, rng=seeded())
    assert better.power > plain.power + 0.2


def test_what_a_lift_does(spend):
    """Means of arms a million units large, seen by the analysis."""
    baseline = np.concatenate([np.zeros(700), spend[:300]])
    seen = {}

    def look(control, treatment):
        seen["means"] = control[:, 0].mean(), treatment[:, 0].mean()
        seen["active"] = (control[:, 0] > 0).mean(), (treatment[:, 0] > 0).mean()
        return compare(Mean.from_values(control[:, 0]), Mean.from_values(treatment[:, 0]))

    for inject, lift in (
        ("multiplicative", 0.2),
        ("probabilistic", 0.2),
        ("probabilistic", -0.3),
        ("multiplicative", -1),
    ):
        simulated_power(baseline, analyse=look, inject=inject, lift=lift, n=400_000, runs=1, rng=seeded())
        (control, treatment), (idle, active) = seen["means"], seen["active"]
        assert treatment / control == pytest.approx(1 + lift, abs=0.02)
        if inject == "probabilistic":
            assert active / idle == pytest.approx(1 + lift, abs=0.02)
        elif lift > -1:
            assert active / idle == pytest.approx(1, abs=0.02)


def test_common_random_numbers(spend):
    """A larger experiment begins with the units of the smaller one, also where a lift draws numbers of its own."""
    baseline = np.where(np.arange(5_000) % 2, spend, 0.0)
    drawn = []

    def look(control, treatment):
        drawn.append((control[:100, 0].copy(), treatment[:100, 0].copy()))
        return compare(Mean.from_values(control[:, 0]), Mean.from_values(treatment[:, 0]))

    for n in (200, 900):
        simulated_power(baseline, analyse=look, inject="probabilistic", lift=0.3, n=n, runs=1, rng=seeded())
    np.testing.assert_array_equal(drawn[0][0], drawn[1][0])
    np.testing.assert_array_equal(drawn[0][1], drawn[1][1])
    powers = [simulated_power(spend, lift=x, n=1_000, runs=200, rng=seeded()).hits for x in np.linspace(0.002, 0.03, 8)]
    assert powers == sorted(powers)


def test_it_is_repeatable_and_leaves_the_baseline_alone(spend):
    mine = spend.copy()
    first, again = (simulated_power(mine, lift=0.01, n=500, runs=50, rng=seeded(3)) for _ in range(2))
    assert first == again and first != simulated_power(mine, lift=0.01, n=500, runs=50, rng=seeded(4))
    np.testing.assert_array_equal(mine, spend)


def test_runs_without_a_test_are_counted_as_such():
    rare = np.repeat([0, 1], [9_999, 1])
    found = simulated_power(rare, kind="proportion", lift=0.0, n=20, runs=100, rng=seeded())
    assert found.untested > 90 and found.power == 0.0 and found.low == 0.0


def test_one_sided_alternatives(spend):
    up, down = (
        simulated_power(spend, lift=0.01, n=1_000, runs=300, alternative=side, rng=seeded()).power
        for side in ("greater", "less")
    )
    assert up > 0.3 and down < 0.02


def test_a_solution_at_the_start_of_the_search():
    apart = [0.0, 1.0] * 10
    plan = simulated_size(apart, lift=-1.0, power=0.5, runs=50, rng=seeded())
    assert plan.n_total <= 16 and plan.at.power >= 0.5
    assert simulated_mde(100 + np.array(apart), n=10**5, runs=20, rng=seeded()).lift == pytest.approx(1 / 1024)


@pytest.mark.parametrize(
    "call",
    [
        lambda: simulated_power([1, 2], lift=0.1, n=2, rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, kind="median", rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, inject="additive", rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, alternative="both", rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, alpha=5, rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, kind="ratio", rng=seeded()),
        lambda: simulated_power([[1, 2], [1, 2]], lift=0.1, n=100, rng=seeded()),
        lambda: simulated_power([1, np.nan], lift=0.1, n=100, rng=seeded()),
        lambda: simulated_power([1], lift=0.1, n=100, rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, runs=0, rng=seeded()),
        lambda: simulated_power([0, 2], lift=0.1, n=100, kind="proportion", rng=seeded()),
        lambda: simulated_power([0, 1], lift=1.5, n=100, kind="proportion", rng=seeded()),
        lambda: simulated_power([0, 0], lift=0.5, n=100, kind="proportion", rng=seeded()),
        lambda: simulated_power([1, 1], lift=0.5, n=100, inject="probabilistic", rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, weights=(1, 1, 1), rng=seeded()),
        lambda: simulated_power([1, 2], lift=0.1, n=100, weights=(1, 0), rng=seeded()),
        lambda: simulated_size([1, 2, 9], lift=0.001, largest=100, runs=20, rng=seeded()),
        lambda: simulated_size([1, 2, 9], lift=0.1, power=80, rng=seeded()),
        lambda: simulated_mde([1, 2, 9], n=20, largest=0.01, runs=20, rng=seeded()),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_calibration_sees_a_test_that_forgets_a_variance(monkeypatch):
    case = next(c for c in topic.CASES if c.method == "simulated power")
    assert run(case, case.short).kept
    honest = module._mean
    monkeypatch.setattr(module, "_mean", lambda rows: (honest(rows)[0], 0.5 * honest(rows)[1]))
    assert not run(case, case.short).kept
