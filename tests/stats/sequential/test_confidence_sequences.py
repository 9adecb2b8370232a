"""Confidence sequences and the mSPRT against gbstats, by hand, and over many looks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, Proportion, Ratio
from helpers.stats.comparisons.linear import relative_delta
from helpers.stats.sequential import mixture_likelihood
from helpers.stats.sequential.confidence_sequences import confidence_path, confidence_sequence, mixture_rate
from helpers.stats.sequential.mixture_likelihood import (
    dirichlet_log_ratio,
    mixture_critical,
    mixture_intervals,
    mixture_p,
    msprt,
)
from helpers.validation import run, sequential

RATES = Proportion(50_000, 16_249), Proportion(50_000, 16_522)
MEANS = Mean.from_moments(35_637, 19.05, 13.4**2), Mean.from_moments(3_944, 21.57, 15.2**2)


@pytest.mark.parametrize(
    ("pair", "absolute", "relative"),
    [
        (RATES, (-0.0044456616, 0.0153656616), (-0.0139358286, 0.0475378964)),
        (MEANS, (1.7101525465, 3.3298474535), (0.0892995644, 0.1752673647)),
    ],
)
def test_gbstats(pair, absolute, relative):
    """gbstats 0.8.0, tuning 5,000; its relative interval is the delta method's, ours Fieller's."""
    effect = confidence_sequence(*pair, tuned_for=5_000)
    assert (effect.absolute_low, effect.absolute_high) == pytest.approx(absolute, abs=1e-9)
    control, treatment = pair
    crit = float(mixture_critical(mixture_rate(5_000) * (control.n + treatment.n), 0.05))
    numbers = (control.estimate, control.variance / control.n, treatment.estimate, treatment.variance / treatment.n)
    reach = crit * float(relative_delta(*map(np.asarray, numbers)))
    assert (effect.relative - reach, effect.relative + reach) == pytest.approx(relative, abs=1e-9)
    assert (effect.relative_low, effect.relative_high) == pytest.approx(relative, abs=1e-3)


def test_tightest_near_the_size_it_is_tuned_for():
    sizes = np.geomspace(200, 200_000, 4001)
    for target in (2_000, 20_000):
        widths = {
            n: float(mixture_critical(mixture_rate(n) * target, 0.05)) for n in (target / 4, target / 2, target * 2)
        }
        own = float(mixture_critical(mixture_rate(target) * target, 0.05))
        assert all(own < width for width in widths.values())
        best = sizes[np.argmin([float(mixture_critical(mixture_rate(n) * target, 0.05)) for n in sizes])]
        assert best == pytest.approx(target, rel=0.05)


def test_msprt_by_its_formula():
    effect = msprt(*RATES, tau=0.004)
    v = sum(arm.variance / arm.n for arm in RATES)
    d, tau2 = effect.absolute, 0.004**2
    ratio = math.sqrt(v / (v + tau2)) * math.exp(tau2 * d * d / (2 * v * (v + tau2)))
    assert effect.p_value == pytest.approx(min(1, 1 / ratio), rel=1e-12)
    reach = math.sqrt(v * (v + tau2) / tau2 * (math.log((v + tau2) / v) - 2 * math.log(0.05)))
    assert effect.absolute_high == pytest.approx(d + reach, rel=1e-12)


def test_the_mixture_integrates_the_likelihood_ratio():
    from scipy import integrate, stats

    for z, r in ((1.3, 0.5), (2.8, 20.0), (4.0, 3.0)):

        def lifted(u, z=z, r=r):
            return math.exp(z * u * math.sqrt(r) - u * u * r / 2) * stats.norm.pdf(u)

        mixed, _ = integrate.quad(lifted, -12, 12, epsabs=1e-13)
        assert float(mixture_p(z, r)) == pytest.approx(min(1, 1 / mixed), rel=1e-8)
        half, _ = integrate.quad(lambda u, f=lifted: 2 * f(u), 0, 12, epsabs=1e-13)
        # the one-sided p is a bound of the half-normal mixture
        assert float(mixture_p(z, r, "greater")) >= min(1, 1 / half) * (1 - 1e-9)


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0.1, 1e5), st.sampled_from(("two-sided", "greater", "less")))
def test_p_and_both_intervals_agree(c, t, tuned_for, alternative):
    effect = confidence_sequence(Proportion(400, c), Proportion(900, t), tuned_for=tuned_for, alternative=alternative)
    if math.isnan(effect.p_value):
        assert effect.note.startswith("no test")
        return
    for low, high in (
        (effect.absolute_low, effect.absolute_high),
        (effect.relative_low, effect.relative_high),
    ):
        if not (math.isnan(low) or math.isnan(high)):
            assert effect.significant == (low > 0 or high < 0)


@given(st.floats(0.01, 8), st.floats(1e-3, 1e4), st.sampled_from(("two-sided", "greater")), st.floats(0.001, 0.4))
def test_critical_value_and_p_are_inverse(z, r, alternative, alpha):
    crit = float(mixture_critical(r, alpha, alternative))
    assert float(mixture_p(crit, r, alternative)) == pytest.approx(alpha, rel=1e-6)
    assert float(mixture_p(z, r, alternative)) >= float(mixture_p(z + 0.1, r, alternative))
    assert mixture_p(-z, r, "less") == mixture_p(z, r, "greater")


def test_one_sided_intervals_are_open():
    greater = confidence_sequence(*MEANS, alternative="greater")
    assert greater.absolute_high == math.inf and greater.absolute_low > confidence_sequence(*MEANS).absolute_low
    less = msprt(*MEANS, tau=1.0, alternative="less")
    assert less.absolute_low == -math.inf and less.p_value == 1.0 and not less.significant


def test_tiny_tails_and_no_variance():
    far = Mean.from_moments(10_000, 0.0, 1.0), Mean.from_moments(10_000, 0.5, 1.0)
    assert 0 < msprt(*far, tau=0.1).p_value < 1e-200
    flat = Mean.from_moments(100, 1.0, 0.0)
    for effect in (msprt(flat, flat, tau=1.0), confidence_sequence(flat, flat)):
        assert math.isnan(effect.p_value) and math.isnan(effect.absolute_low) and effect.note.startswith("no test")
    single = msprt(Mean.from_values([1.0]), Mean.from_values([2.0]), tau=1.0)
    assert math.isnan(single.p_value) and "a variance needs two" in single.note
    d = Ratio.from_values([1, 2, 3], [2, 3, 7])
    assert confidence_sequence(d, d).p_value == 1.0


def test_a_path_keeps_what_it_has_seen():
    looks = [
        (Proportion(n, n // 10), Proportion(n, n // 10 + extra)) for n, extra in ((1000, 45), (2000, 70), (4000, 4))
    ]
    path = confidence_path(looks, tuned_for=2_000)
    assert list(path.p_values) == sorted(path.p_values, reverse=True)
    assert list(path.low) == sorted(path.low) and list(path.high) == sorted(path.high, reverse=True)
    assert path.first_rejection == 1 and not path.effects[2].significant
    assert confidence_path(looks[2:]).first_rejection is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: msprt(*RATES, tau=0.0),
        lambda: msprt(RATES[0], MEANS[0], tau=1.0),
        lambda: msprt(Proportion(0, 0), RATES[0], tau=1.0),
        lambda: confidence_sequence(*RATES, tuned_for=0),
        lambda: confidence_sequence(*RATES, alternative="up"),
        lambda: confidence_sequence(*RATES, confidence=95),
        lambda: confidence_path([]),
        lambda: confidence_path([RATES, (Proportion(10, 1), Proportion(10, 2))]),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_dirichlet_ratio_is_the_sequential_product():
    """Unit by unit: the product of predictive shares over designed shares."""
    shares, prior, log_ratio = np.array([0.7, 0.3]), np.array([7.0, 3.0]), 0.0
    counts = np.zeros(2)
    for unit in (0, 1, 1, 0, 1):
        log_ratio += math.log((prior[unit] + counts[unit]) / (prior + counts).sum() / shares[unit])
        counts[unit] += 1
    assert dirichlet_log_ratio(counts, shares, 10.0) == pytest.approx(log_ratio, abs=1e-12)


def test_arrays_equal_single_comparisons():
    v = [a.variance / a.n for a in MEANS]
    both = mixture_intervals([19.05] * 2, v[0], [21.57] * 2, v[1], mixture_rate(5000) * 39_581)
    assert both.relative_low[1] == pytest.approx(confidence_sequence(*MEANS).relative_low, rel=1e-12)


def test_calibration_sees_a_fixed_horizon_boundary(monkeypatch):
    case = next(c for c in sequential.CASES if "mSPRT" in str(c) and "false positives, skewed revenue, 450" in str(c))
    assert run(case, case.short).kept
    from helpers.stats.inference import p_values

    monkeypatch.setattr(mixture_likelihood, "mixture_p", lambda z, r, alternative="two-sided": p_values(z))
    assert not run(case, case.short).kept
