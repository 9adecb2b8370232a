"""compare: one test, two scales, an answer for every input."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import InputError, Mean, Moments, Proportion, Ratio, compare, welch
from helpers.stats.comparisons import linear
from helpers.stats.comparisons.effects import NO_TEST
from helpers.stats.comparisons.linear import fieller
from helpers.validation import means as means_topic
from helpers.validation import noninferiority as guardrails_topic
from helpers.validation import run

ALTERNATIVES = ("two-sided", "greater", "less")
# peers.md: mean case (scipy, statsmodels, tea-tasting, gbstats agree)
CONTROL, TREATMENT = (
    Mean.from_moments(35637, 19.05, 13.4**2),
    Mean.from_moments(3944, 21.57, 15.2**2),
)


def excludes_zero(low, high):
    return low > 0 or high < 0


def assert_agreement(effect):
    verdict = effect.p_value < effect.alpha
    assert effect.significant == verdict
    assert excludes_zero(effect.absolute_low, effect.absolute_high) == verdict, effect
    assert excludes_zero(effect.relative_low, effect.relative_high) == verdict, effect
    if math.isnan(effect.p_value):
        assert effect.note.startswith(NO_TEST)
    if not math.isnan(effect.absolute_low):
        assert_inside(effect.absolute_low, effect.absolute, effect.absolute_high)
    if not math.isnan(effect.relative_low + effect.relative):
        assert_inside(effect.relative_low, effect.relative, effect.relative_high)


def assert_inside(low, value, high):
    """At confidence .5 a one-sided bound is the estimate itself, up to the last digit."""
    slack = 0 if math.isinf(value) else 1e-12 * abs(value) + 1e-13
    assert low - slack <= value <= high + slack


def test_peers_mean():
    e = compare(CONTROL, TREATMENT)
    assert e.statistic == pytest.approx(9.9909808799, abs=1e-9)
    assert e.df == pytest.approx(4646.6561475, abs=1e-6)
    assert e.p_value == pytest.approx(2.861824548e-23, rel=1e-8)
    assert e.absolute_low == pytest.approx(2.0255144061, abs=1e-9)
    assert e.absolute_high == pytest.approx(3.0144855939, abs=1e-9)
    assert e.relative == pytest.approx(0.1322834646, abs=1e-9)


def test_peers_fieller_normal():
    v_c, v_t = 13.4**2 / 35637, 15.2**2 / 3944
    z = -stats.norm.ppf(0.025)
    low, high = fieller(*map(np.asarray, (19.05, v_c, 2.52, v_t, z, True)))
    assert float(low) == pytest.approx(0.1061043416, abs=1e-9)
    assert float(high) == pytest.approx(0.1585833753, abs=1e-9)


def test_golden_welch(golden):
    for case in golden["welch"]:
        a, b = Mean.from_values(case["control"]), Mean.from_values(case["treatment"])
        e, greater = compare(a, b), compare(a, b, alternative="greater")
        assert e.absolute == pytest.approx(case["difference"], rel=1e-10)
        assert e.statistic == pytest.approx(case["t"], rel=1e-10)
        assert e.df == pytest.approx(case["df"], rel=1e-10)
        assert e.p_value == pytest.approx(case["p_value"], rel=1e-9)
        assert greater.p_value == pytest.approx(case["p_value_greater"], rel=1e-9)
        np.testing.assert_allclose([e.absolute_low, e.absolute_high], case["ci95"], rtol=1e-9)


def test_golden_proportions_score_is_pearson_over_n(golden):
    """z squared is R's chi-square times (N - 1) / N."""
    for case in golden["proportions"]:
        (n_c, x_c), (n_t, x_t) = (tuple(case[k].values()) for k in ("control", "treatment"))
        e = compare(Proportion(n_c, x_c), Proportion(n_t, x_t))
        total = n_c + n_t
        assert e.statistic**2 == pytest.approx(case["chi2"] * (total - 1) / total, rel=1e-9)
        assert e.absolute == pytest.approx(case["difference"], rel=1e-9)
        width = case["ci95_wald"][1] - case["ci95_wald"][0]
        np.testing.assert_allclose([e.absolute_low, e.absolute_high], case["ci95_wald"], atol=0.01 * width)


def test_p_values_reach_1e_300_without_underflow():
    e = compare(Proportion(10**6, 100_000), Proportion(10**6, 111_500))
    assert 0 < e.p_value < 1e-100
    far = welch([1e9], [0.0], [1.0], [1e9], [36.9 * math.sqrt(2e-9)], [1.0])
    assert 1e-300 < far.p_value[0] < 1e-295
    assert compare(CONTROL, TREATMENT, alternative="greater").p_value < 1e-22


counts = st.integers(1, 400).flatmap(lambda n: st.builds(Proportion, st.just(n), st.integers(0, n)))
levels = st.sampled_from([0.5, 0.8, 0.95, 0.99, 0.999])


@settings(max_examples=400)
@given(counts, counts, levels, st.sampled_from(ALTERNATIVES))
def test_proportions_one_verdict_on_every_input(c, t, confidence, alternative):
    assert_agreement(compare(c, t, confidence=confidence, alternative=alternative))


@st.composite
def means(draw):
    size = draw(st.integers(1, 12))
    scale = draw(st.sampled_from([1e-6, 1.0, 1e6]))
    values = st.integers(-20, 60).map(lambda v: v * scale)
    return Mean.from_values(draw(st.lists(values, min_size=size, max_size=size)))


@settings(max_examples=600)
@given(means(), means(), levels, st.sampled_from(ALTERNATIVES))
def test_means_one_verdict_on_every_input(c, t, confidence, alternative):
    assert_agreement(compare(c, t, confidence=confidence, alternative=alternative))


@settings(max_examples=300)
@given(st.integers(5, 60), st.integers(0, 2**32 - 1), st.sampled_from(ALTERNATIVES))
def test_ratios_one_verdict_on_every_input(size, seed, alternative):
    rng = np.random.default_rng(seed)
    arms = []
    for shift in (0.0, rng.normal(0, 0.4)):
        d = rng.poisson(2, size)
        arms.append(Ratio.from_values(rng.poisson(np.exp(shift), size) * d, d))
    assert_agreement(compare(*arms, alternative=alternative))


@settings(max_examples=200)
@given(means(), means())
def test_swapping_the_arms_turns_the_difference_round(c, t):
    a, b = compare(c, t), compare(t, c)
    assert a.absolute == -b.absolute
    np.testing.assert_allclose(a.p_value, b.p_value, rtol=1e-9)
    np.testing.assert_allclose(a.absolute_low, -b.absolute_high, rtol=1e-9)


def test_two_sided_interval_is_two_one_sided_ones():
    for c, t in ((CONTROL, TREATMENT), (Proportion(500, 40), Proportion(90, 12))):
        two = compare(c, t, confidence=0.9)
        low = compare(c, t, confidence=0.95, alternative="greater")
        high = compare(c, t, confidence=0.95, alternative="less")
        assert two.absolute_low == pytest.approx(low.absolute_low, rel=1e-9)
        assert two.absolute_high == pytest.approx(high.absolute_high, rel=1e-9)
        assert two.relative_low == pytest.approx(low.relative_low, rel=1e-9)
        assert two.relative_high == pytest.approx(high.relative_high, rel=1e-9)
        assert low.relative_high == math.inf
        proportion = isinstance(c, Proportion)
        assert low.absolute_high == (1 if proportion else math.inf)
        assert high.absolute_low == (-1 if proportion else -math.inf)
        assert high.relative_low == (-1 if proportion else -math.inf)


def test_fieller_ends_are_where_the_linear_test_is_just_kept():
    e = compare(CONTROL, TREATMENT)
    t = stats.t.isf(0.025, e.df)
    v_c, v_t = CONTROL.variance / CONTROL.n, TREATMENT.variance / TREATMENT.n
    for rho, sign in ((e.relative_low, 1), (e.relative_high, -1)):
        gap = TREATMENT.estimate - (1 + rho) * CONTROL.estimate
        assert gap / math.sqrt(v_t + (1 + rho) ** 2 * v_c) == pytest.approx(sign * t, rel=1e-9)


@settings(max_examples=150)
@given(st.floats(-3, 3), st.floats(-8, 8), st.floats(0.05, 2), st.floats(0.05, 2), st.booleans())
def test_fieller_against_a_grid(control, difference, s_c, s_t, negative_tail):
    """Membership of every reported point follows the pointwise test of the linear form."""
    t = 1.96
    assume(abs(abs(control) - t * s_c) > 1e-3)
    significant = abs(difference) > t * math.hypot(s_c, s_t)
    low, high = map(
        float,
        fieller(*map(np.asarray, (control, s_c**2, difference, s_t**2, t, significant))),
    )
    sign = -1.0 if control < 0 else 1.0
    for rho in np.linspace(-30, 30, 241):
        gap = difference - sign * rho * control
        kept = abs(gap) <= t * math.hypot(s_t, (1 + sign * rho) * s_c)
        if kept and abs(control) > t * s_c:
            assert low - 1e-7 <= rho <= high + 1e-7
        if not kept and abs(control) > t * s_c:
            assert not low + 1e-7 < rho < high - 1e-7


def test_unbounded_relative_interval_says_so():
    c, t = Mean.from_values([-1.0, 0.4, 1.0, 0.1]), Mean.from_values([0.0, 0.5, 1.2, 2.0])
    e = compare(c, t)
    assert (e.relative_low, e.relative_high) == (-math.inf, math.inf)
    assert "cannot be told from zero" in e.note
    up = compare(c, Mean.from_values([21.0, 22.0, 23.0, 22.5]))
    assert up.significant and up.relative_low > 0 and up.relative_high == math.inf
    down = compare(c, Mean.from_values([-21.0, -22.0, -23.0, -22.5]))
    assert down.significant and down.relative_high < 0 and down.relative_low == -math.inf


def test_the_ray_covers_when_the_control_is_near_zero(rng):
    """Control mean one standard error from zero: the hull of Fieller's set must still cover."""
    runs, n = 4000, 400
    c = rng.normal(1 / 20, 1, (runs, n))
    t = rng.normal(1.0, 1, (runs, n))
    r = welch(n, c.mean(1), c.var(1, ddof=1), n, t.mean(1), t.var(1, ddof=1))
    truth = (1.0 - 1 / 20) / (1 / 20)
    covered = ((r.relative_low <= truth) & (truth <= r.relative_high)).mean()
    assert covered >= 0.94


def test_negative_control_a_gain_is_positive():
    e = compare(Mean.from_values([-10.0, -11, -9, -10]), Mean.from_values([-5.0, -6, -4, -5]))
    assert e.relative == pytest.approx(0.5)
    assert 0 < e.relative_low < 0.5 < e.relative_high
    assert "negative" in e.note


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("c", "t", "note"),
    [
        (Proportion(50, 0), Proportion(60, 0), "no unit of either arm"),
        (Proportion(50, 50), Proportion(60, 60), "every unit of either arm"),
        (Proportion(1, 0), Proportion(1, 1), "infinite"),
        (Proportion(90, 9), Proportion(80, 0), "-1"),
        (Mean.from_values([1]), Mean.from_values([1, 2]), "a variance needs two"),
        (Mean.from_values([2, 2, 2]), Mean.from_values([3, 3]), "no unit differs"),
        (Mean.from_values([0.1] * 3), Mean.from_values([0.1] * 7), "no unit differs"),
        (Mean.from_values([2, 2, 2]), Mean.from_values([3, 4]), "no variance in the control"),
        (Mean.from_values([0, 0, 0]), Mean.from_values([3, 4, 5, 4]), "told from zero"),
        (Ratio.from_values([0, 0], [0, 0]), Ratio.from_values([1, 3], [2, 2]), "denominators"),
    ],
)
def test_edges_have_an_answer_and_a_reason(c, t, note):
    for alternative in ALTERNATIVES:
        e = compare(c, t, alternative=alternative)
        assert note in e.note
        assert e.note in e.text
        assert e.p_value != 1
        assert_agreement(e)


def test_zero_conversions_keep_their_interval():
    e = compare(Proportion(1000, 0), Proportion(1000, 0))
    assert math.isnan(e.p_value) and math.isnan(e.statistic) and math.isnan(e.relative)
    assert -0.01 < e.absolute_low < 0 < e.absolute_high < 0.01
    assert (e.relative_low, e.relative_high) == (-1, math.inf)


def test_one_arm_without_variance_has_the_other_arm_s_df():
    e = compare(Mean.from_values([2, 2, 2]), Mean.from_values([3, 4, 5]))
    assert e.df == 2


def test_refusals():
    arm = Proportion(10, 1)
    with pytest.raises(InputError, match="confidence"):
        compare(arm, arm, confidence=95)
    with pytest.raises(InputError, match="alternative"):
        compare(arm, arm, alternative="larger")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one kind"):
        compare(arm, Mean.from_values([1, 2]))
    with pytest.raises(InputError, match="at least one unit"):
        compare(arm, Proportion(0, 0))
    with pytest.raises(InputError, match="summarise first"):
        compare(3.0, 4.0)  # type: ignore[arg-type]


def test_covariates_do_not_change_the_plain_comparison():
    a = Mean(Moments.from_columns([[1, 2, 4], [1, 0, 1]]), ("x",))
    b = Mean.from_values([1, 2, 4])
    c = Mean.from_values([2, 3, 6])
    assert compare(a, c).p_value == compare(b, c).p_value


def test_golden_clustered_ratio(golden):
    """A ratio over users is a mean over clusters: R's cluster-robust HC0, up to n / (n - 1)."""
    c = golden["clustered"]
    user, group, y = (np.array(c[k]) for k in ("user", "group", "y"))
    arms, variance0 = [], 0.0
    for g in (0, 1):
        ids = np.unique(user[group == g])
        total = [y[user == i].sum() for i in ids]
        size = [(user == i).sum() for i in ids]
        arm = Ratio.from_values(total, size)
        arms.append(arm)
        variance0 += arm.variance * (arm.n - 1) / arm.n / arm.n
    assert compare(*arms).absolute == pytest.approx(c["effect"], rel=1e-10)
    assert math.sqrt(variance0) == pytest.approx(c["se_cluster_hc0"], rel=1e-10)


# --- every kind, every alternative, every level ---


@st.composite
def ratios(draw):
    """Small and odd on purpose: one unit, empty denominators, no variance, negative numerators."""
    size = draw(st.integers(1, 8))
    scale = draw(st.sampled_from([1e-6, 1.0, 1e6]))
    numerator = draw(st.lists(st.integers(-5, 30), min_size=size, max_size=size))
    denominator = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    return Ratio.from_values(np.array(numerator) * scale, denominator)


@settings(max_examples=400)
@given(ratios(), ratios(), levels, st.sampled_from(ALTERNATIVES))
def test_odd_ratios_one_verdict_on_every_input(c, t, confidence, alternative):
    assert_agreement(compare(c, t, confidence=confidence, alternative=alternative))


variances = st.one_of(st.just(0.0), st.floats(1e-100, 1e9))


@settings(max_examples=200)
@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), variances, variances, levels,
       st.sampled_from(ALTERNATIVES), st.integers(1, 10**9), st.integers(1, 10**9))  # fmt: skip
def test_means_of_any_size_one_verdict(mean_c, mean_t, v_c, v_t, confidence, alternative, n_c, n_t):
    arms = Mean.from_moments(n_c, mean_c, v_c), Mean.from_moments(n_t, mean_t, v_t)
    assert_agreement(compare(*arms, confidence=confidence, alternative=alternative))


@settings(max_examples=150)
@given(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(0, 1), st.floats(0, 1), levels,
       st.sampled_from(ALTERNATIVES))  # fmt: skip
def test_proportions_of_any_size_one_verdict(n_c, n_t, share_c, share_t, confidence, alternative):
    arms = Proportion(n_c, round(n_c * share_c)), Proportion(n_t, round(n_t * share_t))
    assert_agreement(compare(*arms, confidence=confidence, alternative=alternative))


def far_arms(kind):
    """Two arms some 36 standard errors apart."""
    if kind is Proportion:
        return Proportion(10**6, 400_000), Proportion(10**6, 425_100)
    if kind is Mean:
        return Mean.from_moments(10**8, 10.0, 4.0), Mean.from_moments(10**8, 10.0 + 36.5 * math.sqrt(8e-8), 4.0)
    return tuple(Ratio(Moments(10**8, (level, 2.0), ((4e8, 0.0), (0.0, 1e7)))) for level in (10.0, 10.01316))


@pytest.mark.parametrize("kind", [Proportion, Mean, Ratio])
def test_tails_of_1e_280_and_beyond_are_numbers(kind):
    c, t = far_arms(kind)
    two, greater, less = (compare(c, t, alternative=side) for side in ALTERNATIVES)
    assert 0 < two.p_value < 1e-200 and two.p_value == pytest.approx(2 * greater.p_value, rel=1e-9)
    assert less.p_value == 1.0 or less.p_value > 1 - 1e-12
    back = compare(t, c)
    assert back.p_value == pytest.approx(two.p_value, rel=1e-9) and back.absolute_high < 0
    assert stats.norm.logsf(two.statistic) + math.log(2) == pytest.approx(math.log(two.p_value), rel=1e-4)
    for effect in (two, greater, less, back):
        assert_agreement(effect)


def test_array_and_scalar_welch_are_one(rng):
    c, t = rng.normal(5, 1, 40), rng.normal(6, 3, 9)
    e = compare(Mean.from_values(c), Mean.from_values(t))
    r = welch([40], [c.mean()], [c.var(ddof=1)], [9], [t.mean()], [t.var(ddof=1)])
    assert e.relative_high == pytest.approx(r.relative_high[0], rel=1e-12)


def test_control_mean_near_zero_is_said_and_the_difference_stands():
    """An unbounded Fieller set on every alternative, with the finite difference beside it."""
    c, t = Mean.from_moments(400, 0.05, 4.0), Mean.from_moments(400, 0.15, 4.0)
    for alternative in ALTERNATIVES:
        e = compare(c, t, alternative=alternative)
        assert "cannot be told from zero" in e.note and not math.isnan(e.p_value)
        assert math.isfinite(e.absolute)
    sharp = compare(Mean.from_moments(400, 1.0, 4.0), t)
    assert sharp.note == "" and math.isfinite(sharp.relative_low + sharp.relative_high)


@pytest.mark.parametrize("confidence", [0.5, 0.683, 0.9, 0.95, 0.999, 1 - 1e-9])
def test_intervals_nest_as_confidence_rises(confidence):
    for c, t in ((CONTROL, TREATMENT), (Proportion(500, 40), Proportion(90, 12))):
        inner, outer = compare(c, t, confidence=confidence), compare(c, t, confidence=1 - (1 - confidence) / 3)
        assert outer.absolute_low < inner.absolute_low < inner.absolute_high < outer.absolute_high
        assert outer.relative_low < inner.relative_low < inner.relative_high < outer.relative_high
        assert inner.p_value == outer.p_value


def test_the_calibration_of_means_notices_a_relative_interval_without_the_controls_own_variance(monkeypatch):
    """The mistake of peers.md: the absolute interval divided by the control mean."""
    case = next(c for c in means_topic.CASES if "Fieller" in c.method and "10 : 10" in c.setting)
    assert run(case, 2_000).kept

    def divided(control, v_c, difference, v_t, t, significant):
        reach = t * np.sqrt(v_c + v_t)
        return (difference - reach) / np.abs(control), (difference + reach) / np.abs(control)

    monkeypatch.setattr(linear, "fieller", divided)
    assert not run(case, 2_000).kept


def test_the_calibration_of_means_notices_a_ratio_that_takes_its_denominator_for_fixed(monkeypatch):
    case = next(c for c in means_topic.CASES if "ratio" in c.setting and c.quantity == "false positives")
    assert run(case, 1_000).kept
    monkeypatch.setattr(means_topic, "delta_variance", lambda n, r, d, yy, yd, dd: yy / (n - 1) / d**2)
    assert not run(case, 1_000).kept


def test_the_calibration_of_guardrails_notices_a_two_sided_bound(monkeypatch):
    case = next(c for c in guardrails_topic.CASES if c.quantity == "false positives" and "mean" in c.setting)
    assert run(case, 2_000).kept
    real = guardrails_topic.welch
    monkeypatch.setattr(guardrails_topic, "welch", lambda *a, confidence, alternative: real(*a, confidence=confidence))
    assert not run(case, 2_000).kept
