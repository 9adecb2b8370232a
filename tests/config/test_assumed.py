"""Over how long units came in: known from their times, or from a period that somebody stated."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import config
from helpers.config import Study
from helpers.config.assumed import NO_TIME, NO_TIME_LASTS, UNITS, no_pace, not_stated, paced, unstated
from helpers.experiment.pace import enrolment_days
from helpers.experiment.results import Observed, Results

TABLE = config.load("studies/hillstrom.yml")
LISTED = ([], ["period"], ["period.start"], ["period.end"], ["hypothesis"], ["period.baseline"])


def study(start: datetime, days: int, listed: list[str], timed: bool, monthly: int | None) -> Study:
    columns = TABLE.data.columns | ({"event_time": "seen"} if timed else {})  # type: ignore[union-attr]
    return TABLE.model_copy(
        update={
            "data": TABLE.data.model_copy(update={"columns": columns}),
            "period": config.Period(start=start, end=start + timedelta(days=days)),
            "assumed": listed,
            "economics": TABLE.economics.model_copy(update={"exposed_units_per_month": monthly}),
        }
    )


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2030, 1, 1)),
    st.integers(1, 90),
    st.sampled_from(LISTED),
    st.booleans(),
    st.none() | st.integers(1, 10**6),
    st.booleans(),
)
def test_a_pace_is_made_of_times_or_of_a_stated_period_alone(start, days, listed, timed, monthly, panel):
    """A panel has the same units in each of its spans: its period is none over which they came in, and stating one tells nothing."""
    found = study(start, days, listed, timed, monthly)
    found = found.model_copy(update={"data": found.data.model_copy(update={"panel": "weeks" if panel else None})})
    guessed = not timed and (panel or any(path in ("period", "period.start", "period.end") for path in listed))
    assert paced(found) is not guessed
    lacks = UNITS if panel else f"{UNITS} (or period)"
    assert unstated(found) == ([lacks] if guessed and monthly is None else [])
    assert ("spans" in no_pace(found)) is panel
    seen = Results.__new__(Results)
    seen.study, seen.observed = found, Observed(start, start + timedelta(days=2), None)
    dates = not (start.minute or start.second or start.microsecond)
    assert enrolment_days(seen) == (2 + dates if timed else 0 if guessed else days)


def test_the_placeholder_of_a_proposal_is_no_period_even_where_nothing_says_so():
    found = study(NO_TIME, NO_TIME_LASTS.days, [], False, None)
    assert not paced(found) and not_stated(found) == f"the study does not state {UNITS} (or period)"
    assert paced(study(NO_TIME, NO_TIME_LASTS.days, [], True, None)), "its rows have times"


def test_without_revenue_no_money_lacks_a_pace():
    found = study(NO_TIME, 14, ["period"], False, None)
    bare = found.model_copy(update={"economics": config.Economics(), "assumed": ["period"]})
    assert unstated(bare) == []


@pytest.mark.parametrize(
    ("name", "pace"), [("cookie_cats", False), ("hillstrom", False), ("udacity_landing_page", True), ("rees46", True)]
)
def test_the_studies_of_real_data_say_what_they_know(name, pace):
    assert paced(config.load(f"studies/{name}.yml")) is pace
