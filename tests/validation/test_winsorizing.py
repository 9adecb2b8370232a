"""Welch's test of what winsorising leaves. The winsorising itself is the warehouse's: tests/test_warehouse.py."""

import numpy as np
import pytest

from helpers.defaults import WINSORIZE_UPPER
from helpers.validation import case, cases
from helpers.validation import winsorizing as calibration


def test_the_truth_of_the_calibration_is_the_populations(rng):
    cut = calibration.threshold(0.1, 0.3)
    c, t = calibration.winsorized(calibration.revenue(rng, 1, 1_800_000), calibration.revenue(rng, 1, 200_000, 0.3))
    assert c.max() == t.max() == pytest.approx(cut, rel=0.02)
    assert c.mean() == pytest.approx(calibration.winsorized_mean(cut, 0.0), rel=0.01)
    assert t.mean() == pytest.approx(calibration.winsorized_mean(cut, 0.3), rel=0.02)


@pytest.mark.parametrize("one", cases(("winsorizing",)), ids=str)
def test_promises(one):
    assert case.run(one, one.short).kept


def test_thresholds_of_each_arms_own_are_noticed(monkeypatch):
    def own(control, treatment):
        ends = [np.quantile(arm, WINSORIZE_UPPER, axis=-1, keepdims=True) for arm in (control, treatment)]
        return np.minimum(control, ends[0]), np.minimum(treatment, 0.5 * ends[1])

    monkeypatch.setattr(calibration, "winsorized", own)
    one = next(one for one in cases(("winsorizing",)) if "false positives, revenue, upper 0.99, 1,000" in str(one))
    assert not case.run(one, one.short).kept
