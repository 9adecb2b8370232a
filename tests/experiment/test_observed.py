"""Counts of weeks, told by their first day, are no counts of days."""

import math
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.experiment.observed import Observed, observed_on
from helpers.ingest.counts.dates import step_of

START = datetime(2026, 2, 2)


@given(st.integers(1, 31), st.integers(2, 9))
def test_dates_that_lie_evenly_apart_stand_for_the_days_between_them(apart, dates):
    days = [1 + apart * n for n in range(dates)]
    seen = observed_on(START, days)
    assert seen.enrolment_days == apart * dates
    assert seen.first_exposure == START and seen.last_event == START + timedelta(days=apart * dates - 1)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_a_day_of_a_log_stands_for_itself(seen):
    days = sorted({*seen, 61, 62})
    assert step_of(days) == 1


@given(st.integers(0, 14 * 86_400 - 1), st.integers(1, 40 * 86_400))
def test_units_come_in_from_the_first_exposure_to_the_last_and_not_in_calendar_days(start, lasts):
    first = START + timedelta(seconds=start, milliseconds=250)
    seen = Observed(first, first + timedelta(seconds=lasts), None)
    assert not seen.dated and math.isclose(seen.enrolment_days * 86_400, lasts)


@given(st.integers(1, 40), st.sampled_from([0, 22, 23]), st.sampled_from([-1, 0, 1]))
def test_dates_in_any_time_zone_count_their_days_over_summer_time_too(days, hour, summer):
    first = START + timedelta(hours=hour)
    seen = Observed(first, first + timedelta(days=days - 1, hours=summer if 0 <= hour + summer < 24 else 0), None)
    assert seen.dated and seen.enrolment_days == days


def test_full_hours_of_a_day_are_no_dates():
    """A log whose times are cut to the hour, from midnight of one day to 23:00 of another: the last hour is no whole day."""
    first, last = START, START + timedelta(days=5, hours=23)
    cut = Observed(first, last, last, hours=24)
    assert not cut.dated and cut.enrolment_days == 5 + 23 / 24
    assert Observed(first, START + timedelta(days=5), None, hours=1).enrolment_days == 6
