"""Kaplan-Meier, log-rank and restricted means against R's survival package, lifelines and real data."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stats import InputError, Lifetimes, compare, kaplan_meier, log_rank, noninferiority
from helpers.stats.survival.curves import RestrictedMean, compare_restricted_means, restricted_mean
from helpers.stats.survival.risk_sets import RiskSets, log_ranks
from helpers.validation import run
from helpers.validation.survival import CASES
from tests.real_data import real


@pytest.fixture
def arms(golden):
    s = golden["survival"]
    group, time, event = (np.array(s[k]) for k in ("group", "time", "event"))
    return s, {g: (time[group == g], event[group == g]) for g in ("control", "treatment")}


def aggregated(time, event):
    rows, count = np.unique(np.column_stack([time, event]), axis=0, return_counts=True)
    return Lifetimes(rows[:, 0], rows[:, 1], count)


def test_golden_curves_from_aggregated_rows(arms):
    s, groups = arms
    for row in s["km"]:
        curve = kaplan_meier(aggregated(*groups[row["strata"].removeprefix("grp=")]))
        assert curve.at([row["time"]])[0] == pytest.approx(row["surv"], rel=1e-12)
        # the log(-log) band from R's Greenwood standard error
        i = np.searchsorted(curve.time, row["time"], side="right") - 1
        v = row["se"] / row["surv"] / math.log(row["surv"])
        for bound, sign in ((curve.low[i], -1), (curve.high[i], 1)):
            expected = row["surv"] ** math.exp(sign * 1.959963984540054 * v)
            assert bound == pytest.approx(expected, rel=1e-9)


def test_golden_log_rank(arms):
    s, groups = arms
    r = log_rank(aggregated(*groups["control"]), aggregated(*groups["treatment"]))
    assert r.chi2 == pytest.approx(s["logrank_chi2"], rel=1e-8)
    assert r.p_value == pytest.approx(s["logrank_p"], rel=1e-8)
    assert (r.n_control, r.n_treatment) == (200, 100)


def test_counts_equal_repeated_rows():
    a = kaplan_meier(Lifetimes([1, 2, 2], [1, 1, 0], [3, 2, 4]))
    b = kaplan_meier(Lifetimes([1] * 3 + [2] * 6, [1] * 5 + [0] * 4))
    np.testing.assert_allclose(a.survival, b.survival)
    np.testing.assert_allclose(a.low, b.low)
    assert a.at_risk[0] == 9 and (a.low <= a.survival).all() and (a.survival <= a.high).all()


def test_no_event_is_no_p_of_one():
    quiet = Lifetimes([5, 9], [0, 0])
    assert math.isnan(log_rank(quiet, quiet).p_value)
    assert kaplan_meier(quiet).survival.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "columns",
    [([], []), ([1], [1, 0]), ([-1], [1]), ([1], [2]), ([1], [1], [0.5]), ([1], [1], [0])],
)
def test_refusals(columns):
    with pytest.raises(InputError):
        Lifetimes(*columns)


def test_golden_restricted_means(arms):
    s, groups = arms
    both = [aggregated(*groups[name]) for name in ("control", "treatment")]
    for arm, mean, error in zip(both, s["rmean45"], s["se_rmean45"], strict=True):
        found = restricted_mean(arm, 45)
        assert found.estimate == pytest.approx(mean, rel=1e-12)
        assert math.sqrt(found.variance / found.n) == pytest.approx(error, rel=1e-12)
    effect = compare_restricted_means(*both, 45)
    assert effect.absolute == pytest.approx(s["rmean45"][1] - s["rmean45"][0], rel=1e-10)
    error = math.hypot(*s["se_rmean45"])
    assert effect.absolute_high - effect.absolute_low == pytest.approx(2 * 1.959963984540054 * error, rel=1e-10)
    assert effect.statistic == pytest.approx(effect.absolute / error, rel=1e-10)
    assert effect.relative == pytest.approx(effect.absolute / s["rmean45"][0], rel=1e-10)


@pytest.mark.filterwarnings("ignore")
def test_the_variance_of_lifelines_is_not_that_of_the_estimate(arms):
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    s, groups = arms
    time, event = groups["control"]
    curve = KaplanMeierFitter().fit(time, event).survival_function_
    _, variance = restricted_mean_survival_time(curve, t=45, return_variance=True)
    assert math.sqrt(variance) > 2 * s["se_rmean45"][0]


def test_without_censoring_it_is_the_mean_of_the_truncated_times(rng):
    time = rng.exponential(30, 200)
    found = restricted_mean(Lifetimes(time, np.ones(200)), 45)
    cut = np.minimum(time, 45)
    assert found.estimate == pytest.approx(cut.mean(), rel=1e-12)
    assert found.variance == pytest.approx(cut.var(), rel=1e-9)


def test_a_horizon_must_be_reached():
    short, long = Lifetimes([3, 5], [1, 0]), Lifetimes([4, 9], [1, 0])
    with pytest.raises(InputError, match="at most 5"):
        restricted_mean(short, 6)
    with pytest.raises(InputError):
        restricted_mean(short, 0)
    assert compare_restricted_means(short, long).control == restricted_mean(short, 5).estimate
    over = Lifetimes([3, 5], [1, 1])  # the curve has come down to 0, and stays there
    assert restricted_mean(over, 50).estimate == 4
    with pytest.raises(InputError, match="horizon"):
        compare(restricted_mean(short, 5), restricted_mean(long, 6))


def test_no_event_before_the_horizon_is_no_test():
    quiet = Lifetimes([9, 9], [0, 0])
    effect = compare_restricted_means(quiet, quiet, 5)
    assert math.isnan(effect.p_value) and effect.note.startswith("no test: no event before the horizon")


def test_a_restricted_mean_can_be_a_guardrail():
    found = noninferiority(RestrictedMean(900, 30, 20.0, 90.0), RestrictedMean(900, 30, 19.9, 90.0), margin=0.1)
    assert found.passed and found.effect.method.startswith("restricted mean to 30")


@given(st.integers(0, 10**6), st.integers(2, 40), st.sampled_from(["two-sided", "greater", "less"]))
def test_verdict_and_both_intervals_agree(seed, n, alternative):
    rng = np.random.default_rng(seed)
    arms = [Lifetimes(rng.integers(1, 20, n), rng.integers(0, 2, n)) for _ in range(2)]
    horizon = min(arm.last for arm in arms)
    e = compare_restricted_means(*arms, horizon, alternative=alternative)
    if math.isnan(e.p_value):
        return
    for low, high in ((e.absolute_low, e.absolute_high), (e.relative_low, e.relative_high)):
        assert e.significant == (low > 0 or high < 0)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_arrays_equal_lifelines(seed, n):
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 15, (2, 3, n)), rng.integers(0, 2, (2, 3, n))
    days = np.arange(0, 15)
    sets = [RiskSets.of(time[arm], event[arm], time=days) for arm in range(2)]
    many = log_ranks(*sets)
    low, high = sets[0].band()
    for i in range(3):
        arms = [Lifetimes(time[arm, i], event[arm, i]) for arm in range(2)]
        one = log_rank(*arms)
        if not math.isnan(many.statistic[i]):
            assert many.statistic[i] ** 2 == pytest.approx(one.chi2, rel=1e-9, abs=1e-12)
            assert many.p_value[i] == pytest.approx(one.p_value, rel=1e-7)
        curve = kaplan_meier(arms[0])
        at = np.searchsorted(days, curve.time)
        np.testing.assert_allclose(sets[0].survival[i, at], curve.survival, atol=1e-12)
        np.testing.assert_allclose(low[i, at], curve.low, atol=1e-9)
        np.testing.assert_allclose(high[i, at], curve.high, atol=1e-9)


def test_log_rank_is_tiny_and_not_zero():
    fast, slow = Lifetimes([1, 9], [1, 0], [2_800, 1_200]), Lifetimes([1, 9], [1, 0], [1_200, 2_800])
    assert 0 < log_rank(fast, slow).p_value < 1e-270


def table(name):
    with real(name).open() as file:
        return list(csv.DictReader(file))


def test_telco_curve():
    rows = table("telco_churn_fictional.csv")
    lives = Lifetimes([float(r["tenure"]) for r in rows], [r["Churn"] == "Yes" for r in rows])
    found = kaplan_meier(lives).at([12, 24, 48, 72])
    assert found.round(4).tolist() == [0.8432, 0.7887, 0.7088, 0.5928]
    sets = lives.risk_sets()
    at = np.searchsorted(sets.time, [12, 24, 48, 72])
    np.testing.assert_allclose(sets.survival[at], found, rtol=1e-12)


def test_rossi_log_rank():
    rows = table("rossi.csv")
    arms = [
        Lifetimes(*np.array([(int(r["week"]), int(r["arrest"])) for r in rows if int(r["fin"]) == aid]).T)
        for aid in (0, 1)
    ]
    found = log_rank(*arms)
    assert (round(found.chi2, 3), round(found.p_value, 4)) == (3.838, 0.0501)


@pytest.mark.parametrize(
    ("attribute", "broken", "method"),
    [
        ("greenwood", lambda self: self.events / np.maximum(self.at_risk, 1) ** 1.5, "restricted mean difference"),
        ("greenwood", lambda self: np.zeros_like(self.events) + 1e-6, "Kaplan-Meier band"),
    ],
)
def test_calibration_sees_a_broken_variance(monkeypatch, attribute, broken, method):
    case = next(c for c in CASES if c.method.startswith(method) and c.quantity == "coverage")
    assert run(case, case.short).kept
    monkeypatch.setattr(RiskSets, attribute, property(broken))
    assert not run(case, case.short).kept


def test_calibration_sees_a_log_rank_without_its_variance(monkeypatch):
    import helpers.validation.survival as topic

    case = next(c for c in CASES if c.method == "log-rank")

    def poisson(control, treatment):
        found = log_ranks(control, treatment)
        return type(found)(found.statistic * 1.5, 2 * np.vectorize(math.erfc)(np.abs(found.statistic) * 1.5) / 2)

    assert run(case, case.short).kept
    monkeypatch.setattr(topic, "log_ranks", poisson)
    assert not run(case, case.short).kept
