"""What an old log tells of a new policy, against a truth that is planted."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.designs.off_policy import PolicyLog, direct, doubly_robust, ips, snips
from helpers.programme.designs.old_log import DIRECT, DOUBLY, IPS, KIND, SNIPS, Shop, evaluated
from helpers.programme.designs.repeated import Average, rate
from helpers.stats import Mean, Ratio, standard_error

RUNS, UNITS = 2_000, 3_000
HAND = PolicyLog(
    np.array([[40.0, 10.0], [20.0, 30.0]]), np.array([[8.0, 4.0], [5.0, 6.0]]), np.array([[0.8, 0.2], [0.5, 0.5]])
)
TARGET = np.array([[0.0, 1.0], [1.0, 0.0]])


@pytest.fixture(scope="module")
def shop():
    return Shop.of(0.12, 0.3)


@pytest.fixture(scope="module")
def log(shop):
    return shop.logs(np.random.default_rng(8), RUNS, UNITS)


@pytest.fixture(scope="module")
def readings(shop, log):
    return evaluated(shop, log)


def rows(log, target):
    """The hand table unit by unit: weight and outcome."""
    weight, outcome = [], []
    for (c, a), n in np.ndenumerate(log.units):
        x = int(log.successes[c, a])
        weight += [target[c, a] / log.chance[c, a]] * int(n)
        outcome += [1.0] * x + [0.0] * (int(n) - x)
    return np.array(weight), np.array(outcome)


def test_the_estimates_are_those_by_hand():
    """Weights 5 and 2: IPS (5 * 4 + 2 * 5) / 100, SNIPS 30 / 90, direct 0.5 * 4/10 + 0.5 * 5/20."""
    assert float(ips(HAND, TARGET).value) == pytest.approx(0.30)
    assert float(snips(HAND, TARGET).value) == pytest.approx(30 / 90)
    assert float(direct(HAND, TARGET, [0, 1]).value) == pytest.approx(0.325)
    assert float(HAND.effective_units(TARGET)) == pytest.approx(90**2 / (10 * 25 + 20 * 4))
    # without the context: rates 13/60 and 10/40; the residuals in the target's cells are 4 - 10/4 and 5 - 20 * 13/60
    assert float(direct(HAND, TARGET, [0, 0]).value) == pytest.approx((13 / 60 + 10 / 40) / 2)
    corrected = (13 / 60 + 10 / 40) / 2 + (5 * (4 - 2.5) + 2 * (5 - 20 * 13 / 60)) / 100
    assert float(doubly_robust(HAND, TARGET, [0, 0]).value) == pytest.approx(corrected)


def test_the_errors_of_weighting_are_those_of_a_mean_and_of_a_ratio():
    w, y = rows(HAND, TARGET)
    shrunk = np.sqrt((len(y) - 1) / len(y))
    assert float(ips(HAND, TARGET).error) == pytest.approx(standard_error(Mean.from_values(w * y)) * shrunk)
    assert float(snips(HAND, TARGET).error) == pytest.approx(standard_error(Ratio.from_values(w * y, w)) * shrunk)


@pytest.mark.parametrize("groups", [[0, 1], [0, 0]])
@pytest.mark.parametrize("estimate", [direct, doubly_robust])
def test_the_errors_with_a_model_are_those_of_the_jackknife(groups, estimate):
    """Leaving out one unit at a time knows nothing of the formula; units of a cell with one outcome are alike."""
    log = PolicyLog(200 * HAND.units, 200 * HAND.successes, HAND.chance)
    left = [(c, a, y) for c in (0, 1) for a in (0, 1) for y in (0, 1)]
    alike = np.array([log.successes[c, a] if y else log.units[c, a] - log.successes[c, a] for c, a, y in left])
    units, successes = (np.repeat(table[None], len(left), axis=0) for table in (log.units, log.successes))
    for i, (c, a, y) in enumerate(left):
        units[i, c, a] -= 1
        successes[i, c, a] -= y
    without = estimate(PolicyLog(units, successes, log.chance), TARGET, groups).value
    n = alike.sum()
    jackknife = np.sqrt((n - 1) / n * (alike * (without - np.average(without, weights=alike)) ** 2).sum())
    assert float(estimate(log, TARGET, groups).error) == pytest.approx(jackknife, rel=1e-3)


def test_each_estimate_is_unbiased_when_what_it_needs_is_right(readings):
    for r in readings.found:
        if r.sound:
            assert abs(r.bias.value) < 3.5 * (r.bias.high - r.bias.value) / 1.96, r
            assert r.covered.low < 0.953 and r.covered.high > 0.947, r


def test_each_estimate_is_biased_when_it_is_wrong_and_its_interval_does_not_know(readings):
    wrong = [r for r in readings.found if not r.sound]
    assert {(r.method, r.wrong) for r in wrong} == {
        (DIRECT, "model"), (IPS, "log"), (SNIPS, "log"), (DOUBLY, "log and model"),
    }  # fmt: skip
    for r in wrong:
        assert not r.bias.holds_zero and abs(r.bias.value) > 0.01 and r.covered.high < 0.8, r


def test_the_stated_error_is_the_spread_of_the_estimates(shop, log):
    forgetful = PolicyLog(log.units, log.successes, shop.forgetful)
    target, one = shop.target, np.zeros_like(KIND)
    for found in (
        ips(log, target), snips(log, target), direct(log, target, KIND), direct(log, target, one),
        doubly_robust(log, target, KIND), doubly_robust(log, target, one), doubly_robust(forgetful, target, KIND),
    ):  # fmt: skip
        assert np.sqrt((found.error**2).mean()) == pytest.approx(found.value.std(), rel=0.06)


def test_a_log_is_worth_what_its_weights_say(shop, log, readings):
    w = log.weights(shop.target)
    expected = UNITS / (shop.share[:, None] * shop.chance * w**2).sum()
    assert readings.effective.value == pytest.approx(expected, rel=0.02)
    itself = log.effective_units(shop.chance)
    assert np.allclose(itself, UNITS)
    assert np.allclose(ips(log, shop.chance).value, log.successes.sum(axis=(1, 2)) / UNITS)


def test_the_logs_are_drawn_as_planted(shop, log):
    cells = log.units.mean(axis=0) / UNITS
    assert np.allclose(cells, shop.share[:, None] * shop.chance, atol=0.001)
    assert np.allclose(log.successes.sum(axis=0) / log.units.sum(axis=0), shop.rates, atol=0.006)
    by_device = np.tensordot([0.5, 0.3, 0.2], shop.chance.reshape(3, 2, 3), axes=1)
    assert np.allclose(shop.forgetful[:2], by_device) and np.allclose(shop.forgetful.sum(axis=1), 1)


def test_a_common_factor_in_the_chances_spoils_ips_and_not_snips(shop):
    """Of two equal arms in one place, chances logged as .5 that were .25: IPS halves, SNIPS does not move."""
    drawn = np.random.default_rng(3)
    seen = drawn.binomial(2_000, 0.25, (RUNS, 1, 1)) * np.array([[1.0, -1.0]]) + np.array([[0.0, 2_000.0]])
    log = PolicyLog(seen, drawn.binomial(seen.astype(int), 0.2).astype(float), np.array([[0.5, 0.5]]))
    target = np.array([[1.0, 0.0]])
    assert Average.of(ips(log, target).value).value == pytest.approx(0.1, rel=0.02)
    assert Average.of(snips(log, target).value).value == pytest.approx(0.2, rel=0.02)
    assert rate(snips(log, target).covers(0.2)).share > 0.93


def test_a_group_that_never_saw_an_arm_borrows_its_rate_from_the_others():
    log = PolicyLog(np.array([[5.0, 0.0], [5.0, 4.0]]), np.array([[1.0, 0.0], [2.0, 1.0]]), np.full((2, 2), 0.5))
    assert float(direct(log, np.array([[0.0, 1.0], [0.0, 1.0]]), [0, 1]).value) == pytest.approx(0.25)


def test_with_few_effective_successes_the_intervals_are_too_short():
    shop = Shop.of(0.02, 0.25)
    few = evaluated(shop, shop.logs(np.random.default_rng(12), 500, 200))
    assert few.effective.high * few.truth < 2
    assert few.of(DOUBLY, True, False).covered.high < 0.9


def test_the_best_of_many_targets_looks_better_than_it_is(shop, log):
    """Every policy that gives each kind one arm, and for each log the one with the highest estimate."""
    targets = [np.eye(3)[np.array(arms)[KIND]] for arms in np.ndindex(3, 3, 3)]
    found = np.array([doubly_robust(log, target, KIND).value for target in targets])
    chosen = np.array([shop.value(target) for target in targets])[found.argmax(axis=0)]
    assert Average.of(found.max(axis=0) - chosen).low > 0.002


def test_without_overlap_no_estimator_answers():
    blind = PolicyLog(HAND.units, HAND.successes, np.array([[1.0, 0.0], [0.5, 0.5]]))
    for estimate in (ips, snips):
        with pytest.raises(ReportError, match=r"never served[\s\S]*\[\(0, 1\)\]"):
            estimate(blind, TARGET)
    for estimate in (direct, doubly_robust):
        with pytest.raises(ReportError, match="never served"):
            estimate(blind, TARGET, [0, 1])
    assert float(ips(blind, np.array([[1.0, 0.0], [1.0, 0.0]])).value) == pytest.approx((8 + 2 * 5) / 100)


def test_what_is_no_chance_is_refused():
    for chance in (np.array([[0.8, 0.1], [0.5, 0.5]]), np.array([[1.2, -0.2], [0.5, 0.5]])):
        with pytest.raises(ReportError, match="does not give chances"):
            ips(PolicyLog(HAND.units, HAND.successes, chance), TARGET)
    with pytest.raises(ReportError, match="The target does not give chances"):
        ips(HAND, 2 * TARGET)
    with pytest.raises(ReportError, match="No unit of the log"):
        snips(PolicyLog(np.array([[5.0, 0.0]]), np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])), np.array([[0.0, 1.0]]))
    with pytest.raises(ReportError, match="an arm without units"):
        direct(
            PolicyLog(np.array([[5.0, 0.0]]), np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])),
            np.array([[0.5, 0.5]]),
            [0],
        )
    with pytest.raises(ReportError, match="other cells"):
        ips(HAND, np.array([[1.0, 0.0]]))
    for groups in ([0], [0, -1], [0.0, 1.0]):
        with pytest.raises(ReportError, match="cannot be grouped"):
            direct(HAND, TARGET, groups)
    for units, successes in (
        (HAND.successes, HAND.units),
        (HAND.units[:1], HAND.successes[:1]),
        (HAND.units, -HAND.units),
    ):
        with pytest.raises(ReportError, match="no log"):
            PolicyLog(units, successes, HAND.chance)
    with pytest.raises(ReportError, match="more than always"):
        Shop.of(0.5, 0.3)
