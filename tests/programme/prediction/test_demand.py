"""Forecasts cover what they say and beat last week once more; the watch alarms as often as stated and finds what was planted."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.prediction import anomalies, demand
from helpers.simulate.year.shoppers import WORLD

WEEK = np.array(WORLD.week)


def healthy_year(rng, runs=None):
    season = 1 + WORLD.season * np.cos(2 * np.pi * (np.arange(365) - 170) / 365)
    mean = 120 * season * WEEK[np.arange(365) % 7]
    return rng.poisson(mean, 365 if runs is None else (runs, 365))


@pytest.mark.slow
def test_forecasts_beat_the_naive_one_and_cover():
    tested = demand.backtest(healthy_year(np.random.default_rng(1)), 14)
    assert tested.gain.low > 0 and tested.mase.value < tested.naive.value
    assert abs(tested.coverage.value - 0.95) < 0.03
    origins = [f.origin for f in tested.forecasts]
    assert origins == list(range(demand.FIRST_ORIGIN, 365 - 13, 14))


def test_a_forecast_sees_nothing_after_its_origin():
    orders = healthy_year(np.random.default_rng(2)).astype(float)
    changed = orders.copy()
    changed[200:] = 1_000
    for a, b in zip(
        demand.backtest(orders[:214], 14).forecasts, demand.backtest(changed[:214], 14).forecasts, strict=True
    ):
        if a.origin <= 200:
            assert (
                np.array_equal(a.point, b.point) and np.array_equal(a.high, b.high) and np.array_equal(a.naive, b.naive)
            )


def test_the_error_is_scaled_by_its_definition():
    orders = healthy_year(np.random.default_rng(3)).astype(float)
    tested = demand.backtest(orders[:150], 14)
    by_hand = []
    for origin in (112, 126):
        past, ahead = orders[:origin], orders[origin : origin + 14]
        by_hand.append(np.abs(np.r_[past[-7:], past[-7:]] - ahead).mean() / np.abs(past[7:] - past[:-7]).mean())
    assert tested.naive.value == pytest.approx(np.mean(by_hand))


def test_on_normal_residuals_the_first_day_watched_alarms_as_asked():
    """Before any alarm the limit is that of the t-distribution, exactly."""
    rng = np.random.default_rng(4)
    root = 20 + np.tile(WEEK, 9)[:57] + 0.01 * np.arange(57) + rng.normal(size=(40_000, 57))
    asked = 0.05 * anomalies.YEAR
    seen = anomalies.watch(root**2 / 4 - 3 / 8, asked).alarms.mean()
    assert abs(seen - 0.05) < 4 * (0.05 * 0.95 / 40_000) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize("stated", [2.0, 6.0])
def test_the_stated_rate_holds_on_healthy_series_of_another_world(stated):
    """Set on series like one healthy year, measured on years drawn by the world's own demand."""
    rng = np.random.default_rng(5)
    made = anomalies.calibrated(healthy_year(rng), stated, 400, 1)
    assert made.measured.low <= stated <= made.measured.high
    first = anomalies.rate(anomalies.healthy(healthy_year(rng), 400, rng), stated)
    asked = stated**2 / first.per_year
    assert abs(anomalies.rate(healthy_year(rng, 400), asked).per_year / stated - 1) < 0.15


def test_planted_days_are_found_and_a_window_survives_them():
    rng = np.random.default_rng(6)
    orders = healthy_year(rng)
    days = [day for day, _ in (*WORLD.outages, *WORLD.surges)]
    for day, times in (*WORLD.outages, *WORLD.surges):
        orders[day] = rng.poisson(orders[day] * times)
    found = anomalies.against(days, anomalies.watch(orders, 2.0))
    assert not found.missed and len(found.false) <= 6
    assert set(found.found) == set(days)


def test_too_short_a_series_is_refused():
    with pytest.raises(ReportError, match="too few days"):
        anomalies.watch(np.ones(56), 2.0)


def test_days_of_the_year_hold_every_order(con):
    orders = demand.daily(con)
    assert orders["orders"].sum() == con.execute("select count(*) from orders").fetchone()[0]
    assert (orders["day"].diff().dropna().dt.days == 1).all()
