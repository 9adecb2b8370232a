"""What carry-over takes from a switchback and which tests keep their promise, against closed forms and counted runs."""

import itertools

import numpy as np
import pytest

from helpers.config.programme import opened
from helpers.errors import ReportError
from helpers.programme.designs import block_lengths
from helpers.programme.designs.repeated import Average, rate
from helpers.programme.designs.switchback import HOURS, MEMORY, PATTERN, SHOCK, Market, Schedule, carried, expected_bias
from helpers.report.topics.designs import switchback as told
from helpers.stats import Proportion, compare, compare_clusters

RATE, EFFECT, RUNS, DAYS, VISITORS = 0.10, 0.025, 600, 28, 160


def market(rng, *, weights=(0.5, 0.25, 0.25), effect=EFFECT, runs=RUNS, days=DAYS):
    return Market.of(rng, RATE, effect, runs=runs, days=days, visitors=VISITORS, weights=weights)


@pytest.fixture(scope="module")
def lengths():
    programme, _ = opened("programmes/shop_year.yml")
    asked = programme.beyond.model_copy(update={"runs": 800})
    return {s.block: s for s in block_lengths.compared(programme.model_copy(update={"beyond": asked}))}


@pytest.mark.parametrize("block", [1, 2, 3, 5])
@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.4, 0.3, 0.2, 0.1), (1.0,)])
def test_the_closed_form_is_the_average_over_every_schedule(block, weights):
    blocks = 6
    treated = np.zeros((20, blocks), bool)
    for row, drawn in zip(treated, itertools.combinations(range(blocks), 3), strict=True):
        row[list(drawn)] = True
    hourly = np.repeat(treated, block, axis=1)
    flat = np.full((1, hourly.shape[1]), 0.5)
    felt = Market(EFFECT, weights, 10, flat, flat).felt(hourly)
    arms = [np.where(mine, felt, 0).sum(axis=1) / mine.sum(axis=1) for mine in (~hourly, hourly)]
    bias = EFFECT * float((arms[1] - arms[0]).mean()) - EFFECT
    assert bias == pytest.approx(expected_bias(EFFECT, weights, block, blocks), abs=1e-15)


@pytest.mark.parametrize("block", [1, 4, 24])
def test_known_carry_overs_have_their_known_bias(block):
    """From one hour before, c/l and its B-th; fading by c each hour, c(1 - c^l) / (l(1 - c)) of the effect with many blocks."""
    c, blocks = 0.6, 10**6
    one = expected_bias(EFFECT, (1 - c, c), block, 50)
    assert one == pytest.approx(-EFFECT * c / block * (1 + 1 / 50))
    fading = expected_bias(EFFECT, tuple((1 - c) * c**k for k in range(80)), block, blocks)
    assert fading == pytest.approx(-EFFECT * c * (1 - c**block) / (block * (1 - c)), rel=1e-5)


def test_an_hour_feels_the_hours_before():
    rng = np.random.default_rng(1)
    treated, weights = rng.random((4, 60)) < 0.5, (0.4, 0.3, 0.2, 0.1)
    flat = np.full((4, 60), 0.1)
    felt = Market(EFFECT, weights, 10, flat, flat).felt(treated)
    for run, hour in np.ndindex(4, 60):
        expected = sum(w * treated[run, hour - k] for k, w in enumerate(weights) if hour >= k)
        assert felt[run, hour] == pytest.approx(expected)


def test_the_hours_that_are_cut_are_those_that_feel_another_state():
    rng = np.random.default_rng(2)
    for block, hours in itertools.product((1, 2, 4), (0, 1, 2, 3)):
        plan = Schedule.of(rng, 3, 4, block)
        kept, every = plan.switched_cut(hours), plan.every_cut(hours)
        for run, hour in np.ndindex(*plan.treated.shape):
            before = plan.treated[run, max(hour - hours, 0) : hour + 1]
            assert kept[run, hour] == (hour >= hours and len(set(before.tolist())) == 1)
            assert every[run, hour] == (hour % block >= hours)
        assert not (every & ~kept).any()


def test_the_market_has_its_pattern_its_shocks_and_its_effect():
    world = market(np.random.default_rng(3), runs=400)
    by_hour = world.rates.reshape(400, DAYS, HOURS).mean(axis=(0, 1))
    assert np.allclose(by_hour, RATE * (1 + PATTERN * np.sin(2 * np.pi * np.arange(HOURS) / HOURS)), atol=0.001)
    shock = (world.rates - by_hour[np.arange(DAYS * HOURS) % HOURS]) / RATE
    assert shock.std() == pytest.approx(SHOCK, rel=0.05)
    assert (shock[:, 1:] * shock[:, :-1]).mean() / shock.var() == pytest.approx(MEMORY, abs=0.01)
    always = np.ones_like(world.rates, bool)
    won = (world.lived(np.random.default_rng(4), always) - world.orders)[:, 2:] / VISITORS
    assert won.min() >= 0 and abs(won.mean() - EFFECT) < 4 * won.std() / np.sqrt(won.size)
    assert np.array_equal(world.lived(np.random.default_rng(4), ~always), world.orders)


def test_short_blocks_miss_what_the_closed_form_says_and_a_burn_in_gives_it_back(lengths):
    for s in lengths.values():
        noise = (s.all_hours.bias.high - s.all_hours.bias.low) / 2 / 1.96
        assert abs(s.all_hours.bias.value - s.expected) < 4 * noise
        for cut in filter(None, (s.switched_cut, s.every_cut)):
            assert abs(cut.bias.value) < 4 * (cut.bias.high - cut.bias.low) / 2 / 1.96
    assert lengths[1].all_hours.bias.high < -0.4 * EFFECT and lengths[48].all_hours.bias.value > -0.05 * EFFECT
    assert lengths[1].every_cut is None and lengths[2].every_cut is None


def test_long_blocks_are_few(lengths):
    assert lengths[1].all_hours.error > lengths[4].all_hours.error > lengths[24].all_hours.error
    assert lengths[48].every_cut.error > lengths[24].every_cut.error
    assert lengths[4].every_cut.error < lengths[4].all_hours.error


def test_blocks_keep_the_promise_and_orders_do_not(lengths):
    for s in lengths.values():
        assert s.by_order.false_positives.low > 0.10
        assert s.all_hours.false_positives.low < 0.055 and s.all_hours.false_positives.high > 0.045
        if s.every_cut:
            assert s.every_cut.false_positives.low < 0.055 and s.every_cut.false_positives.high > 0.045
            assert s.every_cut.covered.low < 0.955 and s.every_cut.covered.high > 0.945
    assert lengths[1].all_hours.covered.high < 0.05


def test_cutting_switched_blocks_only_makes_neighbours_dependent(lengths):
    for block in (1, 2, 4):
        assert lengths[block].switched_cut.false_positives.low > 0.06
        assert lengths[block].switched_cut.covered.high < 0.94


@pytest.mark.sweep
def test_blocks_keep_the_promise_in_many_runs():
    rng = np.random.default_rng(5)
    world = market(rng, runs=4_000)
    for block in (4, 24):
        judged = block_lengths.evaluated(rng, world, Schedule.of(rng, 4_000, DAYS, block), burn_in=2)
        assert judged.every_cut.false_positives.low < 0.05 < judged.every_cut.false_positives.high
        assert judged.every_cut.covered.low < 0.95 < judged.every_cut.covered.high


def test_a_burn_in_shorter_than_the_carry_over_leaves_the_rest():
    rng, block, weights = np.random.default_rng(6), 4, carried(0.6, 3)
    world = market(rng, weights=weights)
    plan = Schedule.of(rng, RUNS, DAYS, block)
    found = plan.by_block(world.lived(rng, plan.treated), VISITORS, plan.every_cut(1))
    left = Average.of(found.absolute - EFFECT)
    expected = -EFFECT * 3 * weights[1] / (block - 1)  # of hours 1, 2 and 3: the last two weights, the last one, none
    assert abs(left.value - expected) < 4 * (left.high - left.low) / 2 / 1.96 and left.high < 0


def test_without_carry_over_every_length_is_right():
    rng = np.random.default_rng(8)
    world = market(rng, weights=carried(0.5, 0))
    for block in (1, 4):
        plan = Schedule.of(rng, RUNS, DAYS, block)
        found = plan.by_block(world.lived(rng, plan.treated), VISITORS, plan.every_cut(0))
        assert expected_bias(EFFECT, world.weights, block, 100) == 0
        assert Average.of(found.absolute - EFFECT).low < 0.0003 and Average.of(found.absolute - EFFECT).high > -0.0003
        held = (found.absolute_low <= EFFECT) & (found.absolute_high >= EFFECT)
        assert rate(held).low < 0.955 and rate(held).high > 0.945


def test_the_analyses_are_those_of_the_statistics():
    rng = np.random.default_rng(9)
    world = market(rng, runs=2, days=14)
    plan = Schedule.of(rng, 2, 14, 4)
    kept, orders = plan.switched_cut(2), world.orders
    by_block, by_order = plan.by_block(orders, VISITORS, kept), plan.by_order(orders, VISITORS, kept)
    hours = np.flatnonzero(kept[1])
    values = np.concatenate([np.arange(VISITORS) < orders[1, hour] for hour in hours])
    arm, unit = (np.repeat(label, VISITORS) for label in (plan.treated[1, hours].astype(int), hours // 4))
    clusters = compare_clusters(values, arm, unit, control=0, treatment=1).effect
    rows = compare(*(Proportion(int((arm == a).sum()), int(values[arm == a].sum())) for a in (0, 1)))
    assert by_block.p_value[1] == pytest.approx(clusters.p_value)
    assert by_block.absolute_high[1] == pytest.approx(clusters.absolute_high)
    assert by_order.p_value[1] == pytest.approx(rows.p_value)


def test_the_tables_say_where_nothing_is_left(lengths):
    found = list(lengths.values())
    assert [row["Bias, every block cut"] is None for row in told.table(found)] == [True] * 2 + [False] * 4
    assert [row["Block"] for row in told.table_alarms(found)][:2] == ["1 hour", "2 hours"]
    assert f"{100 * lengths[1].all_hours.bias.value:+.2f} points" in told.text(found)


def test_rates_without_room_are_cut_and_the_effect_stays():
    rng = np.random.default_rng(12)
    world = Market.of(rng, 0.8, 0.19, runs=20, days=8, visitors=500, weights=(1.0,))
    assert world.rates.max() == pytest.approx(0.81)
    won = (world.lived(rng, np.ones_like(world.rates, bool)) - world.orders) / 500
    assert abs(won.mean() - 0.19) < 4 * won.std() / np.sqrt(won.size)


def test_what_cannot_be_compared_is_refused():
    rng = np.random.default_rng(1)
    for block in (5, 48):
        with pytest.raises(ReportError, match="cannot be split"):
            Schedule.of(rng, 2, 2 if block == 5 else 3, block)
    with pytest.raises(ReportError, match="does not fit"):
        market(rng, effect=1 - RATE)
    plan, orders = Schedule.of(rng, 2, 2, 2), np.ones((2, 48))
    with pytest.raises(ReportError, match="leaves too little"):
        plan.by_block(orders, 10, plan.every_cut(2))
