"""Early looks: when one is early, and that its level and one at the end keep the study's level together."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from helpers import config
from helpers.experiment.decision.look import early_look

STUDY = config.load("studies/cart_checkout.yml")
START = STUDY.period.start


def study(days: float):
    period = STUDY.period.model_copy(update={"end": START + timedelta(days=days)})
    return STUDY.model_copy(update={"period": period})


@pytest.mark.parametrize(
    ("days", "seen", "early"),
    [
        (28, 28, False), (28, 27.6, False), (28, 27.2, True), (28, 6, True), (28, 40, False),
        (7, 6, True), (7, 6.1, True), (7, 6.6, False), (3, 3, True), (3, 6.5, False), (2, 6, True), (0.125, 0.12, True),
    ],
)  # fmt: skip
def test_a_look_is_early_until_the_period_and_a_whole_week_are_over(days, seen, early):
    found = early_look(study(days), START + timedelta(days=seen))
    assert (found is not None) is early
    if found:
        assert found.over == START + timedelta(days=max(days, 7))
        assert found.share == pytest.approx(seen / max(days, 7))


@pytest.mark.parametrize(("seen", "early"), [(20.3, False), (7, False), (6.1, True)])
@pytest.mark.parametrize("listed", ["period", "period.end"])
def test_an_end_that_nobody_stated_makes_no_look_early(seen, early, listed):
    assumed = study(21).model_copy(update={"assumed": [listed]})
    found = early_look(assumed, START + timedelta(days=seen))
    assert (found is not None) is early
    if found:
        assert found.over == START + timedelta(days=7)


def test_the_last_date_of_times_without_hours_stands_for_its_whole_day():
    """Of seven days the seventh date is there; with hours, a day that has only begun lacks a weekday."""
    last = START + timedelta(days=6)
    assert early_look(study(7), last, dated=True) is None and early_look(study(7), last) is not None
    assert early_look(study(7), last - timedelta(days=1), dated=True) is not None


@pytest.mark.parametrize(("days", "dates"), [(53, 21), (37, 14), (28, 1), (8, 7)])
def test_the_last_date_counts_whole_in_the_share_and_the_level_too(days, dates):
    """So many dates are seen: as many days, as an hour before the end of the last one is."""
    found = early_look(study(days), START + timedelta(days=dates - 1), dated=True)
    timed = early_look(study(days), START + timedelta(days=dates) - timedelta(seconds=1))
    assert found is not None and timed is not None
    assert found.share == pytest.approx(dates / days, rel=1e-12)
    assert found.level == pytest.approx(timed.level, rel=1e-3)
    assert f"the data end on {START + timedelta(days=dates - 1):%Y-%m-%d}" in found.text


@pytest.mark.parametrize(("days", "early"), [(28, False), (7, False), (4, True)])
def test_a_table_without_times_covers_its_period_which_may_be_less_than_a_week(days, early):
    found = early_look(study(days), None)
    assert (found is not None) is early
    if found:
        assert found.share == pytest.approx(days / 7)


def test_six_of_twenty_eight_days_ask_for_far_more_than_three_standard_errors():
    found = early_look(study(28), START + timedelta(days=6))
    assert found is not None
    assert stats.norm.isf(found.level / 2) > 4.5
    assert f"{START + timedelta(days=28):%Y-%m-%d}" in found.text and "21.43 %" in found.text


def test_the_level_of_the_first_day_is_tiny_and_not_nothing():
    found = early_look(study(28), START + timedelta(days=1))
    assert found is not None
    level = 4 * stats.norm.sf(stats.norm.isf(0.0125) / np.sqrt(1 / 28))
    assert 0 < found.level == pytest.approx(level, rel=1e-9, abs=0)


def test_an_early_look_and_the_last_one_keep_the_level():
    """Brownian motion looked at half way and at the end: false alarms of both together stay at 5 in a hundred."""
    found = early_look(study(28), START + timedelta(days=14))
    assert found is not None
    rng = np.random.default_rng(20261129)
    first, rest = rng.normal(size=(2, 400_000)) * np.sqrt([[0.5], [0.5]])
    early = np.abs(first / np.sqrt(0.5)) > stats.norm.isf(found.level / 2)
    last = np.abs(first + rest) > stats.norm.isf(0.025)
    either = (early | last).mean()
    assert 0.05 <= either < 0.0515, "the last look is read at the full level, and costs next to nothing"
    assert early.mean() == pytest.approx(found.level, abs=4 * np.sqrt(found.level / 400_000))


def test_moments_are_compared_as_they_are():
    assert early_look(study(28), datetime(START.year, START.month, START.day)) is not None


@pytest.mark.parametrize(("until", "early"), [(28, False), (20, True), (40, False)])
@pytest.mark.parametrize("dated", [True, False])
def test_when_units_began_does_not_tell_until_when_they_were_watched(until, early, dated):
    whole = study(28)
    watched = whole.period.model_copy(update={"observed_until": START + timedelta(days=until)})
    found = early_look(whole.model_copy(update={"period": watched}), START + timedelta(days=3), dated=dated)
    assert (found is not None) is early
    if found:
        assert found.share == pytest.approx(until / 28) and found.last == START + timedelta(days=until)
