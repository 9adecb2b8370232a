"""Sample-ratio mismatch, against R, exact sums and the false alarms of daily looks."""

import math

import numpy as np
import pytest
from scipy import special, stats

from helpers.stats import InputError, srm, srm_by_group
from helpers.stats.checks.exact_counts import equal_shares
from helpers.stats.checks.sequential_srm import sequential_srm
from helpers.stats.checks.srm import SRM
from helpers.stats.checks.srm_diagnosis import diagnose_srm
from helpers.validation import run
from helpers.validation import srm as calibration


def test_golden(golden):
    for c in golden["srm"]:
        r = srm(c["observed"], c["weights"])
        assert r.chi2 == pytest.approx(c["chi2"], rel=1e-9)
        assert r.p_value == pytest.approx(c["p_value"], rel=1e-9)
        assert r.failed == (c["p_value"] < 0.001)
        assert r.df == len(c["observed"]) - 1


def test_arms_of_weight_zero_do_not_count():
    r = srm({"a": 500, "b": 520, "off": 0}, {"a": 1, "b": 1, "off": 0})
    assert r.df == 1 and r.arms == ("a", "b") and r.note == ""
    assert r.p_value == pytest.approx(stats.chisquare([500, 520]).pvalue)
    assert "3 units in arms designed to be empty" in srm([500, 520, 3], [1, 1, 0]).note


def test_a_missing_arm_is_a_mismatch():
    assert srm({"a": 500}, {"a": 1, "b": 1}).failed


def test_small_expectations_are_exact():
    r = srm([8, 0], [0.5, 0.5])
    assert r.p_value == pytest.approx(2 / 256) and "exact" in r.note
    assert srm([3, 17], [0.1, 0.9]).p_value == pytest.approx(stats.binomtest(3, 20, 0.1).pvalue)
    three = srm([4, 1, 0], [1, 1, 1])
    outcomes = [(i, j, 5 - i - j) for i in range(6) for j in range(6 - i)]
    mass = stats.multinomial(5, [1 / 3] * 3)
    own = mass.pmf([4, 1, 0])
    expected = sum(mass.pmf(o) for o in outcomes if mass.pmf(o) <= own * (1 + 1e-9))
    assert three.p_value == pytest.approx(expected)
    large = srm([500, 520, 530], [1, 1, 1])
    assert large.p_value == pytest.approx(stats.chisquare([500, 520, 530]).pvalue) and large.note == ""


def test_many_outcomes_are_drawn_and_the_same_counts_have_the_same_p():
    """The last arm expects one unit and has three: the others split the rest as they should, whatever they hold."""
    seen, weights = [300, 290, 3], [0.5, 0.5 - 1 / 593, 1 / 593]
    r = srm(seen, weights)
    assert "draws" in r.note and r == srm(seen, weights)
    mass = stats.multinomial(593, np.array(weights) / sum(weights))
    outcomes = np.array([(i, 593 - i - j, j) for j in range(16) for i in range(593 - j + 1)])
    pmf = mass.pmf(outcomes)
    expected = pmf[pmf <= mass.pmf(seen) * (1 + 1e-9)].sum()
    assert r.p_value == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    ("hits", "totals"), [((3, 0, 4), (40, 30, 9)), ((39, 28, 9), (40, 30, 9)), ((1, 1, 9), (9, 9, 9))]
)
def test_equal_shares_in_three_arms_against_all_tables(hits, totals):
    mass = stats.multivariate_hypergeom(totals, sum(hits))
    tables = [
        (i, j, sum(hits) - i - j)
        for i in range(totals[0] + 1)
        for j in range(totals[1] + 1)
        if 0 <= sum(hits) - i - j <= totals[2]
    ]
    pmf = mass.pmf(np.array(tables))
    p, draws = equal_shares(hits, totals)
    assert draws and p == pytest.approx(pmf[pmf <= mass.pmf(hits) * (1 + 1e-9)].sum(), rel=0.25)


def test_equal_shares_in_two_arms_are_fishers():
    assert equal_shares((5, 9), (90, 70)) == (stats.fisher_exact([[5, 85], [9, 61]]).pvalue, 0)


def test_no_units_is_no_verdict():
    r = srm([0, 0], [1, 1])
    assert math.isnan(r.p_value) and not r.failed and "no units" in r.note


def test_groups_keep_their_threshold():
    result = srm_by_group({"d1": [500, 505], "d2": [900, 500], "d3": [50, 60]}, [1, 1])
    assert result.failed == ("d2",)
    assert result.chance_of_any == pytest.approx(1 - 0.999**3)


@pytest.mark.parametrize(
    ("observed", "weights"),
    [
        ([1, 2], [1]),
        ([1, 2], [1, 0]),
        ({"a": 1, "x": 2}, {"a": 1, "b": 1}),
        ({"a": 1}, [1]),
        ([1, 2], [1, -1]),
        ([1.5, 2], [1, 1]),
    ],
)
def test_refusals(observed, weights):
    with pytest.raises(InputError):
        srm(observed, weights)


def test_false_alarms_of_28_daily_looks(rng):
    """peers.md: 27.7 of 100 at .05, 7.0 at .01, 1.0 at .001."""
    runs, per_day = 4000, 500
    total = per_day * np.arange(1, 29)
    seen = rng.binomial(per_day, 0.5, (runs, 28)).cumsum(axis=1)
    p = special.chdtrc(1, (2 * seen - total) ** 2 / total)
    worst = p.min(axis=1)
    for threshold, rate in ((0.05, 0.277), (0.01, 0.070), (0.001, 0.010)):
        assert (worst < threshold).mean() == pytest.approx(rate, abs=4 * math.sqrt(rate / runs) + 0.003)


def test_sequential_paths():
    daily = [{"c": 500, "t": 480}, {"c": 500, "t": 390}, {"c": 500, "t": 500}]
    result = sequential_srm(daily, {"c": 1, "t": 1, "off": 0})
    assert result.arms == ("c", "t") and result.units == (980, 1870, 2870)
    assert list(result.p_values) == sorted(result.p_values, reverse=True)
    so_far = [{"c": 500, "t": 480}, {"c": 1000, "t": 870}, {"c": 1500, "t": 1370}]
    assert sequential_srm(so_far, {"c": 1, "t": 1, "off": 0}, cumulative=True) == result
    assert not result.failed and result.first_failure is None and result.p_value == result.p_values[-1]
    assert "3 units" in sequential_srm([[5, 5, 3]], [1, 1, 0]).note


def test_sequential_by_unit_equals_by_day():
    units = ["a", "b", "b", "a", "b", "b"]
    weights = {"a": 0.5, "b": 0.5}
    by_unit = sequential_srm(units, weights, concentration=4.0)
    by_day = sequential_srm([{"a": 2, "b": 4}], weights, concentration=4.0)
    assert by_unit.log_bayes_factors[-1] == pytest.approx(by_day.log_bayes_factors[-1], abs=1e-12)
    assert by_unit.units == (1, 2, 3, 4, 5, 6)


def test_sequential_finds_a_leak_and_keeps_the_alarm():
    looks = [[1000, 850]] * 3 + [[1000, 1100]] * 5
    result = sequential_srm(looks, [1, 1])
    assert result.failed and result.first_failure == 2 and result.p_values[-1] == result.p_values[2]


def test_beta_binomial_by_hand():
    from scipy import special

    expected = special.betaln(51, 61) - special.betaln(1, 1) - 110 * math.log(0.5)
    assert sequential_srm([[50, 60]], [1, 1], concentration=2.0).log_bayes_factors[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sequential_srm([], [1, 1]),
        lambda: sequential_srm([[5, 5], [4, 6]], [1, 1], cumulative=True),
        lambda: sequential_srm([[5, 5]], [1, 1], concentration=0),
        lambda: sequential_srm(["x"], {"a": 1, "b": 1}),
        lambda: sequential_srm([[5, 5]], [1, 1, 1]),
        lambda: diagnose_srm([1, 1]),
        lambda: diagnose_srm([1, 1], assigned=[1, 2, 3]),
    ],
)
def test_sequential_refusals(call):
    with pytest.raises(InputError):
        call()


GOOD, BAD = [5000, 5020], [5000, 4600]


@pytest.mark.parametrize(
    ("counts", "stage", "reason"),
    [
        ({"assigned": GOOD, "days": {"d1": GOOD}}, "none", "agrees"),
        ({"assigned": BAD}, "assignment", "before the change"),
        ({"assigned": BAD, "days": {"d1": BAD, "d2": BAD}}, "assignment", "before the change"),
        ({"assigned": GOOD, "exposed": BAD}, "execution", "while assigned units agree"),
        ({"assigned": GOOD, "exposed": GOOD, "logged": BAD, "analysed": BAD}, "log processing", "exposed units agree"),
        ({"exposed": GOOD, "analysed": BAD}, "analysis", "exposed units agree"),
        ({"analysed": BAD}, "unknown", "no earlier step"),
        ({"exposed": BAD, "days": {"d1": BAD, "d2": GOOD, "d3": GOOD}}, "execution", "first days fail, up to d1"),
        ({"assigned": BAD, "days": {"d1": GOOD, "d2": BAD, "d3": BAD}}, "interference", "until d2"),
        ({"assigned": BAD, "days": {"d1": GOOD, "d2": BAD, "d3": GOOD}}, "assignment", "before the change"),
        ({"assigned": GOOD, "exposed": BAD, "days": {"d1": BAD, "d2": GOOD}}, "execution", "and only the first days"),
        ({"analysed": BAD, "segments": {"os": {"ios": BAD, "web": GOOD}}}, "execution", "only os ios"),
        ({"exposed": GOOD, "logged": BAD, "segments": {"os": {"ios": BAD, "web": GOOD}}}, "log processing", "os ios"),
        ({"analysed": BAD, "segments": {"os": {"ios": BAD, "web": BAD}}}, "unknown", "no earlier step"),
        ({"analysed": BAD, "segments": {"os": {"ios": BAD, "web": [500, 460]}}}, "execution", "only os ios"),
        ({"segments": {"os": {"a": BAD, "b": [3000, 2800], "c": [3000, 2800]}}}, "unknown", "day or segment"),
        ({"days": {"d1": GOOD, "d2": BAD, "d3": GOOD}}, "unknown", "day or segment"),
    ],
)
def test_diagnosis(counts, stage, reason):
    found = diagnose_srm([1, 1], **counts)
    assert found.stage == stage and reason in found.reason
    assert reason in found.text and (stage == "none") == (found.check == "")
    assert all(isinstance(test, SRM) for _, test in found.tests)


def test_diagnosis_with_names():
    weights = {"control": 0.9, "treatment": 0.1}
    days = {"mon": {"control": 9000, "treatment": 700}, "tue": {"control": 9000, "treatment": 1004}}
    found = diagnose_srm(weights, days=days)
    assert found.stage == "execution" and "mon" in found.text
    assert [name for name, _ in found.tests] == ["day mon", "day tue"]


def test_calibration_sees_equal_weights_in_a_skewed_design(monkeypatch):
    case = next(c for c in calibration.CASES if "chi-square, false positives, 90% : 10%, 100,000" in str(c))
    assert run(case, case.short).kept
    monkeypatch.setattr(calibration, "srm", lambda counts, design: srm(counts, [0.89, 0.11]))
    assert not run(case, case.short).kept


def test_calibration_sees_daily_chi_squares(monkeypatch):
    case = next(c for c in calibration.CASES if "threshold 0.05" in str(c) and "50% : 50%, 5,000" in str(c))
    assert run(case, case.short).kept

    def chi_square(counts, shares, concentration):
        total = counts.sum(axis=-1)
        return -np.log(special.chdtrc(1, (counts[..., 0] - total / 2) ** 2 * 4 / total))

    monkeypatch.setattr(calibration, "dirichlet_log_ratio", chi_square)
    assert not run(case, case.short).kept
