"""Adjusted p-values against R and scipy."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import InputError, Mean, Proportion, adjust, compare
from helpers.stats.multiplicity.corrections import adjusted_effects, adjusted_p_values, decision_levels
from helpers.validation import multiplicity as topic
from helpers.validation import run

METHODS = ("holm", "bonferroni", "hochberg", "bh", "by")


def test_golden(golden):
    for c in golden["p_adjust"]:
        for method in METHODS:
            np.testing.assert_allclose(adjust(c["p"], method).adjusted, c[method], rtol=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_order_and_power_of_the_methods(p):
    found = {m: np.array(adjust(p, m).adjusted) for m in METHODS}
    eps = 1e-12
    assert (found["hochberg"] <= found["holm"] + eps).all()
    assert (found["holm"] <= found["bonferroni"] + eps).all()
    assert (found["bh"] <= found["hochberg"] + eps).all()
    assert (found["bh"] <= found["by"] + eps).all()
    assert (found["bh"] >= np.array(p) - eps).all()
    for method in ("bh", "by"):
        np.testing.assert_allclose(found[method], stats.false_discovery_control(p, method=method), atol=1e-12)


def test_a_missing_p_counts_in_the_family():
    r = adjust([0.01, math.nan, 0.04])
    assert r.adjusted[0] == pytest.approx(0.03) and math.isnan(r.adjusted[1])
    assert r.rejected == (True, False, False) and "1 of 3" in r.note


def test_holm_holds_the_family_error(rng):
    alarms = sum(any(adjust(p).rejected) for p in rng.uniform(size=(4000, 5)))
    assert alarms / 4000 == pytest.approx(0.05, abs=0.012)


def test_refusals_and_empty():
    assert adjust([]).adjusted == ()
    with pytest.raises(InputError):
        adjust([0.5, 1.2])
    with pytest.raises(InputError):
        adjust([0.5], "sidak")  # type: ignore[arg-type]


# --- arrays of families, and intervals that agree ---

families = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=5), st.sampled_from(METHODS))
def test_many_families_at_once_are_the_single_ones(rows, method):
    found = adjusted_p_values(np.array(rows), method)
    for row, adjusted in zip(rows, found, strict=True):
        np.testing.assert_array_equal(adjust(row, method).adjusted, adjusted)


@given(families, st.sampled_from(METHODS), st.sampled_from([0.01, 0.05, 0.2]))
def test_p_is_below_its_level_iff_the_adjusted_p_is_below_alpha(p, method, alpha):
    levels = decision_levels(p, method, alpha)
    rejected = adjusted_p_values(p, method) < alpha
    near = np.abs(p - levels) < 1e-12  # where rounding of the two divisions decides
    np.testing.assert_array_equal((p < levels)[~near], rejected[~near])
    assert (levels <= alpha * (1 + 1e-12)).all() and (
        levels >= alpha / p.size / np.sum(1 / np.arange(1, p.size + 1)) * 0.999
    ).all()


def test_levels_by_hand():
    p = np.array([0.001, 0.012, 0.03, 0.8])
    np.testing.assert_allclose(decision_levels(p, "holm", 0.05), np.array([1 / 4, 1 / 3, 1 / 2, 1 / 2]) * 0.05)
    np.testing.assert_allclose(decision_levels(p, "hochberg", 0.05), np.array([1 / 3, 1 / 3, 1 / 2, 1]) * 0.05)
    np.testing.assert_allclose(decision_levels(p, "bonferroni", 0.05), 0.0125)
    np.testing.assert_allclose(decision_levels(p, "bh", 0.05), 0.05 * 3 / 4)
    np.testing.assert_allclose(decision_levels(p, "by", 0.05), 0.05 * 2 / 4 / (25 / 12))
    np.testing.assert_allclose(decision_levels(np.array([0.5, 0.6]), "bh", 0.05), 0.025)
    assert decision_levels(np.array([]), "holm").size == 0


arms = st.integers(20, 400).flatmap(lambda n: st.builds(Proportion, st.just(n), st.integers(0, n)))
samples = st.lists(st.integers(-5, 40), min_size=2, max_size=12).map(Mean.from_values)
pairs = st.one_of(st.tuples(arms, arms), st.tuples(samples, samples))


@settings(max_examples=150)
@given(st.lists(pairs, min_size=1, max_size=6), st.sampled_from(METHODS), st.sampled_from([0.8, 0.95]),
       st.sampled_from(["two-sided", "greater", "less"]))  # fmt: skip
def test_intervals_exclude_zero_iff_the_adjusted_p_is_below_alpha(family, method, confidence, alternative):
    found = adjusted_effects(family, method, confidence=confidence, alternative=alternative)
    plain = adjust([compare(*pair, alternative=alternative).p_value for pair in family], method, alpha=1 - confidence)
    for member, p, rejected in zip(found, plain.adjusted, plain.rejected, strict=True):
        effect = member.effect
        assert member.rejected == rejected == (member.adjusted_p_value < member.alpha)
        assert member.adjusted_p_value == p or math.isnan(p)
        assert (effect.absolute_low > 0 or effect.absolute_high < 0) == rejected
        assert (effect.relative_low > 0 or effect.relative_high < 0) == rejected
        assert effect.confidence == pytest.approx(1 - member.level)


def test_a_p_on_the_edge_follows_the_decision():
    """m p and p / m round differently: the interval follows the adjusted p."""
    pair = (Proportion(400, 100), Proportion(400, 130))
    p = compare(*pair).p_value
    for m in (1, 3, 7):
        for alpha in (m * p, math.nextafter(m * p, 1), math.nextafter(m * p, 0)):
            (first, *_) = adjusted_effects([pair] * m, "bonferroni", confidence=1 - alpha)
            excludes = first.effect.absolute_low > 0 or first.effect.absolute_high < 0
            assert first.rejected == excludes == first.effect.significant


def test_other_comparisons_can_be_adjusted():
    pair = (Proportion(12, 2), Proportion(12, 11))

    def own(control, treatment, *, confidence, alternative):
        return replace(compare(control, treatment, confidence=confidence, alternative=alternative), method="own")

    found = adjusted_effects([pair, pair], comparer=own)
    assert found[0].effect.method == "own" and found[0].rejected
    nothing = adjusted_effects([pair, (Proportion(9, 0), Proportion(9, 0))])
    assert math.isnan(nothing[1].adjusted_p_value) and not nothing[1].rejected
    assert adjusted_effects([]) == ()


def test_the_calibration_notices_unadjusted_p_values(monkeypatch):
    case = next(c for c in topic.CASES if "Holm" in str(c) and "no effect, correlation 0" in str(c))
    assert run(case, 1_000).kept
    monkeypatch.setattr(topic, "adjusted_p_values", lambda p, method: p)
    assert not run(case, 1_000).kept


def test_the_calibration_notices_intervals_at_the_wrong_level(monkeypatch):
    case = next(c for c in topic.CASES if "all at once" in str(c))
    monkeypatch.setattr(topic, "decision_levels", lambda p, method, alpha: np.full(p.shape, alpha))
    assert not run(case, 1_000).kept
