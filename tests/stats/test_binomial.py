"""Intervals of counted shares."""

import numpy as np
import pytest
from scipy import stats

from helpers.stats import InputError, binomial_interval, monte_carlo


@pytest.mark.parametrize(("k", "n"), [(0, 10), (10, 10), (3, 10), (52, 1000), (1, 10**6)])
@pytest.mark.parametrize(("method", "name"), [("clopper-pearson", "exact"), ("wilson", "wilson")])
def test_scipy(k, n, method, name):
    mine = binomial_interval(k, n, 0.9, method)
    theirs = stats.binomtest(k, n).proportion_ci(0.9, method=name)
    np.testing.assert_allclose([mine.low, mine.high], theirs, rtol=1e-6, atol=1e-15)


def test_monte_carlo_judges():
    good, bad = monte_carlo("a", 0.05, 52, 1000), monte_carlo("b", 0.95, 874, 1000)
    assert good.ok and good.low < 0.05 < good.high and good.observed == 0.052
    assert not bad.ok and bad.runs == 1000


def test_refusals():
    for call in (
        lambda: binomial_interval(3, 2),
        lambda: binomial_interval(0, 0),
        lambda: monte_carlo("a", 5, 1, 2),
    ):
        with pytest.raises(InputError):
            call()
