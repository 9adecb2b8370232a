"""Credit of every model sums to the orders, is what the rules say of one journey, and is not causation on the small year."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.programme.attribution import RULES, Touch, additive
from helpers.programme.attribution import credit as of_one
from helpers.programme.attribution.comparison import misplaced, models, resampled
from helpers.programme.attribution.journeys import of_paths
from helpers.report.topics import attribution
from tests.programme.attribution.journeys import PATHS, of, real


@settings(max_examples=30, deadline=None)
@given(PATHS, st.floats(0.1, 100))
def test_credit_of_every_model_sums_to_the_orders(drawn, half_life):
    journeys = of(drawn)
    if not journeys.orders:
        with pytest.raises(ReportError, match="no journey ended with an order"):
            models(journeys)
        return
    for model in models(journeys, half_life=half_life, order=3):
        assert (model.orders >= 0).all()
        assert model.orders.sum() == pytest.approx(journeys.orders), model.label


@settings(max_examples=30, deadline=None)
@given(PATHS, st.sampled_from(RULES), st.floats(0.1, 100))
def test_all_journeys_at_once_are_as_one_by_one(drawn, rule, half_life):
    journeys = of(drawn)
    at_once = additive.shares(journeys, rule, half_life)
    for start, end in zip(journeys.starts, journeys.starts[1:], strict=False):
        touches = [
            Touch(str(c), -age) for c, age in zip(journeys.channel[start:end], journeys.age[start:end], strict=True)
        ]
        assert at_once[start:end] == pytest.approx(of_one(touches, rule, half_life=half_life), abs=1e-9)


def test_rules_on_the_real_journeys():
    journeys = real()
    found = {m.key: dict(zip(journeys.channels, m.orders, strict=True)) for m in models(journeys, order=1)}
    assert found["last_touch"]["alpha"] == pytest.approx(8_447)
    assert found["first_touch"]["alpha"] == pytest.approx(6_308)
    assert round(found["linear"]["alpha"], 1) == 7_574.7
    assert found["time_decay"] == pytest.approx(found["linear"]), "without times every touch is as old as any other"


def test_rules_as_a_peer_says_them():
    """marketing-attribution-models 1.0.10 on the same paths, its answers recorded as in test_markov."""
    peer = of_paths(["AB", "AABC", "CA", "BCB", "C", "ABCD", "DAD"], [2, 3, 1, 2, 1, 2, 1], [0] * 7)
    found = {m.key: m.orders for m in models(peer)}
    assert found["first_touch"].tolist() == [7, 2, 2, 1]
    assert found["last_touch"].tolist() == [1, 4, 4, 3]
    assert found["linear"] == pytest.approx([3.833333, 3.583333, 3.416667, 1.166667], abs=5e-7)
    assert found["position_based"] == pytest.approx([4.0, 3.1, 3.3, 1.6])


def test_a_rule_or_half_life_that_is_none_is_refused():
    journeys = of_paths(["A"], [1], [0])
    with pytest.raises(ReportError, match="no attribution rule"):
        additive.shares(journeys, "w_shaped")
    with pytest.raises(ReportError, match="half-life"):
        additive.shares(journeys, "time_decay", 0.0)


def test_resamplings_spread_as_whole_shoppers_do(read):
    """Under Poisson weights the variance of a sum is the sum over shoppers of their squared parts."""
    (last,) = (m for m in models(read.journeys, order=1) if m.key == "last_touch")
    drawn = resampled(read.journeys, [last], 1_000, np.random.default_rng(3))["last_touch"]
    parts = np.zeros((read.journeys.shopper.max() + 1, len(read.journeys.channels)))
    np.add.at(parts, read.journeys.shopper, last.sums.toarray())
    assert drawn.std(axis=0) == pytest.approx(np.sqrt((parts**2).sum(axis=0)), rel=5 * (1 / 2_000) ** 0.5)
    assert drawn.mean(axis=0) == pytest.approx(last.orders, rel=0.01)


def test_shoppers_count_whole_so_intervals_are_wider_than_those_of_journeys():
    one_by_one = of_paths(["A", "B"] * 200, [1.0] * 400, [0.0] * 400)
    together = type(one_by_one)(**{**one_by_one.__dict__, "shopper": one_by_one.shopper // 20})
    spread = []
    for journeys in (one_by_one, together):
        made = models(journeys, order=1)
        spread.append(resampled(journeys, made[:1], 400, np.random.default_rng(5))["first_touch"].std())
    assert spread[1] > 2 * spread[0]


def test_credit_is_not_causation(found):
    """Two channels bring nothing, get a fifth of the credit and more from every model, and no interval of theirs has 0."""
    assert found.idle == ("affiliate", "brand_search")
    for c in found.credits:
        assert (
            c.orders.sum() == pytest.approx(found.credits[0].orders.sum())
            and (c.low <= c.orders).all()
            and (c.orders <= c.high).all()
        )
        assert found.idle_share(c).low > 0.2 and found.misplaced(c).low > 0.4, c.label
        assert all(s.low < s.value < s.high for s in (found.idle_share(c), found.misplaced(c)))
        assert (c.low[found.truth == 0] > 0).all()
    social = found.channels.index("social")
    assert found.truth[social] == found.truth.max(), "what brings most ..."
    assert all(c.orders[social] < c.orders.mean() for c in found.credits), "... gets less than its share"


def test_misplaced_credit_is_zero_for_the_truth_and_one_for_its_opposite():
    assert misplaced(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == 0
    assert misplaced(np.array([5.0, 0.0]), np.array([0.0, 3.0])) == 1


def test_what_is_told_holds_the_numbers(found, read):
    assert "brand search" in attribution.text(found) and f"{found.truth.sum():,.0f}" in attribution.text(found)
    rows = {row["Channel"]: row for row in attribution.table_costs(found, "EUR")}
    assert rows["affiliate"]["Truly brought"] == "no order"
    social = found.channels.index("social")
    last = found.by("last_touch")
    price, low, high = (f"EUR {found.cost[social] / v[social] / 100:.2f}" for v in (last.orders, last.high, last.low))
    assert rows["social"]["Last touch"] == f"{price} ({low} to {high})"
    assert rows["social"]["Truly brought"] == f"EUR {found.cost[social] / found.truth[social] / 100:.2f}"
    assert [row["How many"] for row in attribution.text_flow(read)] == [
        f"{n:,.0f}" for n in (read.journeys.orders, read.journeys.lost.sum(), read.open, read.untouched)
    ]
    assert {row["Model"].split(" (")[0] for row in attribution.table_errors(found)} == {
        row["Model"] for row in attribution.table_assumptions()
    }
