"""Trends of the effect against statsmodels, and the verdicts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, Moments, Proportion, compare
from helpers.stats.checks.daily_effects import DailyEffects
from helpers.stats.checks.novelty import novelty as judge
from helpers.stats.checks.novelty import trends
from helpers.validation import heterogeneity as calibration
from helpers.validation import run


def daily(effects, variance=0.01, days=None):
    k = len(effects)
    covariance = np.diag(np.broadcast_to(np.asarray(variance, float), (k,)))
    return DailyEffects(tuple(days or range(k)), tuple(map(float, effects)), tuple(map(tuple, covariance)))


def test_equals_statsmodels(rng):
    import statsmodels.api as sm
    from scipy import stats

    k = 9
    root = rng.normal(size=(k, k))
    dependent, independent = root @ root.T / k, np.diag(rng.gamma(2, 1, k))
    day = np.cumsum(rng.integers(1, 4, k)).astype(float)
    for covariance, noise in ((dependent, 0.0), (independent, 0.0), (independent * 100, 0.1), (dependent / 50, 1.0)):
        d = rng.normal(size=k) * (1 + noise)
        found = trends(day, d, covariance)
        free = covariance + float(found.tau2) * np.eye(k)
        fit = sm.GLS(d, sm.add_constant(day), sigma=free).fit(use_t=True)
        assert found.scale == pytest.approx(fit.scale, rel=1e-8)
        assert found.tau2 == 0 or fit.scale == pytest.approx(1, rel=1e-6)  # what the days vary by, or nothing
        assert found.tau2 > 0 or fit.scale <= 1
        assert found.slope == pytest.approx(fit.params[1], rel=1e-8)
        assert found.slope_error == pytest.approx(fit.bse[1], rel=1e-8)
        assert found.p_value == pytest.approx(fit.pvalues[1], rel=1e-7)
        ends = fit.get_prediction(sm.add_constant(day)[[0, -1]])
        assert [found.first, found.last] == pytest.approx(ends.predicted_mean, rel=1e-8)
        assert [found.first_error, found.last_error] == pytest.approx(ends.se_mean, rel=1e-8)
        flat = sm.GLS(d, np.ones(k), sigma=covariance).fit(cov_type="fixed scale")
        q = flat.wresid @ flat.wresid
        assert found.q == pytest.approx(q, rel=1e-9)
        assert found.q_p_value == pytest.approx(stats.chi2.sf(q, k - 1), rel=1e-9)
        judged = judge(DailyEffects(tuple(day), tuple(d), tuple(map(tuple, covariance))), last=4)
        assert (judged.slope_low, judged.slope_high) == pytest.approx(tuple(fit.conf_int()[1]), rel=1e-7)
        recent = sm.GLS(d[-4:], np.ones(4), sigma=free[-4:, -4:]).fit(cov_type="fixed scale")
        half = stats.t.ppf(0.975, k - 2) * recent.bse[0] * math.sqrt(fit.scale)
        half = max(
            half,
            stats.norm.ppf(0.975)
            * sm.GLS(d[-4:], np.ones(4), sigma=covariance[-4:, -4:]).fit(cov_type="fixed scale").bse[0],
        )
        assert (judged.long_run, judged.long_run_low) == pytest.approx(
            (recent.params[0], recent.params[0] - half), rel=1e-7
        )


def drawn(rng, k, levels, effects, arm=0.0, n=200_000, rate=0.1):
    """Days of a conversion whose level moves for all units, whose relative effect may change, and whose arms stray alone."""
    days = {}
    for day, (level, effect) in enumerate(zip(levels, effects, strict=True)):
        rates = rate * level * np.array([1, 1 + effect]) * np.exp(arm * rng.standard_normal(2))
        days[day] = tuple(Proportion(n, int(hits)) for hits in rng.binomial(n, rates))
    return DailyEffects.independent(days)


def test_a_level_that_falls_is_no_effect_that_fades(rng):
    """The sale ends: the absolute effect halves with the level, the relative one does not."""
    found = judge(drawn(rng, 14, np.linspace(1.5, 0.7, 14), np.full(14, 0.3)))
    assert found.slope_high < 0 and found.verdict == "stable" and found.p_value > 0.05
    assert "follows the level of the metric" in found.text
    assert judge(drawn(rng, 14, np.linspace(1.5, 0.7, 14), np.linspace(0.4, 0.1, 14))).verdict == "novelty"


def test_a_relative_effect_that_grows_while_the_absolute_one_falls_is_no_verdict(rng):
    found = judge(drawn(rng, 14, np.linspace(1.8, 0.3, 14), np.linspace(0.2, 0.4, 14)))
    assert found.slope_high < 0 and found.verdict == "stable" and found.p_value == 1.0


def test_days_with_troubles_of_their_own_widen_the_interval(rng):
    levels, effects = np.ones(14), np.full(14, 0.1)
    calm, rough = (judge(drawn(rng, 14, levels, effects, arm=arm)) for arm in (0.0, 0.1))
    assert rough.slope_high - rough.slope_low > 4 * (calm.slope_high - calm.slope_low)
    assert rough.long_run_high - rough.long_run_low > 4 * (calm.long_run_high - calm.long_run_low)


def test_the_relative_effect_is_a_share_of_the_level_of_all_units():
    made = DailyEffects.independent(
        {0: (Proportion(100, 10), Proportion(300, 60)), 1: (Proportion(50, 5), Proportion(50, 5))}
    )
    assert made.levels == pytest.approx((70 / 400, 0.1))
    assert made.relative.effects == pytest.approx((0.1 / (70 / 400), 0))
    assert made.relative.matrix[0, 0] == pytest.approx(made.matrix[0, 0] / (70 / 400) ** 2)
    arm = Moments.from_columns([[1, 2, 3, 5], [1, 3, 2, 4]])
    assert DailyEffects.repeated([0, 1], arm, arm).levels == pytest.approx((2.75, 2.5))
    assert daily([1, 2, 3]).relative is None
    assert DailyEffects((0, 1), (1.0, 2.0), ((1.0, 0.0), (0.0, 1.0)), levels=(1.0, -1.0)).relative is None


def test_q_of_independent_days_is_cochrans():
    from helpers.stats.multiplicity.pooling import partial_pooling

    d, v = [0.3, 0.1, -0.2, 0.5], [0.01, 0.02, 0.04, 0.03]
    assert trends(range(4), d, np.diag(v)).q_p_value == pytest.approx(partial_pooling(d, v).p_value, rel=1e-10)


@pytest.mark.parametrize(
    ("effects", "verdict", "word"),
    [
        ([3, 2.6, 2, 1.4, 1], "novelty", "fades"),
        ([-3, -2.6, -2, -1.4, -1], "novelty", "fades"),
        ([1, 1.4, 2, 2.6, 3], "primacy", "grows"),
        ([-1, -1.4, -2, -2.6, -3], "primacy", "grows"),
        ([2, 1.1, 0, -1.1, -2], "reversal", "turns round"),
        ([1, 1.01, 0.99, 1, 1], "stable", "no trend is seen"),
    ],
)
def test_verdicts(effects, verdict, word):
    found = judge(daily(effects), last=2)
    assert found.verdict == verdict and word in found.text
    assert found.days == 5 and found.long_run_days == 2
    assert (found.long_run_from, found.long_run_to) == daily(effects).days[-2:]
    assert found.long_run == pytest.approx(np.mean(effects[-2:]))
    if verdict != "stable":
        assert (found.first, found.last) == pytest.approx((effects[0], effects[-1]), abs=0.2)
        assert "decide by these" in found.text


def test_days_that_differ_but_not_along_a_line():
    found = judge(daily([1, 3, 1, 3, 1]))
    assert found.verdict == "stable" and found.any_difference_p_value < 1e-6


def test_independent_days_come_from_compare():
    arms = {
        3: (Mean.from_moments(100, 10, 4), Mean.from_moments(90, 11, 5)),
        1: (Mean.from_moments(100, 10, 4), Mean.from_moments(80, 12, 5)),
        2: (Mean.from_moments(100, 10, 0), Mean.from_moments(80, 10, 0)),
    }
    made = DailyEffects.independent(arms)
    assert made.days == (1, 3) and made.effects == (2, 1)
    first = compare(*arms[1])
    assert 2 / math.sqrt(made.covariance[0][0]) == pytest.approx(first.statistic)
    assert "days left out (no variance): 1 of 3" in made.note and judge(made).note.endswith(made.note)


def test_repeated_units_bring_their_covariance(rng):
    control, treatment = rng.normal(size=(1, 50)) + rng.normal(size=(4, 50)), rng.normal(1, 1, size=(4, 70))
    made = DailyEffects.repeated(range(4), Moments.from_columns(list(control)), Moments.from_columns(list(treatment)))
    assert made.covariance == pytest.approx(np.cov(control) / 50 + np.cov(treatment) / 70)
    assert made.effects == pytest.approx(treatment.mean(axis=1) - control.mean(axis=1))


def test_dependence_is_not_ignored(rng):
    """A lasting difference of the units cancels out of the slope: the days of an analysis that knows it stray as they should."""
    own = rng.normal(0, 5, (2, 1, 200))
    arms = [Moments.from_columns(list(own[i] + rng.normal(0, 1, (6, 200)))) for i in (0, 1)]
    dependent = DailyEffects.repeated(range(6), *arms)
    apart = np.diag(np.diag(dependent.matrix))
    known, as_if = (trends(range(6), dependent.effects, matrix) for matrix in (dependent.matrix, apart))
    assert 0.1 < known.scale <= 1.0 + 1e-9 and as_if.scale < 0.1


def test_too_few_days():
    one = judge(daily([0.5]))
    assert (
        one.verdict == "no test"
        and math.isnan(one.p_value)
        and one.long_run == 0.5
        and "three days, and there is 1" in one.text
    )
    two = judge(daily([0.5, 0.7]))
    assert two.verdict == "no test" and math.isnan(two.p_value) and two.long_run == pytest.approx(0.6)
    none = judge(DailyEffects.independent({0: (Proportion(5, 0), Proportion(5, 0))}))
    assert none.verdict == "no test" and math.isnan(none.long_run) and "left out" in none.note
    assert judge(DailyEffects.independent({})).days == 0


@pytest.mark.parametrize(
    ("days", "effects", "covariance"),
    [
        ((0, 1), (1.0,), ((1.0, 0.0), (0.0, 1.0))),
        ((0, 1), (1.0, 2.0), ((1.0,),)),
        ((1, 0), (1.0, 2.0), ((1.0, 0.0), (0.0, 1.0))),
        ((0, 1), (1.0, 2.0), ((1.0, 1.0), (1.0, 1.0))),
        ((0, 1), (1.0, 2.0), ((1.0, 0.5), (0.0, 1.0))),
        ((0, 1), (1.0, 2.0), ((0.0, 0.0), (0.0, 1.0))),
        ((0, 1), (1.0, 2.0), ((math.nan, 0.0), (0.0, 1.0))),
        ((0, 1), (1.0, math.nan), ((1.0, 0.0), (0.0, 1.0))),
    ],
)
def test_refusals(days, effects, covariance):
    with pytest.raises(InputError):
        DailyEffects(days, effects, covariance)


def test_more_refusals():
    for call in (
        lambda: judge(daily([1, 2]), last=0),
        lambda: judge(daily([1, 2]), confidence=95),
        lambda: judge(daily([1, 2]), alpha=0),
        lambda: DailyEffects.repeated([0], Moments.from_columns([[1]]), Moments.from_columns([[1, 2]])),
        lambda: DailyEffects.repeated([0], Moments.from_columns([[1, 2]]), Moments.from_columns([[1, 2]] * 2)),
    ):
        with pytest.raises(InputError):
            call()


ORDINARY = st.floats(-3, 3).filter(lambda effect: effect == 0 or abs(effect) > 1e-150)
"""Whose squares are floats of full precision; what is smaller is refused."""


@given(st.lists(ORDINARY, min_size=3, max_size=10), st.floats(0.5, 0.999))
def test_trend_agrees_with_its_interval(effects, confidence):
    found = judge(daily(effects), confidence=confidence, alpha=1 - confidence)
    if abs(found.p_value - (1 - confidence)) > 1e-9:
        assert (found.verdict != "stable") == (not found.slope_low <= 0 <= found.slope_high)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(3, 12),
    st.integers(1, 12),
    st.just(0.0) | st.floats(0.01, 3),
    st.floats(0.5, 0.99),
)
def test_days_that_hardly_differ_make_no_interval_narrower_than_sampling(seed, k, last, scatter, confidence):
    """However little the days stray, the last ones are known no better than their units tell: here by weights of 1/v."""
    from scipy import stats

    rng = np.random.default_rng(seed)
    variances = rng.gamma(2, 1, k)
    effects = scatter * np.sqrt(variances) * rng.standard_normal(k)
    found = judge(daily(effects, variances), last=last, confidence=confidence)
    weights = 1 / variances[-last:]
    least = stats.norm.ppf((1 + confidence) / 2) / math.sqrt(weights.sum())
    half = (found.long_run_high - found.long_run_low) / 2
    assert half >= least * (1 - 1e-9)
    if scatter == 0:
        assert half == pytest.approx(least) and found.long_run == pytest.approx(
            np.average(effects[-last:], weights=weights)
        )


def test_errors_that_are_too_small_are_flagged(monkeypatch):
    def too_small(line):
        return replace(line, slope_error=0.77 * line.slope_error)

    chosen = next(c for c in calibration.CASES if c.method == "trend of the effect" and c.quantity == "coverage")
    assert run(chosen, 1_000).kept
    monkeypatch.setattr(calibration, "trends", lambda *daily: too_small(trends(*daily)))
    assert not run(chosen, 1_000).kept
