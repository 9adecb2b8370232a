"""One common effect: against Welch's analysis of variance, score statistics on a dense grid, and Cochran's Q."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import Mean, Proportion
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.multiplicity.heterogeneity import heterogeneity
from helpers.stats.multiplicity.interaction import of_means, of_proportions
from helpers.stats.multiplicity.pooling import partial_pooling

COUNTS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(40, 90), st.integers(40, 90)), min_size=2, max_size=6
)


def test_differences_from_a_control_that_is_known_are_welchs_analysis_of_variance(rng):
    from statsmodels.stats.oneway import anova_oneway

    groups = [rng.normal(0.3 * i, 1 + i, 12 + 7 * i) for i in range(5)]
    told = anova_oneway(groups, use_var="unequal", welch_correction=True)
    n, mean = np.array([len(g) for g in groups]), np.array([g.mean() for g in groups])
    v = np.array([g.var(ddof=1) for g in groups]) / n
    found = of_means(np.full(5, 10**9), np.full(5, 0.0), np.full(5, 0.0), n, mean, v, "absolute")
    assert found.p_value == pytest.approx(told.pvalue, rel=1e-9)
    assert found.q == pytest.approx(((mean - (mean / v).sum() / (1 / v).sum()) ** 2 / v).sum())


@given(COUNTS)
def test_the_least_sum_of_squared_score_statistics_is_found(rows):
    x_c, x_t, n_c, n_t = np.array(rows, float).T
    rarer = np.minimum(x_c + x_t, n_c + n_t - x_c - x_t) * np.minimum(n_c, n_t) / (n_c + n_t)
    kept = rarer >= 2
    found = {scale: of_proportions(x_c, n_c, x_t, n_t, scale) for scale in ("relative", "absolute")}
    assert all((each.used == kept).all() for each in found.values())
    if kept.sum() < 2:
        assert all(math.isnan(each.p_value) for each in found.values())
        return
    table = TwoByTwo.of(*(side[kept] for side in (x_c, n_c, x_t, n_t)))
    for scale, z, thetas in (
        ("relative", table.z_ratio, np.linspace(-5, 5, 4_001)),
        ("absolute", table.z_difference, np.linspace(-0.99, 0.99, 4_001)),
    ):
        if np.isfinite(found[scale].q):
            told = (z(thetas[:, None]) ** 2).sum(axis=-1).min()
            assert found[scale].q == pytest.approx(told, rel=5e-3, abs=5e-3)


def test_large_arms_are_cochrans_q(rng):
    x_c, x_t = rng.binomial(80_000, 0.1, 6), rng.binomial(80_000, 0.11, 6)
    pairs = {
        str(i): (Proportion(80_000, int(c)), Proportion(80_000, int(t)))
        for i, (c, t) in enumerate(zip(x_c, x_t, strict=True))
    }
    a, b = x_c / 80_000, x_t / 80_000
    v = [(a * (1 - a) / 79_999), (b * (1 - b) / 79_999)]
    for scale, d, spread in (("absolute", b - a, v[0] + v[1]), ("relative", np.log(b / a), v[0] / a**2 + v[1] / b**2)):
        told = heterogeneity(pairs, scale=scale)
        assert told.p_value == pytest.approx(float(partial_pooling(d, spread).p_value), abs=0.003)


def test_an_arm_without_an_outcome_takes_part():
    """20 of 400 against nobody, and the other way round: no logarithm, and the clearest interaction there is."""
    found = heterogeneity(
        {"a": (Proportion(400, 20), Proportion(400, 0)), "b": (Proportion(400, 0), Proportion(400, 20))},
        scale="relative",
    )
    assert found.df == 1 and found.p_value < 1e-6


def test_few_units_are_left_out_and_equal_effects_are_one(rng):
    values = rng.normal(5, 1, 40)
    pairs = {
        "a": (Mean.from_values(values), Mean.from_values(1.2 * values)),
        "few": (Mean.from_values(values[:5]),) * 2,
    }
    assert "1 of 2 segments left out" in heterogeneity(pairs, scale="relative").note
    pairs["b"] = (Mean.from_values(3 * values), Mean.from_values(3.6 * values))
    assert heterogeneity(pairs, scale="relative").p_value == pytest.approx(1)
    pairs["c"] = (Mean.from_values(values), Mean.from_values(2 * values))
    assert heterogeneity(pairs, scale="relative").p_value < 1e-6
    below = {name: (Mean.from_values(-values), Mean.from_values(values + i)) for i, name in enumerate("ab")}
    assert math.isnan(heterogeneity(below, scale="relative").p_value)
