"""Looking early: the recursive integration against published tables, and what peeking costs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError
from helpers.stats.sequential import peeking
from helpers.stats.sequential.peeking import (
    START,
    brownian_z,
    even,
    peeking_cost,
    simulate_peeking,
    stop_probabilities,
    survivors,
)
from helpers.validation import run, sequential


# Armitage, McPherson and Rowe (1969), table 2, level .05
@pytest.mark.parametrize(
    ("looks", "rate"),
    [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248), (50, 0.320)],
)
def test_armitage_mcpherson_rowe(looks, rate):
    assert peeking_cost(looks).false_positive_rate == pytest.approx(rate, abs=0.0006)


def test_two_looks_equal_the_bivariate_normal():
    from scipy import integrate, special, stats

    low, high = -1.7, 2.3

    def density(b):
        return stats.norm.pdf(b, 0.5 * 1.2, math.sqrt(0.5)) * special.ndtr((b + 0.5 * 1.2 - 2.1) / math.sqrt(0.5))

    expected, _ = integrate.quad(density, low * math.sqrt(0.5), high * math.sqrt(0.5), epsabs=1e-14)
    exits = stop_probabilities([0.5, 1.0], [low, -2.5], [high, 2.1], drift=1.2)
    assert exits.upper[1] == pytest.approx(expected, rel=1e-10)


@given(
    st.lists(st.floats(0.02, 1), min_size=1, max_size=7),
    st.floats(1.0, 4.0),
    st.floats(-4, 4),
)
def test_every_walk_ends_somewhere(steps, z, drift):
    times = np.cumsum(steps).tolist()
    bound = [z] * (len(times) - 1)
    exits = stop_probabilities(times, [*(-b for b in bound), 0.0 - 1e-12], [*bound, 0.0], drift)
    assert exits.total == pytest.approx(1.0, abs=1e-8)
    mirrored = stop_probabilities(times, [*(-b for b in bound), -z], [*bound, z], -drift)
    assert mirrored.lower == pytest.approx(
        stop_probabilities(times, [*(-b for b in bound), -z], [*bound, z], drift).upper, abs=1e-10
    )


def test_far_drifts_stay_on_the_grid():
    times, inf = even(5), math.inf
    exits = stop_probabilities(times, [-inf] * 5, [2.4] * 5, drift=[-20.0, 0.0, 20.0])
    assert exits.total[0] == pytest.approx(3.96e-30, rel=1e-2) and exits.total[2] == pytest.approx(1.0, abs=1e-12)
    open_ended = stop_probabilities([0.5, 1.0], [-inf, -1.0], [inf, 1.0], drift=[-25.0, 25.0])
    assert open_ended.total == pytest.approx([1.0, 1.0], abs=1e-9)


def test_simulated_walks_agree(rng):
    times, upper = (0.1, 0.4, 0.55, 1.0), np.array([3.0, 2.5, 2.2, 2.0])
    exits = stop_probabilities(times, (-upper).tolist(), upper.tolist(), drift=1.5)
    z = brownian_z(rng, 40_000, times, drift=1.5)
    share = (np.abs(z) > upper).any(axis=1).mean()
    assert share == pytest.approx(float(exits.total), abs=4 * math.sqrt(0.25 / 40_000))
    assert simulate_peeking(rng, 10_000, [0.2, 1.0]).ok


def test_cost_grows_by_look_and_says_so():
    cost = peeking_cost([0.25, 0.5, 1.0], alpha=0.1)
    assert list(cost.by_look) == sorted(cost.by_look) and cost.by_look[0] == pytest.approx(0.1)
    assert "3 times" in cost.text and f"{cost.false_positive_rate:.3f}" in cost.text
    assert survivors([1.0], [-1.0], [1.0]) == (START,)


@pytest.mark.parametrize(
    "call",
    [
        lambda: stop_probabilities([0.5, 0.4], [-2, -2], [2, 2]),
        lambda: stop_probabilities([0.5, 0.500001], [-2, -2], [2, 2]),
        lambda: stop_probabilities([], [], []),
        lambda: stop_probabilities([0.5, 1.0], [-2], [2, 2]),
        lambda: stop_probabilities([1.0], [2], [-2]),
        lambda: peeking_cost(0),
        lambda: peeking_cost(3, alpha=2),
        lambda: peeking_cost([0, 1]),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_calibration_sees_increments_that_are_not_independent(monkeypatch):
    """Breaks the cumulation: each look then judges its own data only."""
    case = next(c for c in sequential.CASES if "28 looks at alpha" in str(c))
    assert run(case, case.short).kept
    cumulative = sequential.arm

    def fresh(rng, runs, units, values, chances):
        whole = cumulative(rng, runs * units.size, units[:1], values, chances)
        return sequential.CumulativeArm(*(v.reshape(runs, units.size) for v in (whole.n, whole.mean, whole.variance)))

    monkeypatch.setattr(sequential, "arm", fresh)
    assert not run(case, case.short).kept


def test_a_wrong_quadrature_misses_the_table(monkeypatch):
    monkeypatch.setattr(peeking, "_WEIGHTS", peeking._WEIGHTS * 0.98)
    assert peeking_cost(5).false_positive_rate != pytest.approx(0.142, abs=0.0006)
