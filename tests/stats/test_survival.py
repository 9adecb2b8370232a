"""Kaplan-Meier and log-rank against R's survival package."""

import math

import numpy as np
import pytest

from helpers.stats import InputError, Lifetimes, kaplan_meier, log_rank


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
