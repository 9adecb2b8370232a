"""Counts of weeks, told by their first day, are no counts of days."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.experiment.observed import observed_on
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
