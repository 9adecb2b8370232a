"""Weekdays against an analysis of variance by statsmodels, and over logs that have none and logs that do."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import InputError
from helpers.stats.checks.weekdays import weekday_p_value


@given(st.lists(st.integers(0, 10_000), min_size=14, max_size=60), st.just(0) | st.integers(2, 12))
def test_equals_an_analysis_of_variance(counts, anew):
    """With the trends entered first; where days stray less than Poisson counts the error is that of these."""
    from statsmodels.formula.api import ols

    days = pd.DataFrame({"events": counts, "t": range(len(counts))})
    days["later"] = (days.t >= anew).astype(int)
    days["weekday"] = pd.date_range("2026-03-04", periods=len(days)).day_name()
    level = "t * later" if days.later.nunique() > 1 else "t"
    full, trend = ols(f"events ~ {level} + C(weekday)", days).fit(), ols(f"events ~ {level}", days).fit()
    error, among = max(full.mse_resid, days.events.mean()), trend.df_resid - full.df_resid
    p = stats.f.sf((trend.ssr - full.ssr) / among / error, among, full.df_resid) if error else 1.0
    assert weekday_p_value(counts, anew=anew) == pytest.approx(p, abs=1e-7)


def log(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Daily counts that no weekday moves."""
    days = int(rng.integers(14, 60))
    age, mean = np.arange(days), float(rng.choice([3, 40, 900]))
    if kind == "bursts":
        return rng.negative_binomial(4, 4 / (4 + mean), days)
    if kind == "drift":
        return rng.poisson(mean * np.exp(np.cumsum(rng.normal(0, 0.1, days))))
    level = {
        "steady": np.ones(days),
        "growth": 1 + age / 14,
        "one cohort ages": 1 / (1 + age),
        "one cohort leaves": np.exp(-age / rng.uniform(3, 40)),
        "signups of a week": np.where(age < 7, 4, np.exp(-age / 20)),
    }[kind]
    return rng.poisson(mean * level)


@pytest.mark.parametrize(
    "kind", ["steady", "bursts", "drift", "growth", "one cohort ages", "one cohort leaves", "signups of a week"]
)
def test_days_without_weekdays_seldom_seem_to_have_some(kind, rng):
    """At a level of 5 %: the bound holds what 600 logs stray by, three standard errors."""
    found = np.mean([weekday_p_value(log(kind, rng)) < 0.05 for _ in range(600)])
    assert found <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


def test_weekdays_that_differ_are_found(rng):
    week = np.array([1.05, 1.0, 0.98, 0.97, 0.92, 0.75, 0.8])
    for weeks, growth in ((3, 0.0), (4, 0.3), (8, 0.0)):
        days = np.arange(7 * weeks)
        logs = rng.poisson(2_000 * (1 + growth * days / days[-1]) * np.tile(week, weeks), (200, len(days)))
        assert np.mean([weekday_p_value(one) < 0.05 for one in logs]) > 0.99


def test_an_experiment_on_another_level_hides_no_weekdays(rng):
    week = np.array([1.05, 1.0, 0.98, 0.97, 0.92, 0.75, 0.8])
    logs = rng.poisson(np.tile(week, 6) * np.repeat([900, 400], [14, 28]), (200, 42))
    whole, parted = (np.mean([weekday_p_value(one, anew=anew) < 0.05 for one in logs]) for anew in (0, 14))
    assert whole < 0.5 and parted > 0.95


@pytest.mark.parametrize("counts", [[1] * 13, [], [1] * 14 + [-1], [np.nan] * 14])
def test_refusals(counts):
    with pytest.raises(InputError):
        weekday_p_value(counts)
