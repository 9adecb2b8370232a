"""The most likely level and week are those of statsmodels, and its edge is told."""

import numpy as np
import pytest
import statsmodels.api as sm

from helpers.errors import ReportError
from helpers.programme.prediction import level_and_week

WEEK = np.tile([90, 95, 92, 99, 108, 115, 96], 24)


@pytest.mark.parametrize("wander", [0.01, 0.04, 0.1])
def test_forecasts_are_those_of_statsmodels(wander):
    rng = np.random.default_rng(5)
    y = np.sqrt(rng.poisson(WEEK * np.exp(np.cumsum(rng.normal(0, wander, len(WEEK))))) + 3 / 8)
    found = level_and_week.fitted(y)
    theirs = sm.tsa.UnobservedComponents(y, level="llevel", seasonal=7, stochastic_seasonal=False).fit(disp=False)
    told = theirs.get_forecast(10)
    middle, error = found.ahead(10)
    assert found.ratio == pytest.approx(theirs.params[1] / theirs.params[0], rel=1e-3)
    assert found.noise**2 == pytest.approx(theirs.params[0], rel=1e-4)
    np.testing.assert_allclose(middle, told.predicted_mean, atol=1e-4)
    np.testing.assert_allclose(error, told.se_mean, rtol=1e-4)


def test_a_level_that_stands_still_is_least_squares():
    rng = np.random.default_rng(0)
    y = WEEK + np.tile([5.0, -5.0], len(WEEK) // 2) + rng.normal(0, 3, len(WEEK)).round()
    found = level_and_week.fitted(y)
    assert found.ratio == 0.0
    middle, error = found.ahead(7)
    days = y.reshape(-1, 7)
    np.testing.assert_allclose(middle, days.mean(axis=0))
    noise = ((days - days.mean(axis=0)) ** 2).sum() / (len(y) - 7)
    np.testing.assert_allclose(error**2, noise * (1 + 1 / len(days)))


def test_weeks_that_are_all_the_same_leave_no_noise():
    middle, error = level_and_week.fitted(WEEK).ahead(7)
    np.testing.assert_allclose(middle, WEEK[:7])
    assert (error <= 1e-6).all()


def test_too_few_days_are_refused():
    with pytest.raises(ReportError, match="too few days"):
        level_and_week.fitted(np.ones(20))
