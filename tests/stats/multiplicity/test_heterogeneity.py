"""Partial pooling against statsmodels and the eight schools; no claim without an interaction."""

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, Proportion, Ratio, compare
from helpers.stats.multiplicity.heterogeneity import heterogeneity as by_segment
from helpers.stats.multiplicity.heterogeneity import segment_estimate
from helpers.stats.multiplicity.pooling import partial_pooling
from helpers.validation import heterogeneity as calibration
from helpers.validation import run

SCHOOLS = np.array([28, 8, -3, 7, -1, 1, 18, 12.0]), np.array([15, 10, 16, 11, 9, 11, 10, 18.0]) ** 2


@pytest.mark.parametrize("stretch", [1.0, 2.5])
@pytest.mark.parametrize(("tau", "theirs"), [("paule-mandel", "iterated"), ("dersimonian-laird", "chi2")])
def test_equals_statsmodels(tau, theirs, stretch):
    from statsmodels.stats.meta_analysis import combine_effects

    d, v = SCHOOLS[0] * stretch, SCHOOLS[1]
    found = partial_pooling(d, v, tau=tau)
    oracle = combine_effects(d, v, method_re=theirs, **({"atol": 1e-13} if theirs == "iterated" else {}))
    assert found.tau2 == pytest.approx(max(oracle.tau2, 0), rel=1e-8, abs=1e-8)
    if oracle.tau2 >= 0:  # statsmodels goes on with a negative variance
        assert found.mean == pytest.approx(oracle.mean_effect_re, rel=1e-8)
        assert found.mean_error == pytest.approx(oracle.sd_eff_w_re, rel=1e-8)
    test = oracle.test_homogeneity()
    assert found.q == pytest.approx(test.statistic, rel=1e-10)
    assert found.p_value == pytest.approx(test.pvalue, rel=1e-10)


def test_eight_schools_are_pooled_but_not_made_one():
    """Rubin (1981): pooled mean 7.7, no variance between seen; Morris keeps a little of each school all the same."""
    found = partial_pooling(*SCHOOLS)
    assert found.mean == pytest.approx(7.69, abs=0.005) and found.mean_error == pytest.approx(4.07, abs=0.005)
    assert found.tau2 == 0
    assert found.shrinkage == pytest.approx(np.full(8, 5 / 7))
    assert (np.abs(found.shrunken - found.mean) < np.abs(SCHOOLS[0] - found.mean)).all()
    assert (found.shrunken_error < np.sqrt(SCHOOLS[1])).all()
    assert (found.shrunken_error > found.mean_error).all()


def test_equal_variances_are_james_stein(rng):
    """With equal variances and Paule-Mandel the shrinkage is (k - 3) / sum of squares, towards the mean."""
    d = rng.normal(0, 3, 12)
    found = partial_pooling(d, np.ones(12))
    assert found.shrinkage == pytest.approx(np.full(12, 9 / ((d - d.mean()) ** 2).sum()), rel=1e-9)


def test_fewer_than_four_are_left_alone():
    found = partial_pooling([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])
    assert found.shrunken == pytest.approx([1, 2, 4]) and found.shrunken_error == pytest.approx(np.sqrt([1, 2, 3]))


def test_deviation_is_from_the_others():
    d, v = SCHOOLS
    weights = 1 / v
    for i, seen in enumerate(partial_pooling(d, v).deviation):
        rest = np.delete(np.arange(8), i)
        other = np.average(d[rest], weights=weights[rest])
        assert seen == pytest.approx((d[i] - other) / math.sqrt(v[i] + 1 / weights[rest].sum()), rel=1e-9)


def test_missing_segments_leave_the_rest_as_it_is():
    d, v = SCHOOLS
    with_gap = partial_pooling(np.append(d, [np.nan, 5.0]), np.append(v, [1.0, 0.0]))
    without = partial_pooling(d, v)
    for name in ("mean", "tau2", "q", "df", "p_value"):
        assert getattr(with_gap, name) == pytest.approx(getattr(without, name), rel=1e-12)
    assert with_gap.shrunken[:8] == pytest.approx(without.shrunken) and np.isnan(with_gap.shrunken[8:]).all()


def test_segments_without_anything_to_pool():
    nothing, one = partial_pooling([np.nan], [1.0]), partial_pooling([2.0], [1.0])
    for found in (nothing, one):
        assert np.isnan(found.p_value) and np.isnan(found.q) and np.isnan(found.tau2) and found.df == 0
    assert one.shrunken == [2.0] and one.shrunken_error == [1.0] and np.isnan(one.deviation)
    assert np.isnan(nothing.shrunken) and np.isnan(nothing.mean)


def test_segment_estimates():
    control, treatment = Mean.from_moments(100, 10, 4), Mean.from_moments(80, 12, 9)
    effect, variance = segment_estimate(control, treatment)
    assert effect == 2 and variance == pytest.approx(0.04 + 9 / 80)
    assert effect / math.sqrt(variance) == pytest.approx(compare(control, treatment).statistic)
    effect, variance = segment_estimate(control, treatment, "relative")
    assert effect == pytest.approx(math.log(1.2)) and variance == pytest.approx(4 / 100 / 100 + 9 / 80 / 144)
    ratio = Ratio.from_values([1, 2, 4], [2, 3, 5])
    assert segment_estimate(ratio, ratio)[0] == 0
    for pair in (
        (Proportion(9, 0), Proportion(9, 0)),
        (Proportion(1, 1), Proportion(9, 1)),
        (Mean.from_values([1.0]), Mean.from_values([1.0, 2.0])),
    ):
        assert all(map(math.isnan, segment_estimate(*pair)))
    assert math.isnan(segment_estimate(Proportion(9, 0), Proportion(9, 4), "relative")[0])


CONTROL = Proportion(4000, 400)


def treatments(*successes):
    return {f"s{i}": (CONTROL, Proportion(4000, k)) for i, k in enumerate(successes)}


@pytest.mark.parametrize("scale", ["absolute", "relative"])
def test_claims_only_after_the_interaction_test(scale):
    calm = by_segment(treatments(420, 430, 440, 450, 470), scale=scale)
    assert not calm.interaction and calm.claims == () and "no segment may be called different" in calm.text
    assert all("interaction test does not reject" in found.text for found in calm.segments)
    odd = by_segment(treatments(420, 430, 440, 425, 640), scale=scale)
    assert odd.interaction and odd.claims == ("s4",) and "different from the others: s4" in odd.text
    assert "larger than elsewhere" in odd.segments[4].text
    assert "does not differ from the others" in odd.segments[0].text
    low = by_segment(treatments(620, 630, 640, 625, 440), scale=scale)
    assert "smaller than elsewhere" in low.segments[4].text
    for found in (*calm.segments, *odd.segments):
        assert found.low < found.estimate < found.high
        assert found.shrunken_low < found.shrunken < found.shrunken_high
    assert 0 <= calm.i_squared < 0.6 < odd.i_squared < 1


def test_an_interaction_that_no_segment_explains_alone():
    found = by_segment(treatments(400, 401, 455, 456, 498, 499))
    assert found.interaction and found.claims == () and "none alone" in found.text


def test_relative_effects_are_fractions():
    found = by_segment({"a": (CONTROL, Proportion(4000, 480)), "b": (CONTROL, Proportion(4000, 480))}, scale="relative")
    assert found.segments[0].estimate == pytest.approx(0.2) and found.mean == pytest.approx(0.2)
    assert found.p_value == pytest.approx(1) and found.i_squared == 0 and found.tau == 0


def test_what_cannot_be_estimated_is_said():
    found = by_segment({**treatments(420, 460), "empty": (Proportion(50, 0), Proportion(50, 0))})
    assert found.df == 1 and "1 of 3 segments left out (too few units or outcomes)" in found.note
    assert found.segments[2].text == "empty: no claim, the segment has no estimate with a variance."
    assert math.isnan(found.segments[2].p_value) and not found.segments[2].claim
    lone = by_segment(treatments(420))
    assert math.isnan(lone.p_value) and not lone.interaction and math.isnan(lone.i_squared) and lone.claims == ()
    assert lone.text.startswith("No interaction test") and "no other segment" in lone.segments[0].text
    relative = by_segment({"a": (Proportion(9, 0), Proportion(9, 1)), **treatments(420)}, scale="relative")
    assert "1 of 2 segments left out" in relative.note and "fewer than two" in relative.note


def test_refusals():
    for call in (
        lambda: by_segment({}),
        lambda: by_segment(treatments(1), scale="log"),
        lambda: by_segment(treatments(1), tau="reml"),
        lambda: by_segment(treatments(1), alpha=5),
        lambda: by_segment({"a": (CONTROL, Proportion(0, 0))}),
        lambda: by_segment({"a": (CONTROL, Mean.from_values([1, 2]))}),
    ):
        with pytest.raises(InputError):
            call()


@given(st.lists(st.integers(300, 500), min_size=1, max_size=8), st.floats(0.01, 0.2))
def test_no_claim_without_interaction(successes, alpha):
    found = by_segment(treatments(*successes), alpha=alpha)
    assert found.interaction or not found.claims
    if len(successes) > 1:
        ends = [s.estimate for s in found.segments]
        assert min(ends) <= found.mean <= max(ends) or found.mean == pytest.approx(ends[0])
        assert all(
            min(s.estimate, found.mean) - 1e-9 <= s.shrunken <= max(s.estimate, found.mean) + 1e-9
            for s in found.segments
        )


def test_segments_tested_one_by_one_are_flagged(monkeypatch):
    """Without the interaction test and the adjustment, claims come far too often."""
    chosen = next(c for c in calibration.CASES if c.method == "claims about segments")
    assert run(chosen, 1_000).kept
    monkeypatch.setattr(calibration, "_interaction", lambda cells, counts: np.zeros(len(counts)))
    module = import_module("helpers.stats.multiplicity.heterogeneity")
    monkeypatch.setattr(module, "adjust", lambda p, *_, **__: type("Raw", (), {"adjusted": tuple(p)}))
    honest = module.of_proportions
    monkeypatch.setattr(module, "of_proportions", lambda *arms: replace(honest(*arms), p_value=np.asarray(0.0)))
    assert not run(chosen, 300).kept


def test_pooling_that_forgets_its_own_uncertainty_is_flagged(monkeypatch):
    chosen = next(c for c in calibration.CASES if c.method == "partial pooling" and "8 segments" in c.setting)
    assert run(chosen, 1_000).kept
    monkeypatch.setattr(calibration, "Z", calibration.Z * 0.7)
    assert not run(chosen, 1_000).kept
