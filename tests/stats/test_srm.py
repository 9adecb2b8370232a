"""Sample-ratio mismatch, against R, exact sums and the false alarms of daily looks."""

import math

import numpy as np
import pytest
from scipy import special, stats

from helpers.stats import InputError, srm, srm_by_group


def test_golden(golden):
    for c in golden["srm"]:
        r = srm(c["observed"], c["weights"])
        assert r.chi2 == pytest.approx(c["chi2"], rel=1e-9)
        assert r.p_value == pytest.approx(c["p_value"], rel=1e-9)
        assert r.failed == (c["p_value"] < 0.001)
        assert r.df == len(c["observed"]) - 1


def test_arms_of_weight_zero_do_not_count():
    r = srm({"a": 500, "b": 520, "off": 0}, {"a": 1, "b": 1, "off": 0})
    assert r.df == 1 and r.arms == ("a", "b") and r.note == ""
    assert r.p_value == pytest.approx(stats.chisquare([500, 520]).pvalue)
    assert "3 units in arms designed to be empty" in srm([500, 520, 3], [1, 1, 0]).note


def test_a_missing_arm_is_a_mismatch():
    assert srm({"a": 500}, {"a": 1, "b": 1}).failed


def test_small_expectations_are_exact():
    r = srm([8, 0], [0.5, 0.5])
    assert r.p_value == pytest.approx(2 / 256) and "exact" in r.note
    assert srm([3, 17], [0.1, 0.9]).p_value == pytest.approx(stats.binomtest(3, 20, 0.1).pvalue)
    three = srm([4, 1, 0], [1, 1, 1])
    outcomes = [(i, j, 5 - i - j) for i in range(6) for j in range(6 - i)]
    mass = stats.multinomial(5, [1 / 3] * 3)
    own = mass.pmf([4, 1, 0])
    expected = sum(mass.pmf(o) for o in outcomes if mass.pmf(o) <= own * (1 + 1e-9))
    assert three.p_value == pytest.approx(expected)
    assert "rough" in srm([10**6, 0, 0, 3], [1, 1e-6, 1e-6, 1e-6]).note


def test_no_units_is_no_verdict():
    r = srm([0, 0], [1, 1])
    assert math.isnan(r.p_value) and not r.failed and "no units" in r.note


def test_groups_keep_their_threshold():
    result = srm_by_group({"d1": [500, 505], "d2": [900, 500], "d3": [50, 60]}, [1, 1])
    assert result.failed == ("d2",)
    assert result.chance_of_any == pytest.approx(1 - 0.999**3)


@pytest.mark.parametrize(
    ("observed", "weights"),
    [
        ([1, 2], [1]),
        ([1, 2], [1, 0]),
        ({"a": 1, "x": 2}, {"a": 1, "b": 1}),
        ({"a": 1}, [1]),
        ([1, 2], [1, -1]),
        ([1.5, 2], [1, 1]),
    ],
)
def test_refusals(observed, weights):
    with pytest.raises(InputError):
        srm(observed, weights)


def test_false_alarms_of_28_daily_looks(rng):
    """peers.md: 27.7 of 100 at .05, 7.0 at .01, 1.0 at .001."""
    runs, per_day = 4000, 500
    total = per_day * np.arange(1, 29)
    seen = rng.binomial(per_day, 0.5, (runs, 28)).cumsum(axis=1)
    p = special.chdtrc(1, (2 * seen - total) ** 2 / total)
    worst = p.min(axis=1)
    for threshold, rate in ((0.05, 0.277), (0.01, 0.070), (0.001, 0.010)):
        assert (worst < threshold).mean() == pytest.approx(rate, abs=4 * math.sqrt(rate / runs) + 0.003)
