"""Another effect on some days, against Student's t of the days' effects and against drawn experiments."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import Mean, Proportion, heterogeneity
from helpers.stats.checks.other_days import other_effect_p
from helpers.validation.trust import EventDays, days_differ

LEVEL = 100.0


def days_of(effects, n: int = 400, variance: float = 9.0) -> dict[float, tuple[Mean, Mean]]:
    """Days of one level and one variance, whose absolute and relative effects differ alike."""
    return {
        float(d): (Mean.from_moments(n, LEVEL - e / 2, variance), Mean.from_moments(n, LEVEL + e / 2, variance))
        for d, e in enumerate(effects)
    }


@given(st.integers(0, 10_000), st.sets(st.integers(0, 8), min_size=1, max_size=5))
def test_of_days_that_scatter_it_is_the_t_test_of_their_effects(seed, those):
    effects = np.random.default_rng(seed).normal(0, 5, 9) + 3 * np.isin(np.arange(9), list(those))
    found = other_effect_p(days_of(effects), those)
    inside = np.isin(np.arange(9), list(those))
    assert found >= stats.ttest_ind(effects[inside], effects[~inside]).pvalue - 1e-9


def test_scatter_that_outweighs_the_units_is_all_that_counts():
    effects = np.array([1.0, 9, -4, 6, 2, -8, 5, 30, 41])
    found = other_effect_p(days_of(effects, n=10_000), {7, 8})
    assert found == pytest.approx(stats.ttest_ind(effects[7:], effects[:7]).pvalue, rel=1e-6)
    assert found < 0.001


def test_alike_days_leave_it_to_the_units():
    days = {d: (Proportion(1_000, 100), Proportion(1_000, 160 if d == 4 else 120)) for d in range(20)}
    rest = Proportion(19_000, 1_900), Proportion(19_000, 19 * 120)
    groups = {"day": days[4], "others": rest}
    units = max(heterogeneity(groups, scale=scale).p_value for scale in ("absolute", "relative"))
    assert units <= other_effect_p(days, {4}) and 0.001 < units < 0.05


def test_an_effect_that_stays_on_one_scale_is_no_other_one():
    sale = {d: (Proportion(20_000, 4_000), Proportion(20_000, 6_000)) for d in range(14)}
    for level, treatment in ((8_000, 10_000), (8_000, 12_000)):
        doubled = sale | {d: (Proportion(20_000, level), Proportion(20_000, treatment)) for d in (4, 5, 6)}
        assert other_effect_p(doubled, {4, 5, 6}) > 0.5
    assert other_effect_p(sale | {5: (Proportion(20_000, 8_000), Proportion(20_000, 8_000))}, {5}) < 0.001


def test_where_days_cannot_tell_it_says_nothing():
    days = days_of([1, 2, 3, 4])
    assert math.isnan(other_effect_p(days, days))
    assert math.isnan(other_effect_p(days, {9}))
    assert math.isnan(other_effect_p(days_of([1, 2]), {1}))
    still = days | {2.0: (Mean.from_moments(9, 5, 0), Mean.from_moments(9, 5, 0))}
    assert math.isnan(other_effect_p(still, {2}))
    assert not math.isnan(other_effect_p(days_of([1, 2, 3]), {1}))


def test_the_screen_of_the_calibration_leaves_out_none():
    of = EventDays(2_000, apart=0.12, other=0.7)
    counts = of.counts(np.random.default_rng(2), 120)
    days = [
        {float(d): (Proportion(2_000, int(c)), Proportion(2_000, int(t))) for d, (c, t) in enumerate(x.T)}
        for x in counts
    ]
    every = sum(other_effect_p(each, of.event) < 0.001 for each in days)
    assert days_differ(np.random.default_rng(2), 120, of=of) == every > 10
