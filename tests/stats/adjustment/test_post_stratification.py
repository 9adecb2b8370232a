"""Post-stratification against Lin's regression on indicators, its small strata, and its refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, Proportion, Ratio, compare
from helpers.stats.adjustment import post_stratification
from helpers.stats.adjustment.lin import lin_adjustment
from helpers.stats.adjustment.post_stratification import post_stratify, post_stratify_arrays
from helpers.validation import adjustment as calibration
from helpers.validation import run


def units(rng, n=400):
    stratum = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    treated = rng.random(n) < 0.3
    y = 3 * stratum + treated * (1 + stratum) + rng.normal(0, 1 + stratum)
    return stratum, treated, y


def summarised(stratum, treated, y):
    return {
        str(k): tuple(Mean.from_values(y[(stratum == k) & (treated == side)]) for side in (False, True))
        for k in np.unique(stratum)
    }


def test_equals_lins_regression_on_indicators(rng):
    stratum, treated, y = units(rng)
    found = post_stratify(summarised(stratum, treated, y))
    lin = lin_adjustment(y, treated, {str(k): stratum == k for k in range(1, 4)})
    assert found.effect.absolute == pytest.approx(lin.effect.absolute, rel=1e-12)
    assert found.standard_error == pytest.approx(lin.standard_error, rel=1e-12)
    assert found.effect.control == pytest.approx(lin.effect.control, rel=1e-12)
    assert found.reduction.share_remaining == pytest.approx(lin.reduction.share_remaining, rel=1e-9)
    assert np.subtract(found.reduction.theta[1:], found.reduction.theta[0]) == pytest.approx(
        lin.reduction.theta, rel=1e-9
    )
    assert found.reduction.gains and found.pooled == ()


def test_by_hand():
    a = Mean.from_moments(10, 1.0, 2.0), Mean.from_moments(20, 2.0, 3.0)
    b = Mean.from_moments(40, 5.0, 4.0), Mean.from_moments(30, 5.5, 6.0)
    found = post_stratify({"a": a, "b": b})
    assert found.weights == (0.3, 0.7)
    assert found.effect.absolute == pytest.approx(0.3 * 1 + 0.7 * 0.5)
    variance = 0.09 * (2 / 10 + 3 / 20) + 0.49 * (4 / 40 + 6 / 30)
    assert found.standard_error == pytest.approx(math.sqrt(variance), rel=1e-12)
    gap = np.array([20 / 50, 30 / 50]) - np.array([10 / 50, 40 / 50])
    plain = 4.1 - 4.2
    assert found.effect.absolute == pytest.approx(plain - np.dot(found.reduction.theta, gap))


def test_one_stratum_is_welch(rng):
    control, treatment = Mean.from_values(rng.normal(size=20)), Mean.from_values(rng.normal(1, 2, 9))
    found, welch = post_stratify({"all": (control, treatment)}), compare(control, treatment)
    assert (found.effect.p_value, found.effect.df) == pytest.approx((welch.p_value, welch.df), rel=1e-12)
    assert found.reduction.share_remaining == pytest.approx(1) and not found.reduction.gains


def test_proportions_are_means_of_zero_and_one():
    pairs = {"a": (Proportion(50, 10), Proportion(40, 12)), "b": (Proportion(30, 20), Proportion(60, 45))}
    means = {
        name: tuple(Mean.from_values([1.0] * p.successes + [0.0] * (p.n - p.successes)) for p in pair)
        for name, pair in pairs.items()
    }
    assert post_stratify(pairs).effect.p_value == pytest.approx(post_stratify(means).effect.p_value, rel=1e-12)


def test_small_strata_are_pooled(rng):
    big = Mean.from_values(rng.normal(size=30)), Mean.from_values(rng.normal(size=30))
    lone = Mean.from_values([1.0]), Mean.from_values([2.0, 3.0, 4.0])
    other = Mean.from_values([1.0, 2.0]), Mean.from_values([2.0])
    found = post_stratify({"big": big, "lone": lone, "other": other})
    assert found.strata == ("big", "lone + other") and found.pooled == ("lone", "other")
    assert found.weights == pytest.approx((60 / 67, 7 / 67))
    again = post_stratify({"big": big, "both": (lone[0] + other[0], lone[1] + other[1])})
    assert found.effect == again.effect
    into = post_stratify({"big": big, "lone": lone})
    assert into.strata == ("lone + big",)
    assert into.effect.p_value == pytest.approx(compare(big[0] + lone[0], big[1] + lone[1]).p_value, rel=1e-9)
    with pytest.raises(InputError, match="small='pool'"):
        post_stratify({"big": big, "lone": lone}, small="refuse")
    assert post_stratify({"big": big}, small="refuse").pooled == ()


def test_refusals():
    arm, ratio = Mean.from_values([1, 2, 3]), Ratio.from_values([1, 2], [2, 3])
    for strata in ({}, {"a": (ratio, ratio)}, {"a": (arm, Proportion(5, 2))}):
        with pytest.raises(InputError, match="strata"):
            post_stratify(strata)
    with pytest.raises(InputError, match="two units"):
        post_stratify({"a": (arm, Mean.from_values([1])), "b": (arm, Mean.from_values([]))})
    with pytest.raises(InputError, match="small"):
        post_stratify({"a": (arm, arm)}, small="drop")


def test_no_variance_is_said_so():
    flat = Mean.from_values([1, 1])
    found = post_stratify({"a": (flat, flat)})
    assert math.isnan(found.effect.p_value) and found.effect.note and math.isnan(found.reduction.share_remaining)


@given(st.integers(0, 10_000), st.floats(0.5, 0.999))
def test_p_agrees_with_both_intervals(seed, confidence):
    found = post_stratify(summarised(*units(np.random.default_rng(seed), 60)), confidence=confidence).effect
    rejected = found.p_value < 1 - confidence
    assert rejected == (not found.absolute_low <= 0 <= found.absolute_high)
    assert rejected == (not found.relative_low <= 0 <= found.relative_high)


def test_arrays_equal_one_at_a_time(rng):
    cells = [summarised(*units(rng)) for _ in range(3)]
    arrays = [
        np.array([[[getattr(pair[i], what) for pair in found.values()] for i in (0, 1)] for found in cells], float)
        for what in ("n", "estimate", "variance")
    ]
    many = post_stratify_arrays(*arrays)
    one = [post_stratify(found).effect for found in cells]
    assert many.p_value == pytest.approx([e.p_value for e in one], rel=1e-9)
    assert many.relative_low == pytest.approx([e.relative_low for e in one], rel=1e-9)
    assert np.isnan(post_stratify_arrays(np.ones((2, 1)), np.ones((2, 1)), np.ones((2, 1))).p_value)


def test_weights_of_one_arm_are_flagged(monkeypatch):
    chosen = next(
        c for c in calibration.CASES if c.method == "post-stratification" and c.setting == "four strata, 90 : 10"
    )
    assert run(chosen, 1_000).kept
    honest = post_stratification._reweighted

    def unweighted(n, mean, variance):
        return honest(n, (n * mean).sum(axis=-1, keepdims=True) / n.sum(axis=-1, keepdims=True) + 0 * mean, variance)

    monkeypatch.setattr(post_stratification, "_reweighted", unweighted)
    assert not run(chosen, 1_000).kept
