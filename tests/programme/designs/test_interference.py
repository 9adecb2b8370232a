"""What a shared supply does to a test over users, against worlds that are lived twice and against closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as reference

from helpers.config.programme import opened
from helpers.errors import ReportError
from helpers.programme.designs import scarcity
from helpers.programme.designs.evaluated import EvaluatedAnalysis, clustered, half_of
from helpers.programme.designs.interference import Lived, Marketplace
from helpers.programme.designs.repeated import Average, stream
from helpers.programme.designs.scarcity import REGIONS, REGIONS_BY_USER, USERS
from helpers.report.topics.designs import interference as told
from helpers.stats import Proportion, compare, compare_clusters

RATE, UPLIFT, RUNS, UNITS, REGION_COUNT = 0.10, 0.25, 600, 4_000, 40
PLENTY = 50.0


def market(rng, uplift=UPLIFT, runs=RUNS, units=UNITS, regions=REGION_COUNT):
    return Marketplace.of(rng, RATE, uplift, runs=runs, units=units, regions=regions)


@pytest.fixture(scope="module")
def lived():
    return Lived.of(market(np.random.default_rng(7)))


@pytest.fixture(scope="module")
def found():
    programme, _ = opened("programmes/shop_year.yml")
    asked = programme.beyond.model_copy(update={"runs": 600})
    return scarcity.compared(programme.model_copy(update={"beyond": asked}))


def near(values, expected, errors=4.0):
    """Whether the average over runs is what it should be, within so many of its standard errors."""
    values = np.asarray(values)
    return abs(values.mean() - expected) < errors * values.std(ddof=1) / np.sqrt(values.size)


def test_the_queue_serves_in_order_until_the_slots_are_gone():
    world = market(np.random.default_rng(1), runs=3, units=200, regions=5)
    slots = world.slots(0.8)
    served = world.queue(world.coin).served(slots)
    for run, region in np.ndindex(*slots.shape):
        left = slots[run, region]
        for user in range(world.luck.shape[2]):
            chance = RATE * world.popular[run, region] * (1.25 if world.coin[run, region, user] else 1.0)
            wants = world.luck[run, region, user] < chance
            assert served[run, region, user] == (wants and left > 0)
            left -= served[run, region, user]


@pytest.mark.parametrize("supply", [1.5, 1.0, 0.75])
def test_truth_and_estimates_are_those_of_the_binomials(supply):
    """Without differences between regions orders are min(slots, binomial), and whoever is served was treated with odds p1 : p0."""
    world = market(np.random.default_rng(11), runs=2_000, units=2_000, regions=20)
    lived = Lived.of(replace(world, popular=np.ones_like(world.popular)))
    users = world.luck.shape[2]
    wanted = np.arange(users + 1)
    least = np.minimum(wanted, lived.market.slots(supply)[0, 0])
    p0, p1 = RATE, RATE * (1 + UPLIFT)
    none, every, mixed = (float(least @ reference.binom.pmf(wanted, users, p)) / users for p in (p0, p1, (p0 + p1) / 2))
    assert near(lived.truth(supply), every - none)
    assert near(lived.clusters(supply).absolute, every - none)
    naive = 2 * mixed * (p1 - p0) / (p1 + p0)
    assert near(lived.users(supply).absolute, naive) and naive > 1.1 * (every - none)


def test_with_plenty_for_all_both_designs_are_right(lived):
    truth = lived.truth(PLENTY)
    wanting = lived.everybody.wanting.mean(axis=(1, 2)) - lived.nobody.wanting.mean(axis=(1, 2))
    assert np.array_equal(truth, wanting) and near(truth, RATE * UPLIFT)
    for analysis in (lived.users, lived.clusters):
        found = analysis(PLENTY)
        assert near(found.absolute - truth, 0.0)
        judged = EvaluatedAnalysis.of("plenty", found, truth, found)
        assert judged.covered.low < 0.95 + 0.015 and judged.covered.high > 0.95


def test_the_scarcer_the_supply_the_more_users_overstate_and_regions_do_not(lived):
    ratios = []
    for supply in scarcity.SUPPLIES:
        truth, users, regions = lived.truth(supply), lived.users(supply).absolute, lived.clusters(supply).absolute
        ratios.append(users.mean() / truth.mean())
        assert near(regions - truth, 0.0)
        if supply <= 1.25:
            assert Average.of(users - truth).low > 0
    assert ratios == sorted(ratios) and ratios[-1] > 10 and ratios[0] < 1.1


def test_regions_repair_the_bias_at_the_price_of_variance(found):
    by = {d.name: d for d in found.designs}
    assert by[USERS].bias.low > 0.5 * found.truth.value and by[USERS].covered.high < 0.85
    assert by[REGIONS].bias.holds_zero and by[REGIONS].covered.low < 0.95 < by[REGIONS].covered.high + 0.01
    around = np.sqrt(by[USERS].error ** 2 - by[USERS].bias.value ** 2)
    assert by[REGIONS].error > 1.2 * around


def test_rows_of_whole_regions_raise_too_many_alarms(found):
    by = {d.name: d for d in found.designs}
    assert by[REGIONS].false_positives.low < 0.05 < by[REGIONS].false_positives.high
    assert by[REGIONS_BY_USER].false_positives.low > 0.10 and by[REGIONS_BY_USER].covered.high < 0.90
    assert by[REGIONS_BY_USER].estimate.value == pytest.approx(by[REGIONS].estimate.value)
    assert by[USERS].false_positives.low < 0.05 < by[USERS].false_positives.high


def test_the_analyses_are_those_of_the_statistics(lived):
    world, run = lived.market, 3
    served = lived.by_region.served(world.slots(1.0))[run]
    region = np.repeat(np.arange(REGION_COUNT), served.shape[1])
    arm = world.regions[run][region].astype(int)
    expected = compare_clusters(served.ravel(), arm, region, control=0, treatment=1).effect
    clusters, rows = lived.clusters(1.0), lived.rows(1.0)
    assert clusters.p_value[run] == pytest.approx(expected.p_value)
    assert clusters.absolute_low[run] == pytest.approx(expected.absolute_low)
    means = [served.mean(axis=1)[world.regions[run] == side] for side in (True, False)]
    assert clusters.p_value[run] == pytest.approx(reference.ttest_ind(*means, equal_var=False).pvalue)
    arms = [Proportion(int((arm == side).sum()), int(served.ravel()[arm == side].sum())) for side in (0, 1)]
    assert rows.p_value[run] == pytest.approx(compare(*arms).p_value)


def test_clusters_of_unequal_size_are_those_of_the_statistics():
    rng = np.random.default_rng(2)
    size, treated = rng.integers(0, 9, (2, 30)).astype(float), half_of(rng, 2, 30)
    size[:, 0] = 0
    totals = rng.binomial(size.astype(int), 0.4).astype(float)
    found = clustered(totals, size, treated)
    for run in range(2):
        unit = np.repeat(np.arange(30), size[run].astype(int))
        values = np.concatenate([np.arange(n) < x for n, x in zip(size[run], totals[run], strict=True)])
        expected = compare_clusters(values, treated[run][unit].astype(int), unit, control=0, treatment=1).effect
        assert found.absolute[run] == pytest.approx(expected.absolute)
        assert found.p_value[run] == pytest.approx(expected.p_value)


def test_half_of_the_clusters_is_drawn_evenly():
    drawn = half_of(np.random.default_rng(3), 4_000, 10)
    assert (drawn.sum(axis=1) == 5).all() and np.abs(drawn.mean(axis=0) - 0.5).max() < 0.04


def test_the_same_programme_tells_the_same(found):
    assert stream(1, "interference").random() != stream(1, "switchback").random()
    rows, words = told.table(found), told.text(found)
    assert [row["Randomised, tested"] for row in rows] == [USERS, REGIONS, REGIONS_BY_USER]
    assert f"{100 * found.truth.value:+.2f} points" in words and "100 %" in words


@pytest.mark.parametrize(("units", "regions"), [(1_000, 3), (100, 60)])
def test_a_marketplace_without_regions_to_compare_is_refused(units, regions):
    with pytest.raises(ReportError, match="needs regions"):
        market(np.random.default_rng(1), runs=2, units=units, regions=regions)
