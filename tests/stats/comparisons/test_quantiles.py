"""Quantiles against order statistics, the law of the median, a resampling bootstrap and simulation."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import compare, noninferiority
from helpers.stats.comparisons import quantiles as module
from helpers.stats.comparisons.quantiles import Quantile, RankWindow, quantile_effects
from helpers.stats.resampling.quantile_replicates import bootstrap_quantiles, quantile_replicates
from helpers.stats.resampling.replicates import replicates
from helpers.stats.validation import InputError
from helpers.validation import case, cases


@pytest.mark.parametrize(
    ("q", "expected"), [(0.5, math.pi / 2), (0.9, 0.09 / stats.norm.pdf(stats.norm.ppf(0.9)) ** 2)]
)
def test_variance_is_that_of_a_normal_samples_quantile(rng, q, expected):
    found = [Quantile.from_values(rng.normal(size=4000), q).variance for _ in range(300)]
    assert np.mean(found) == pytest.approx(expected, rel=0.03)


def test_variance_by_hand():
    arm = Quantile.from_values(np.arange(101), 0.5)
    reach = stats.norm.ppf(0.975) * 0.5 / math.sqrt(101)
    assert (arm.window.lower, arm.window.upper) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert arm.variance == pytest.approx(0.25 * 100**2)  # evenly spaced values have one density, 1 / 100


def test_known_order_statistics_of_the_exponential(rng):
    """The bootstrap's standard error and Maritz and Jarrett's, which scipy has, are the same number."""
    x = rng.exponential(size=201)
    draws = quantile_replicates(x, 0.5, resamples=200_000, rng=rng).draws
    assert draws.std() == pytest.approx(float(stats.mstats.mjci(x, [0.5])[0]), rel=0.02)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.83])
def test_draws_are_those_of_resampling(rng, q):
    x = rng.lognormal(0, 1, 60)
    ours = quantile_replicates(x, q, resamples=40_000, rng=rng)
    theirs = replicates(x, statistic=partial(np.quantile, q=q), resamples=40_000, rng=rng)
    assert ours.estimate == theirs.estimate == np.quantile(x, q)
    assert stats.ks_2samp(ours.draws.round(9), theirs.draws.round(9)).statistic < 0.015


def test_rows_equal_compare(rng):
    c, t = rng.lognormal(3, 1, (3, 400)), rng.lognormal(3.2, 1, (3, 90))
    rows = quantile_effects(c, t, 0.9, alternative="greater")
    for i in range(3):
        e = compare(Quantile.from_values(c[i], 0.9), Quantile.from_values(t[i], 0.9), alternative="greater")
        assert (e.p_value, e.relative_low, e.absolute_low) == pytest.approx(
            (rows.p_value[i], rows.relative_low[i], rows.absolute_low[i])
        )
        assert e.note == "" and "q = 0.9" in e.method


@given(st.integers(0, 10**6), st.sampled_from([0.25, 0.5, 0.75]), st.floats(-2, 2), st.booleans())
def test_p_below_alpha_iff_both_intervals_exclude_zero(seed, q, shift, resampled):
    rng = np.random.default_rng(seed)
    c, t = rng.normal(1, 2, 60), rng.normal(1 + shift, 2, 40)
    if resampled:
        e = bootstrap_quantiles(c, t, q, resamples=199, rng=rng)
    else:
        e = compare(Quantile.from_values(c, q), Quantile.from_values(t, q))
    for low, high in ((e.absolute_low, e.absolute_high), (e.relative_low, e.relative_high)):
        assert e.significant == (low > 0 or high < 0)


def test_mass_points_have_an_answer(rng):
    zeros = np.where(rng.random(1000) < 0.8, 0.0, rng.lognormal(3, 1, 1000))
    both = compare(Quantile.from_values(zeros, 0.5), Quantile.from_values(zeros, 0.5))
    assert math.isnan(both.p_value) and math.isnan(both.absolute_low) and "mass point" in both.note
    none = bootstrap_quantiles(zeros, zeros, 0.5, resamples=99, rng=rng)
    assert math.isnan(none.p_value) and "every resample" in none.note
    few = np.where(rng.random(1000) < 0.2, 0.0, rng.lognormal(3, 1, 1000))
    one = compare(Quantile.from_values(zeros, 0.5), Quantile.from_values(few, 0.5))
    assert one.significant and one.relative == math.inf and "control's quantile stands on a mass point" in one.note


def test_ties_are_named(rng):
    prices = rng.choice([5.0, 9.99, 19.99, 49.0], 500, p=[0.3, 0.21, 0.29, 0.2])
    assert "tie at its quantile" in compare(*(Quantile.from_values(prices, 0.5),) * 2).note
    assert "tie at its quantile" in bootstrap_quantiles(prices, prices, 0.5, resamples=199, rng=rng).note


def test_too_small_for_the_tail(rng):
    arm, tiny = Quantile.from_values(rng.normal(size=500), 0.9), Quantile.from_values(rng.normal(size=30), 0.9)
    effect = compare(arm, tiny)
    assert math.isnan(effect.p_value) and "too few to see the density" in effect.note
    assert not RankWindow.of(30, 0.9).inside and math.isnan(tiny.variance) and not RankWindow.of(0, 0.5).inside


def test_a_control_near_zero_is_noted_and_a_guardrail_can_be_a_quantile(rng):
    arm = Quantile(200, 0.5, 0.01, -0.15, 0.15)
    assert "control quantile cannot be told from zero" in compare(arm, arm).note
    slow = Quantile.from_values(rng.normal(10, 1, 2000), 0.9)
    assert noninferiority(slow, slow, margin=0.02, bad="increase").passed


def test_refusals(rng):
    arm = Quantile.from_values([1, 2, 3, 4, 5], 0.5)
    for call in (
        lambda: Quantile.from_values([], 0.5),
        lambda: Quantile.from_values([1], 1.0),
        lambda: Quantile(5, 0.5, 3.0, 4.0, 5.0),
        lambda: Quantile(5, 0.5, 3.0, 2.0, 5.0, tied=6),
        lambda: compare(arm, Quantile.from_values([1, 2, 3, 4, 5], 0.6)),
        lambda: bootstrap_quantiles([1], [1, 2], 0.5, rng=rng),
        lambda: quantile_replicates([1, math.nan], 0.5, rng=rng),
    ):
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize("one", cases(("quantiles",)), ids=str)
def test_promises(one):
    assert case.run(one, one.short).kept


def test_a_density_from_the_wrong_window_is_noticed(monkeypatch):
    one = next(one for one in cases(("quantiles",)) if "spacing, false positives, lognormal, q 0.5, 1,000" in str(one))
    true = module._squared_error
    monkeypatch.setattr(module, "_squared_error", lambda *args: true(*args) / 2)
    assert not case.run(one, one.short).kept
