"""Group sequential designs against published boundaries, and estimates at the stop."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, Proportion, Ratio, compare
from helpers.stats.sequential import stopping
from helpers.stats.sequential.group_sequential import Spending, group_sequential, wang_tsiatis
from helpers.stats.sequential.peeking import brownian_z
from helpers.stats.sequential.stopping import monitor, signed_z, stagewise, stopped_effects
from helpers.validation import run, sequential

KINDS = (Spending(), Spending("pocock"), Spending("kim-demets", 1.0), Spending("kim-demets", 3.0))


def test_published_lan_demets_boundaries():
    """Lan and DeMets, five equal looks, two-sided .05; their grid gives the second look as 3.3569."""
    published = (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)
    assert group_sequential(5).upper == pytest.approx(published, abs=1.5e-4)
    published = (2.4380, 2.4268, 2.4101, 2.3966, 2.3859)
    assert group_sequential(5, Spending("pocock")).upper == pytest.approx(published, abs=1.5e-4)


def test_the_second_boundary_by_adaptive_quadrature():
    from scipy import integrate, optimize, special, stats

    def spent(t):
        return 2 * special.ndtr(special.ndtri(0.0125) / math.sqrt(t))

    first = -special.ndtri(spent(0.2)) * math.sqrt(0.2)

    def leaves(u):
        def density(b):
            return stats.norm.pdf(b, 0, math.sqrt(0.2)) * special.ndtr((b - u * math.sqrt(0.4)) / math.sqrt(0.2))

        return integrate.quad(density, -first, first, epsabs=1e-14, epsrel=1e-12, limit=500)[0]

    second = optimize.brentq(lambda u: leaves(u) - (spent(0.4) - spent(0.2)), 2, 5, xtol=1e-13)
    assert group_sequential(5).upper[1] == pytest.approx(second, rel=1e-11)


# Jennison and Turnbull (2000), tables 2.1 and 2.3: two-sided .05
@pytest.mark.parametrize(
    ("looks", "pocock", "obf"),
    [(1, 1.960, 1.960), (2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024), (5, 2.413, 2.040), (10, 2.555, 2.087)],
)
def test_classic_constants(looks, pocock, obf):
    assert wang_tsiatis(looks).upper[-1] == pytest.approx(pocock, abs=6e-4)
    design = wang_tsiatis(looks, 0.0)
    assert design.upper == pytest.approx([obf * math.sqrt(looks / k) for k in range(1, looks + 1)], rel=3e-4)
    assert design.spent[-1] == pytest.approx(0.05, abs=1e-12)


# Jennison and Turnbull (2000), tables 2.2 and 2.4: inflation at two-sided .05
@pytest.mark.parametrize(
    ("delta", "power", "factors"),
    [
        (0.5, 0.8, (1.110, 1.166, 1.202, 1.229)),
        (0.5, 0.9, (1.100, 1.151, 1.183, 1.207)),
        (0.0, 0.8, (1.008, 1.017, 1.024, 1.028)),
        (0.0, 0.9, (1.007, 1.016, 1.022, 1.026)),
    ],
)
def test_inflation_factors(delta, power, factors):
    found = [wang_tsiatis(k, delta).plan(power).inflation for k in (2, 3, 4, 5)]
    assert found == pytest.approx(factors, abs=7e-4)


@settings(max_examples=25)
@given(
    st.sampled_from(KINDS),
    st.lists(st.floats(0.02, 1), min_size=1, max_size=8),
    st.sampled_from(("two-sided", "greater", "less")),
    st.sampled_from((0.01, 0.05, 0.1)),
)
def test_alpha_is_spent_exactly(rule, steps, alternative, alpha):
    times = np.cumsum(steps) / np.sum(steps)
    design = group_sequential(times.tolist(), rule, alpha=alpha, alternative=alternative)
    assert design.power(0.0) == pytest.approx(alpha, rel=1e-9)
    assert design.stop_probabilities().by_look.cumsum() == pytest.approx(design.spent, rel=1e-8, abs=1e-12)
    plan = design.plan(0.8)
    assert design.power(plan.drift) == pytest.approx(0.8, abs=1e-9)
    assert (plan.drift < 0) == (alternative == "less") and plan.inflation >= 1 - 1e-9
    assert sum(plan.stop_effect) == pytest.approx(0.8, abs=1e-9)
    assert plan.expected_effect <= plan.inflation + 1e-12 and plan.expected_null <= plan.inflation + 1e-12


def test_one_sided_is_one_half_of_two_sided():
    both, one = group_sequential(4, alpha=0.05), group_sequential(4, alpha=0.025, alternative="greater")
    assert one.upper == pytest.approx(both.upper, abs=1e-4)
    down = group_sequential(4, alpha=0.025, alternative="less")
    assert down.lower == tuple(-z for z in one.upper) and down.critical == one.critical
    assert down.levels == pytest.approx([level / 2 for level in both.levels], rel=1e-3)


def test_under_and_overrun():
    running = group_sequential([0.3, 0.7], final=False)
    ended = group_sequential([0.3, 0.7])
    assert running.spent[-1] < 0.05 and ended.spent[-1] == pytest.approx(0.05)
    assert ended.upper[0] == running.upper[0] and ended.upper[1] < running.upper[1]
    over = group_sequential([0.5, 1.2])
    assert over.power(0.0) == pytest.approx(0.05) and over.upper[1] > group_sequential([0.5, 1.0]).upper[1]
    assert group_sequential([0.5, 1.0, 1.2]).upper[2] == math.inf
    assert group_sequential([0.005, 1.0]).upper[0] == math.inf


def test_fast_enough():
    started = time.process_time()
    for _ in range(10):
        group_sequential(5)
    assert (time.process_time() - started) / 10 < 0.05


def stops(design, z):
    """Look (from 1) and z at the stop of simulated experiments."""
    out = (z > design.upper) | (z < design.lower)
    look = np.where(out.any(axis=1), out.argmax(axis=1), z.shape[1] - 1)
    return look + 1, z[np.arange(len(z)), look], out.any(axis=1)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_adjusted_interval_decides_as_the_boundary_and_covers(rng, alternative):
    design = group_sequential([0.2, 0.5, 0.9], Spending("pocock"), alternative=alternative)
    drift = -2.0 if alternative == "less" else 2.0
    look, z, rejected = stops(design, brownian_z(rng, 2_000, design.fractions, drift))
    found = stagewise(design, look, z)
    assert ((found.p_value < 0.05) == rejected).all()
    assert (((found.low > 0) | (found.high < 0)) == rejected).all()
    noise = 4 * math.sqrt(0.25 / 2_000)
    assert ((found.low <= drift) & (drift <= found.high)).mean() == pytest.approx(0.95, abs=noise / 2)
    assert (found.median < drift).mean() == pytest.approx(0.5, abs=noise)
    naive = z / np.sqrt(np.array(design.fractions)[look - 1])
    assert abs(naive.mean() - drift) > 4 * naive.std() / math.sqrt(2_000)


def test_at_the_first_look_nothing_needs_adjusting():
    found = stagewise(group_sequential(5), 1, 6.0)
    assert found.low == pytest.approx((6.0 - 1.959964) / math.sqrt(0.2), abs=1e-5)
    assert found.median == pytest.approx(6.0 / math.sqrt(0.2), abs=1e-9)
    assert found.p_value == pytest.approx(math.erfc(6 / math.sqrt(2)), rel=1e-10)


def arms(n, c, t):
    return Proportion(n, c), Proportion(n, t)


def test_monitor_proportions():
    looks = [arms(1000, 100, 110), arms(2000, 200, 235), arms(3000, 300, 380)]
    running = monitor(looks[:2], [1 / 3, 2 / 3])
    assert running.stopped is None and running.effect is None and "runs on" in running.note
    result = monitor(looks, [1 / 3, 2 / 3, 1.0])
    assert result.stopped == 3 and result.note == ""
    last = result.looks[-1]
    assert last.crossed and last.effect.absolute_low > 0 and last.effect.relative_low > 0
    assert last.z == pytest.approx(compare(*looks[-1]).statistic, rel=1e-9)
    final = result.effect
    assert final.p_value < 0.05 and final.absolute_low > 0 and final.relative_low > 0 and "stagewise" in final.text
    assert final.p_value > compare(*looks[-1]).p_value and final.absolute < 80 / 3000
    assert final.absolute_low < final.absolute < final.absolute_high
    assert final.relative == pytest.approx(final.absolute / 0.1, rel=0.05)
    beyond = monitor([*looks, arms(4000, 400, 470)], [1 / 4, 2 / 4, 3 / 4, 1.0])
    assert beyond.stopped == 3 and "do not count" in beyond.note


def test_monitor_one_look_is_compare():
    pair = Mean.from_moments(4000, 10.0, 9.0), Mean.from_moments(5000, 10.2, 9.0)
    for alternative in ("two-sided", "greater", "less"):
        result = monitor([pair], [1.0], final=True, alternative=alternative)
        plain = compare(*pair, alternative=alternative)
        assert result.effect.p_value == pytest.approx(plain.p_value, rel=1e-3)
        for name in ("absolute", "absolute_low", "absolute_high", "relative", "relative_low", "relative_high"):
            assert getattr(result.effect, name) == pytest.approx(getattr(plain, name), rel=2e-3)


def test_monitor_ratios_and_no_test():
    rng = np.random.default_rng(3)
    d = rng.poisson(5, 4000) + 1
    pair = [Ratio.from_values(rng.poisson(0.3 * d[i::2]), d[i::2]) for i in (0, 1)]
    assert monitor([tuple(pair)], [1.0], final=True).effect.confidence == pytest.approx(0.95)
    nothing = monitor([arms(100, 0, 0)], [1.0], final=True)
    assert nothing.stopped == 1 and math.isnan(nothing.effect.p_value) and math.isnan(nothing.effect.absolute_low)
    assert nothing.effect.note.startswith("no test")


@given(st.integers(300, 420), st.integers(300, 420), st.sampled_from(KINDS[:3]))
def test_decision_and_both_intervals_agree(c, t, rule):
    looks = [arms(1500, c // 2, t // 2), arms(3000, c, t)]
    result = monitor(looks, [0.5, 0.8], rule, final=True)
    rejected = any(look.crossed for look in result.looks)
    effect = result.effect
    assert rejected == (effect.p_value < 0.05)
    assert rejected == (effect.absolute_low > 0 or effect.absolute_high < 0)
    assert rejected == (effect.relative_low > 0 or effect.relative_high < 0)
    assert not math.isnan(effect.relative)


def test_a_difference_of_zero():
    found = stopped_effects(group_sequential(2), 2, *(np.asarray(v) for v in (0.1, 1e-4, 0.1, 1e-4, 0.0)))
    assert found.absolute == pytest.approx(0, abs=1e-9) and found.absolute_low < 0 < found.absolute_high
    assert signed_z(0.05, -1.0) == pytest.approx(-1.959964, abs=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Spending("haybittle"),
        lambda: Spending("kim-demets", -1),
        lambda: group_sequential([0.5, 0.4]),
        lambda: group_sequential(3, alpha=0.7),
        lambda: group_sequential(3, alternative="up"),
        lambda: group_sequential(3).plan(0.01),
        lambda: wang_tsiatis(3, 2.0),
        lambda: stagewise(group_sequential(3), 0, 2.0),
        lambda: stagewise(group_sequential(3), 4, 2.0),
        lambda: stagewise(group_sequential(3), 1, math.nan),
        lambda: monitor([arms(10, 1, 2)], [0.5, 1.0]),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_names():
    assert str(Spending()) == "O'Brien-Fleming-type spending" and "rho 3" in str(Spending("kim-demets"))


def short(text):
    return next(c for c in sequential.CASES if text in str(c))


def test_calibration_sees_boundaries_for_one_look(monkeypatch):
    case = short("Pocock-type spending, false positives, rate 0.03, 20,000")
    assert run(case, case.short).kept
    monkeypatch.setattr(sequential, "crossed", lambda design, z: np.abs(z) > 1.96)
    assert not run(case, case.short).kept


def test_calibration_sees_an_interval_that_ignores_the_looks(monkeypatch):
    case = short("stagewise interval (relative) at the stop, Pocock")
    assert run(case, case.short).kept
    adjusted = stopping.stagewise

    def naive(design, look, z):
        root = np.sqrt(np.asarray(design.fractions)[np.asarray(look) - 1])
        found = adjusted(design, look, z)
        return stopping.Stagewise(found.p_value, z / root, (z - 1.5) / root, (z + 1.5) / root)

    monkeypatch.setattr(stopping, "stagewise", naive)
    assert not run(case, case.short).kept
