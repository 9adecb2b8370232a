"""Attribution by rule: shares add up, ends and ties are as stated, what cannot be computed is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.programme.attribution import RULES, Touch, by_channel, credit

JOURNEYS = st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 3000)), min_size=1, max_size=15).map(
    lambda pairs: [Touch(channel, day) for channel, day in sorted(pairs, key=lambda p: p[1])]
)


def days(*numbers):
    return [Touch(f"channel {i}", day) for i, day in enumerate(numbers)]


@given(JOURNEYS, st.sampled_from(RULES))
def test_credit_is_shared_out_whole(journey, rule):
    shares = credit(journey, rule)
    assert len(shares) == len(journey)
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) == pytest.approx(1, abs=1e-12)
    assert sum(by_channel(journey, shares).values()) == pytest.approx(1, abs=1e-12)


@given(JOURNEYS, st.floats(-500, 500))
def test_time_decay_asks_only_for_ages(journey, shift):
    later = [Touch(t.channel, t.day + shift) for t in journey]
    assert credit(later, "time_decay") == pytest.approx(credit(journey, "time_decay"), abs=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_a_single_touchpoint_gets_everything(rule):
    assert credit(days(5), rule) == (1.0,)


def test_two_touchpoints():
    assert credit(days(1, 8), "first_touch") == (1.0, 0.0)
    assert credit(days(1, 8), "last_touch") == (0.0, 1.0)
    assert credit(days(1, 8), "linear") == (0.5, 0.5)
    assert credit(days(1, 8), "position_based") == (0.5, 0.5)
    assert credit(days(1, 8), "time_decay") == pytest.approx((1 / 3, 2 / 3))


def test_five_touchpoints_by_hand():
    journey = days(1, 5, 12, 18, 22)
    assert credit(journey, "linear") == (0.2,) * 5
    assert credit(journey, "position_based") == pytest.approx((0.4, 0.2 / 3, 0.2 / 3, 0.2 / 3, 0.4))
    weights = [2 ** (-age / 7) for age in (21, 17, 10, 4, 0)]
    assert credit(journey, "time_decay") == pytest.approx([w / sum(weights) for w in weights])


def test_ties_keep_the_order_given():
    assert credit(days(3, 3, 3), "first_touch") == (1.0, 0.0, 0.0)
    assert credit(days(3, 3, 3), "last_touch") == (0.0, 0.0, 1.0)
    assert credit(days(3, 3, 3), "time_decay") == pytest.approx((1 / 3,) * 3)


def test_an_old_touchpoint_loses_its_credit_and_nothing_else_breaks():
    assert credit(days(0, 100_000), "time_decay") == pytest.approx((0.0, 1.0))


@pytest.mark.parametrize(
    ("journey", "rule", "options", "message"),
    [
        ([], "linear", {}, "without touchpoints"),
        (days(2, 1), "linear", {}, "order of their days"),
        (days(1, 2), "time_decay", {"half_life": 0}, "half-life"),
        (days(1, 2), "time_decay", {"half_life": float("nan")}, "half-life"),
        (days(1, 2), "data_driven", {}, "no attribution rule"),
    ],
)
def test_what_cannot_be_computed_is_refused(journey, rule, options, message):
    with pytest.raises(ReportError, match=message):
        credit(journey, rule, **options)
