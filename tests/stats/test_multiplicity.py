"""Adjusted p-values against R and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import InputError, adjust

METHODS = ("holm", "bonferroni", "hochberg", "bh", "by")


def test_golden(golden):
    for c in golden["p_adjust"]:
        for method in METHODS:
            np.testing.assert_allclose(adjust(c["p"], method).adjusted, c[method], rtol=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_order_and_power_of_the_methods(p):
    found = {m: np.array(adjust(p, m).adjusted) for m in METHODS}
    eps = 1e-12
    assert (found["hochberg"] <= found["holm"] + eps).all()
    assert (found["holm"] <= found["bonferroni"] + eps).all()
    assert (found["bh"] <= found["hochberg"] + eps).all()
    assert (found["bh"] <= found["by"] + eps).all()
    assert (found["bh"] >= np.array(p) - eps).all()
    for method in ("bh", "by"):
        np.testing.assert_allclose(found[method], stats.false_discovery_control(p, method=method), atol=1e-12)


def test_a_missing_p_counts_in_the_family():
    r = adjust([0.01, math.nan, 0.04])
    assert r.adjusted[0] == pytest.approx(0.03) and math.isnan(r.adjusted[1])
    assert r.rejected == (True, False, False) and "1 of 3" in r.note


def test_holm_holds_the_family_error(rng):
    alarms = sum(any(adjust(p).rejected) for p in rng.uniform(size=(4000, 5)))
    assert alarms / 4000 == pytest.approx(0.05, abs=0.012)


def test_refusals_and_empty():
    assert adjust([]).adjusted == ()
    with pytest.raises(InputError):
        adjust([0.5, 1.2])
    with pytest.raises(InputError):
        adjust([0.5], "sidak")  # type: ignore[arg-type]
