"""Winsorising by hand, its invariants, and Welch's test of what it leaves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.defaults import WINSORIZE_UPPER
from helpers.stats.validation import InputError
from helpers.stats.winsorizing import Thresholds, WinsorizedRows, winsorize, winsorize_rows
from helpers.validation import case, cases
from helpers.validation import winsorizing as calibration

ARM = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def test_by_hand():
    """Ten pooled values, type 7: .1 lies at rank 0.9 (0 + .9 * 1), .8 at rank 7.2 (7 + .2 * 1)."""
    c, t = [0, 9, 2, 7], [1, 100, 4, 5, 6, 8]
    result = winsorize(c, t, lower=0.1, upper=0.8)
    assert (result.thresholds.low, result.thresholds.high) == pytest.approx((0.9, 8.2))
    np.testing.assert_allclose(result.control.values, [0.9, 8.2, 2, 7])
    np.testing.assert_allclose(result.treatment.values, [1, 8.2, 4, 5, 6, 8])
    assert (result.control.raised, result.control.lowered, result.control.share) == (1, 1, 0.5)
    assert (result.treatment.raised, result.treatment.lowered, result.note) == (0, 1, "")


def test_a_covariate_has_thresholds_of_its_own(rng):
    x = [rng.lognormal(0, 2, 500) for _ in range(3)]
    result = winsorize(*x)
    assert len(result.arms) == 3 and result.thresholds == Thresholds.of(*x)
    assert result.thresholds.high == np.quantile(np.concatenate(x), 0.99)
    assert sum(arm.lowered for arm in result.arms) == 15 and sum(arm.raised for arm in result.arms) == 0


@given(ARM, ARM, st.floats(0, 0.4), st.floats(0.6, 1))
def test_nobody_is_dropped_and_order_is_kept(c, t, lower, upper):
    before = list(c), list(t)
    result = winsorize(c, t, lower=lower, upper=upper)
    for arm, values in zip(result.arms, before, strict=True):
        assert arm.values.size == len(values)
        assert arm.raised + arm.lowered == int((arm.values != np.asarray(values)).sum())
        assert (np.diff(arm.values[np.argsort(values)]) >= 0).all()
    assert (c, t) == before
    rows = winsorize_rows([c], [t], lower=lower, upper=upper)
    assert np.array_equal(rows.control[0], result.control.values)
    assert np.array_equal(rows.treatment[0], result.treatment.values)


def test_the_callers_array_stays():
    values = np.array([1.0, 2.0, 300.0])
    winsorize(values, values, upper=0.5)
    assert values.tolist() == [1, 2, 300]


def test_zero_and_one_leave_the_tails_alone(rng):
    c, t = rng.normal(size=(2, 50))
    result = winsorize(c, t, lower=0, upper=1)
    assert np.array_equal(result.control.values, c) and result.treatment.share == 0


def test_it_says_when_nothing_is_left():
    result = winsorize([0] * 199 + [9], [0] * 200)
    assert "nothing is left" in result.note and result.control.lowered == 1
    assert winsorize([3, 3], [3, 3]).note == "" and Thresholds(0, 1).applied([]).share == 0


def test_refusals():
    for call in (
        lambda: winsorize([1], [2], upper=99),
        lambda: winsorize([1], [2], lower=0.5, upper=0.5),
        lambda: winsorize([1], [2], lower=-0.1),
        lambda: winsorize([], []),
        lambda: Thresholds.of(),
        lambda: winsorize([1], [np.nan]),
        lambda: Thresholds(2.0, 1.0),
        lambda: winsorize_rows([[1]], [[2]], upper=2),
    ):
        with pytest.raises(InputError):
            call()


def test_the_truth_of_the_calibration_is_the_populations(rng):
    cut = calibration.threshold(0.1, 0.3)
    c, t = calibration.revenue(rng, 1, 1_800_000)[0], calibration.revenue(rng, 1, 200_000, 0.3)[0]
    result = winsorize(c, t)
    assert result.thresholds.high == pytest.approx(cut, rel=0.02)
    assert result.control.values.mean() == pytest.approx(calibration.winsorized_mean(cut, 0.0), rel=0.01)
    assert result.treatment.values.mean() == pytest.approx(calibration.winsorized_mean(cut, 0.3), rel=0.02)


@pytest.mark.parametrize("one", cases(("winsorizing",)), ids=str)
def test_promises(one):
    assert case.run(one, one.short).kept


def test_thresholds_of_each_arms_own_are_noticed(monkeypatch):
    def own(control, treatment):
        ends = [np.quantile(arm, WINSORIZE_UPPER, axis=-1, keepdims=True) for arm in (control, treatment)]
        return WinsorizedRows(np.minimum(control, ends[0]), np.minimum(treatment, 0.5 * ends[1]))

    monkeypatch.setattr(calibration, "winsorize_rows", own)
    one = next(one for one in cases(("winsorizing",)) if "false positives, revenue, upper 0.99, 1,000" in str(one))
    assert not case.run(one, one.short).kept
