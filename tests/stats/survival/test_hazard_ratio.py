"""Hazard ratios against R, lifelines and real data; the check of proportionality against its definition."""

import csv
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from lifelines.statistics import proportional_hazard_test
from scipy import optimize, special

from helpers.stats import Lifetimes
from helpers.stats.survival import hazard_ratio as module
from helpers.stats.survival.hazard_ratio import HazardArrays, hazard_ratio, hazard_ratios
from helpers.stats.survival.risk_sets import RiskSets
from helpers.validation import run
from helpers.validation.survival import CASES
from tests.real_data import real


@pytest.fixture
def arms(golden):
    s = golden["survival"]
    group, time, event = (np.array(s[k]) for k in ("group", "time", "event"))
    return s, group == "treatment", time, event


def table(arm, time, event):
    return pd.DataFrame({"arm": np.asarray(arm, float), "time": time, "event": event})


def lifelines_cox(arm, time, event):
    """The model with the arm as its one covariate; lifelines stops at a coefficient good to 1e-5 unless told."""
    precise = {"precision": 1e-12, "r_precision": 1e-14}
    return CoxPHFitter().fit(table(arm, time, event), "time", "event", fit_options=precise)


def two(arm, time, event):
    return [Lifetimes(time[arm == k], event[arm == k]) for k in (0, 1)]


def test_golden_two_arms(arms):
    s, arm, time, event = arms
    found = hazard_ratio(*two(arm, time, event))
    assert found.log_ratio == pytest.approx(s["cox_loghr"], abs=1e-9)
    assert found.standard_error == pytest.approx(s["cox_se"], abs=1e-9)
    assert found.ratio_low < found.ratio < found.ratio_high and not found.significant
    assert found.p_value == pytest.approx(math.erfc(abs(found.statistic) / math.sqrt(2)), rel=1e-12)


def test_rossi():
    with real("rossi.csv").open() as file:
        rows = [{k: int(v) for k, v in row.items()} for row in csv.DictReader(file)]
    aid, week, arrest = (np.array([r[k] for r in rows]) for k in ("fin", "week", "arrest"))
    found, model = hazard_ratio(*two(aid, week, arrest)), lifelines_cox(aid, week, arrest)
    assert found.log_ratio == pytest.approx(model.params_["arm"], abs=1e-6)
    assert found.standard_error == pytest.approx(model.standard_errors_["arm"], abs=1e-6)
    assert not found.significant and found.proportional  # as the log-rank test has it


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(20, 80), st.floats(-1, 1))
def test_arms_equal_the_model_with_one_covariate(seed, n, effect):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    time = np.ceil(rng.exponential(8 * np.exp(-effect * arm)))
    event = (rng.random(n) < 0.7).astype(int)
    one = hazard_ratio(*two(arm, time, event))
    if math.isnan(one.p_value):
        return
    model = lifelines_cox(arm, time, event)
    assert one.log_ratio == pytest.approx(model.params_["arm"], abs=1e-5)
    assert one.standard_error == pytest.approx(model.standard_errors_["arm"], abs=1e-5)
    assert one.significant == (one.ratio_low > 1 or one.ratio_high < 1)


def test_the_check_is_the_score_test_of_a_slope_in_time(rng):
    """From the definition: without ties, the log likelihood of x and x g(t), its gradient and its information."""
    n = 60
    arm = np.arange(n) % 3 == 0
    time = rng.permutation(np.arange(1, n + 1)).astype(float)
    event = rng.random(n) < 0.8
    sets = RiskSets.of(time, event)
    g = 1 - np.concatenate([[1.0], sets.survival[:-1]])

    def loss(beta):
        total = 0.0
        for t, slope in zip(sets.time, g, strict=True):
            who = int(np.flatnonzero(time == t)[0])
            if event[who]:
                score = (beta[0] + beta[1] * slope) * arm
                total -= score[who] - special.logsumexp(score[time >= t])
        return total

    b = optimize.minimize_scalar(lambda x: loss((x, 0.0)), bounds=(-3, 3), method="bounded", options={"xatol": 1e-10}).x
    step = 1e-4
    unit = step * np.eye(2)
    at = np.array([b, 0.0])
    gradient = np.array([(loss(at + u) - loss(at - u)) / (2 * step) for u in unit])
    hessian = np.array(
        [
            [(loss(at + u + v) - loss(at + u - v) - loss(at - u + v) + loss(at - u - v)) / (4 * step**2) for u in unit]
            for v in unit
        ]
    )
    expected = gradient @ np.linalg.solve(hessian, gradient)
    found = hazard_ratio(*two(arm, time, event.astype(int)))
    assert found.log_ratio == pytest.approx(b, abs=1e-6)
    assert found.proportional_chi2 == pytest.approx(expected, rel=1e-3)


def test_crossing_hazards_are_seen(rng):
    early, late = np.ceil(rng.weibull(0.6, 800) * 20), np.ceil(rng.weibull(1.8, 800) * 20)
    found = hazard_ratio(*(Lifetimes(time, np.ones(800)) for time in (early, late)))
    assert not found.proportional and found.proportional_p_value < 1e-10
    arm, time = np.repeat([0, 1], 800), np.concatenate([early, late])
    fitted = lifelines_cox(arm, time, np.ones(1600))
    check = proportional_hazard_test(fitted, table(arm, time, np.ones(1600)), time_transform="km")
    assert np.asarray(check.p_value).item() < 1e-10


def test_what_cannot_be_estimated_says_why():
    quiet, busy = Lifetimes([1, 2], [0, 0]), Lifetimes([1, 2], [1, 0])
    for arms, note in (
        ((quiet, quiet), "no event while units of both arms"),
        ((quiet, busy), "of the treatment, so the estimated ratio is infinite"),
        ((busy, quiet), "of the control, so the estimated ratio is 0"),
    ):
        found = hazard_ratio(*arms)
        assert math.isnan(found.p_value) and math.isnan(found.ratio) and not found.significant
        assert found.note.startswith("no test: ") and note in found.note and note in found.text
    once = hazard_ratio(Lifetimes([1, 2], [1, 0], [5, 5]), Lifetimes([1, 2], [1, 0], [3, 7]))
    assert not math.isnan(once.p_value) and "cannot be checked" in once.note


def test_many_data_sets_are_one_array(rng):
    time, event = rng.integers(1, 9, (2, 4, 30)), rng.integers(0, 2, (2, 4, 30))
    days = np.arange(1, 9)
    many = hazard_ratios(*(RiskSets.of(time[k], event[k], time=days) for k in range(2)))
    for i in range(4):
        one = hazard_ratio(*(Lifetimes(time[k, i], event[k, i]) for k in range(2)))
        assert many.log_ratio[i] == pytest.approx(one.log_ratio, abs=1e-12)
        assert many.p_value[i] == pytest.approx(one.p_value, rel=1e-9)
        assert many.proportional_p_value[i] == pytest.approx(one.proportional_p_value, rel=1e-9)


def test_calibration_sees_a_broken_error(monkeypatch):
    case = next(c for c in CASES if c.method.startswith("Cox") and c.quantity == "coverage")
    assert run(case, case.short).kept
    import helpers.validation.survival as topic

    def narrow(control, treatment):
        found = hazard_ratios(control, treatment)
        return HazardArrays(found.log_ratio, found.standard_error / 1.3, found.proportional_chi2, found.separated)

    monkeypatch.setattr(topic, "hazard_ratios", narrow)
    assert not run(case, case.short).kept


def test_calibration_sees_a_check_that_forgets_the_slope(monkeypatch):
    case = next(c for c in CASES if c.method == "proportional hazards check")
    assert run(case, case.short).kept
    monkeypatch.setattr(module.special, "chdtrc", lambda df, chi2: special.gammaincc(0.5, np.asarray(chi2)))
    assert not run(case, case.short).kept
