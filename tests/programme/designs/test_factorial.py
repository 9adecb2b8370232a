"""What a factorial saves and where it misleads, against a truth that is planted."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.designs.cells import Cells
from helpers.programme.designs.factorial import (
    ADDED,
    ALONE,
    BOTH,
    CELLS,
    CROSSED,
    DIFFERS,
    INTERACTION,
    MAIN,
    MAIN_A,
    SEPARATE,
    SHARED,
    SINGLE,
    TEST,
    TOGETHER,
    expected_error,
    power,
    rates_of,
    worlds,
)
from helpers.programme.designs.repeated import rate, spread
from helpers.stats import MeanDesign

RUNS, UNITS = 3_000, 2_000
BASE, EFFECT, MORE = 0.3, 0.06, -0.06


@pytest.fixture(scope="module")
def found():
    return worlds(np.random.default_rng(31), BASE, EFFECT, MORE, RUNS, UNITS)


@pytest.fixture(scope="module")
def readings(found):
    return {r.name: r for r in found.readings}


@pytest.fixture(scope="module")
def curves(found):
    return {c.name: c for c in found.curves}


def off(average, by):
    """In standard errors of the runs."""
    return abs(average.value - by) / ((average.high - average.value) / 1.96)


def test_without_an_interaction_every_answer_is_right(readings):
    assert all(off(r.bias[0], 0.0) < 3.5 for r in readings.values())
    assert all(r.held[0].low < 0.95 < r.held[0].high + 0.005 for r in readings.values())


def test_a_main_effect_is_an_average_and_misses_the_change_alone_by_half_of_the_interaction(readings):
    assert readings[MAIN].truth == pytest.approx((EFFECT, EFFECT))
    assert off(readings[MAIN].bias[1], MORE / 2) < 3.5 and readings[MAIN].bias[1].high < 0
    assert readings[MAIN].held[1].high < 0.9
    assert all(off(readings[name].bias[1], 0.0) < 3.5 for name in (CELLS, TEST, TOGETHER, DIFFERS))


def test_two_tests_added_up_miss_both_by_the_whole_interaction(readings):
    assert readings[ADDED].truth == pytest.approx((2 * EFFECT, 2 * EFFECT + MORE))
    assert off(readings[ADDED].bias[1], -MORE) < 3.5 and readings[ADDED].bias[1].low > 0
    assert readings[ADDED].held[1].high < 0.85 < 0.93 < readings[TOGETHER].held[1].low


def test_the_main_effects_added_up_are_the_effect_of_both_whatever_the_interaction():
    cells = Cells.drawn(np.random.default_rng(1), rates_of(BASE, EFFECT, -0.1), 20, 300)
    a, b = (cells.contrast(w).value for w in (MAIN_A, (-0.5, -0.5, 0.5, 0.5)))
    assert np.allclose(a + b, cells.contrast(BOTH).value)


def test_one_factorial_is_worth_two_tests_on_almost_twice_the_units(found, readings):
    counted = (readings[TEST].error[0] / readings[MAIN].error[0]) ** 2
    assert 1.7 < found.worth < 2.0 and found.worth == pytest.approx(counted, rel=0.1)
    assert expected_error(np.full(2, 0.2), 50, SINGLE) ** 2 == pytest.approx(
        2 * expected_error(np.full(4, 0.2), 50, MAIN_A) ** 2
    ), "exactly twice where all cells are alike"


def test_the_interaction_needs_four_times_the_units(found, curves):
    assert found.dearer == pytest.approx(4)
    main, interaction = curves[SHARED], curves[CROSSED]
    assert interaction.units[-1] == 4 * main.units[1]
    assert interaction.expected[-1] == pytest.approx(main.expected[1], abs=0.02)
    assert interaction.found[1].high < curves[SEPARATE].found[1].low < main.found[1].low


def test_power_in_theory_is_power_as_counted(curves):
    for curve in curves.values():
        for expected, counted in zip(curve.expected, curve.found, strict=True):
            assert counted.low - 0.01 < expected < counted.high + 0.01, curve.name
        assert list(curve.expected) == sorted(curve.expected)


def test_power_is_that_of_the_statistics():
    assert power(0.1, np.sqrt(2 / 2_000)) == pytest.approx(MeanDesign(sd=1).power(4_000, absolute=0.1).power, abs=0.001)


def test_the_estimates_are_those_of_least_squares_with_robust_errors():
    import statsmodels.api as sm

    cells = Cells.drawn(np.random.default_rng(9), rates_of(0.3, 0.05, 0.1), 3, 80)
    a, b = np.repeat([0, 1, 0, 1], 80), np.repeat([0, 0, 1, 1], 80)
    centred = sm.add_constant(np.column_stack((a - 0.5, b - 0.5, (a - 0.5) * (b - 0.5))))
    dummies = sm.add_constant(np.column_stack((a, b, a * b)))
    for run, won in enumerate(cells.successes.astype(int)):
        y = np.concatenate([np.repeat([1.0, 0.0], [x, 80 - x]) for x in won])
        for design, weights, place in ((centred, MAIN_A, 1), (centred, INTERACTION, 3), (dummies, ALONE, 1)):
            peer = sm.OLS(y, design).fit(cov_type="HC2")
            own = cells.contrast(weights)
            assert own.value[run] == pytest.approx(peer.params[place], abs=1e-12)
            assert own.error[run] == pytest.approx(peer.bse[place], rel=1e-9)
            assert own.significant[run] == (peer.pvalues[place] < 0.05)


def test_a_test_of_nothing_keeps_its_level():
    cells = Cells.drawn(np.random.default_rng(12), np.full(4, 0.1), 10_000, 400)
    for weights in (MAIN_A, INTERACTION):
        alarms = rate(cells.contrast(weights).significant)
        assert alarms.low - 0.002 < 0.05 < alarms.high + 0.002
    assert spread(cells.contrast(MAIN_A).bias) == pytest.approx(expected_error(cells.rates, 400, MAIN_A), rel=0.03)


def test_cells_without_a_success_say_nothing():
    cells = Cells(np.full(4, 0.1), 10, np.zeros((1, 4)))
    assert not cells.contrast(MAIN_A).significant.any()


def test_a_rate_that_there_is_not_is_refused():
    with pytest.raises(ReportError, match="success rate"):
        worlds(np.random.default_rng(1), 0.3, 0.06, 0.7, 10, 400)
    with pytest.raises(ReportError, match="success rate"):
        worlds(np.random.default_rng(1), 0.3, -0.3, 0.0, 10, 400)
