"""Retention: who counts, who does not, and a real game."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Proportion, binomial_interval, compare
from helpers.stats.survival.retention import Retention, RetentionCurve, retention
from helpers.validation import run
from helpers.validation import survival as topic
from tests.real_data import real


def test_late_comers_are_reported_and_not_counted_as_lost():
    curve = retention([0, 0, 5, 8], [0, 1, 2, 3], [7, 3, 6, 9], end=10, days=[1, 7])
    one, seven = curve.days
    assert (one.observed, one.retained, one.unobserved) == (4, 2, 0)
    assert (seven.observed, seven.retained, seven.unobserved) == (2, 1, 2)
    assert seven.share == 0.5 and curve.on(7) == Proportion(2, 1) == seven.proportion


def test_the_day_must_be_over():
    """A unit of day 3 has day 7 observed when day 10 is over, that is, when observation ends with day 11."""
    assert retention([3], [0], [10], end=11, days=[7]).on(7) == Proportion(1, 1)
    assert retention([3], [0], [10], end=10.9, days=[7]).days[0].observed == 0


def test_activity_outside_does_not_count():
    found = retention([10.0, 10.0], [0, 0, 1, 1], [9.9, 30.0, 11.2, 11.9], end=20, days=[0, 1])
    assert [day.retained for day in found.days] == [0, 1]


def test_seconds_windows_and_ends_of_each_unit():
    day = 86_400
    found = retention(
        [0, 0], [0, 1], [8 * day, 12 * day], end=[20 * day, 13 * day], days=[7], window=7, day_length=day
    ).days[0]
    assert (found.observed, found.retained, found.unobserved) == (1, 1, 1)


def test_nobody_observed_is_no_share():
    (found,) = retention([0], [0], [0], end=1, days=[30]).days
    assert math.isnan(found.share) and math.isnan(found.low) and found.unobserved == 1
    assert "no unit was observed to the end of day 30" in found.note
    assert retention([], [], [], end=1, days=[1]).days[0].observed == 0


@pytest.mark.parametrize("method", ["clopper-pearson", "wilson"])
def test_intervals_are_those_of_the_share(method):
    (found,) = retention(np.zeros(50), range(20), np.ones(20), end=9, days=[1], confidence=0.9, method=method).days
    interval = binomial_interval(20, 50, 0.9, method)
    assert (found.share, found.low, found.high) == (interval.share, interval.low, interval.high)


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(0, 60))
def test_against_counting_by_hand(seed, n, m):
    rng = np.random.default_rng(seed)
    first, unit, time = rng.integers(0, 20, n), rng.integers(0, n, m), rng.integers(0, 30, m)
    curve = retention(first, unit, time, end=25, days=range(10), window=2)
    for found in curve.days:
        eligible = [u for u in range(n) if first[u] + found.day + 2 <= 25]
        back = [u for u in eligible if np.isin(time[unit == u] - first[u] - found.day, (0, 1)).any()]
        assert (found.observed, found.unobserved) == (len(eligible), n - len(eligible))
        assert found.retained == sum(any(time[unit == u] < 25) for u in back)


def test_two_arms_of_cookie_cats():
    with real("cookie_cats.csv").open() as file:
        rows = list(csv.DictReader(file))
    curves = {}
    for gate in ("gate_30", "gate_40"):
        mine = [r for r in rows if r["version"] == gate]
        seen = [(u, k) for u, r in enumerate(mine) for k in (1, 7) if r[f"retention_{k}"] == "True"]
        unit, day = zip(*seen, strict=True)
        curves[gate] = retention(np.zeros(len(mine)), unit, day, end=8, days=[1, 7])
    one, seven = ((curves["gate_30"].on(k), curves["gate_40"].on(k)) for k in (1, 7))
    assert [round(arm.estimate, 6) for arm in one] == [0.448188, 0.442283]
    assert [round(arm.estimate, 6) for arm in seven] == [0.190201, 0.182000]
    assert round(compare(*one).p_value, 4) == 0.0744
    assert round(compare(*seven).p_value, 5) == 0.00155  # the pooled z, to these digits
    assert compare(*seven).absolute_high < 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: retention([0], [1], [0], end=1),
        lambda: retention([0], [0.5], [0], end=1),
        lambda: retention([0], [-1], [0], end=1),
        lambda: retention([0], [0], [0, 1], end=1),
        lambda: retention([0], [0], [0], end=[1, 2]),
        lambda: retention([0], [0], [0], end=1, window=0),
        lambda: retention([0], [0], [0], end=1, days=[-1]),
        lambda: retention([0], [0], [0], end=1, day_length=0),
        lambda: retention([0], [0], [0], end=1, method="wald"),
        lambda: RetentionCurve((Retention(1, 1, 1, 0, 1.0, 0.5, 1.0),), 0.95).on(2),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_calibration_sees_late_comers_taken_for_lost(monkeypatch):
    case = next(c for c in topic.CASES if c.topic == "Retention" and c.method == "Wilson")
    assert run(case, case.short).kept

    def of_all(first, unit, time, **options):
        known = time < options["end"]
        return retention(first, unit[known], time[known], **{**options, "end": 1e9})

    monkeypatch.setattr(topic, "retention", of_all)
    assert not run(case, case.short).kept
