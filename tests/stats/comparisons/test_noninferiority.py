"""Guardrails: verdict, bound and p are one thing."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import InputError, Mean, Proportion, Ratio, compare, noninferiority

counts = st.integers(1, 2000).flatmap(lambda n: st.builds(Proportion, st.just(n), st.integers(0, n)))
samples = st.lists(st.integers(-5, 40), min_size=2, max_size=20).map(Mean.from_values)
scales, directions = (
    st.sampled_from(["relative", "absolute"]),
    st.sampled_from(["increase", "decrease"]),
)


def check(c, t, margin, scale, bad):
    r = noninferiority(c, t, margin=margin, scale=scale, bad=bad)
    inside = r.bound > -margin if bad == "decrease" else r.bound < margin
    assert r.passed == (r.p_value < 0.05) == inside
    if math.isnan(r.p_value):
        assert r.note and not r.passed and math.isnan(r.bound)
    else:
        assert not r.note.startswith("no test")
    assert r.harmed == (r.harm_p_value < 0.05)
    side = "less" if bad == "decrease" else "greater"
    assert r.harmed == compare(c, t, alternative=side).significant


@settings(max_examples=300)
@given(counts, counts, st.floats(0.005, 0.9), scales, directions)
def test_proportions_bound_and_p_agree(c, t, margin, scale, bad):
    check(c, t, margin, scale, bad)


@settings(max_examples=300)
@given(samples, samples, st.floats(0.005, 0.9), scales, directions)
def test_means_bound_and_p_agree(c, t, margin, scale, bad):
    check(c, t, margin, scale, bad)


def test_absolute_margin_on_means_is_a_shifted_welch():
    a, b = [5.0, 6, 7, 9, 4, 6], [5.5, 6, 6, 8, 5]
    shifted = stats.ttest_ind([v + 1.0 for v in b], a, equal_var=False, alternative="greater")
    r = noninferiority(Mean.from_values(a), Mean.from_values(b), margin=1.0, scale="absolute")
    assert r.p_value == pytest.approx(shifted.pvalue, rel=1e-10)
    assert r.bound == pytest.approx(shifted.confidence_interval(0.95).low - 1.0, rel=1e-9)


def test_relative_margin_on_means_is_the_linear_form():
    a, b = Mean.from_moments(500, 10, 9), Mean.from_moments(400, 9.9, 16)
    r = noninferiority(a, b, margin=0.04)
    z = (9.9 - 0.96 * 10) / math.sqrt(16 / 400 + 0.96**2 * 9 / 500)
    assert r.p_value == pytest.approx(stats.t.sf(z, compare(a, b).df), rel=1e-10)
    up = noninferiority(a, b, margin=0.04, bad="increase")
    z = (9.9 - 1.04 * 10) / math.sqrt(16 / 400 + 1.04**2 * 9 / 500)
    assert up.p_value == pytest.approx(stats.t.cdf(z, compare(a, b).df), rel=1e-10)


def test_farrington_manning_p_from_statsmodels_ratio():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    _, p = proportion.score_test_proportions_2indep(
        880,
        9000,
        900,
        9000,
        value=0.9,
        compare="ratio",
        alternative="larger",
        return_results=False,
    )
    r = noninferiority(Proportion(9000, 900), Proportion(9000, 880), margin=0.1)
    assert r.p_value == pytest.approx(p, rel=1e-8)


def test_harm_and_pass_can_both_be_true():
    r = noninferiority(Proportion(10**6, 200_000), Proportion(10**6, 198_000), margin=0.02)
    assert r.passed and r.harmed
    assert "significantly worse" in r.text


def test_nothing_happened_is_a_fine_guardrail():
    r = noninferiority(Proportion(2000, 0), Proportion(2000, 0), margin=0.01, scale="absolute", bad="increase")
    assert r.passed and math.isnan(r.harm_p_value) and not r.harmed
    none = noninferiority(Proportion(2000, 0), Proportion(2000, 0), margin=0.01, bad="increase")
    assert math.isnan(none.p_value) and none.note and "not available" in none.text


def test_negative_control_margin_is_of_its_size():
    a, b = Mean.from_moments(900, -10, 4), Mean.from_moments(900, -10.1, 4)
    assert noninferiority(a, b, margin=0.05).passed
    assert not noninferiority(a, Mean.from_moments(900, -10.6, 4), margin=0.05).passed


def test_ratio_guardrail():
    a = Ratio.from_values([2, 3, 4, 5] * 50, [4, 5, 8, 9] * 50)
    assert noninferiority(a, a, margin=0.05).passed


def test_refusals():
    arm = Proportion(10, 5)
    for margin in (0, -0.1, 1.0, math.nan):
        with pytest.raises(InputError, match="margin"):
            noninferiority(arm, arm, margin=margin)
    with pytest.raises(InputError, match="bad"):
        noninferiority(arm, arm, margin=0.1, bad="down")  # type: ignore[arg-type]


def hundredths(n: int, successes: int) -> Proportion:
    """``n`` hundreds of units, of each hundred so many with a success: a rate that any number of hundreds can have."""
    return Proportion(100 * n, successes * n)


def seven_a_unit(n: int, tenths: int) -> Mean:
    """A mean of tenths, whose spread is 7."""
    return Mean.from_moments(100 * n, tenths / 10, 49.0)


@settings(max_examples=150)
@given(
    st.sampled_from([hundredths, seven_a_unit]), st.integers(3, 40), st.integers(3, 40),
    st.integers(5, 95), st.integers(-9, 9), st.floats(0.03, 0.9), scales, directions,
)  # fmt: skip
def test_so_many_times_the_units_bring_the_bound_to_the_margin_and_fewer_do_not(
    kind, n_c, n_t, level, change, margin, scale, bad
):
    """The same averages in more units, by the guardrail's own bound."""
    seen = min(max(level + change, 0), 100)
    room = {"margin": margin, "scale": scale, "bad": bad}
    made = noninferiority(kind(n_c, level), kind(n_t, seen), **room)
    times = made.times_to_pass(1e6)
    change = made.effect.relative if scale == "relative" else made.effect.absolute
    inside = margin - change if bad == "increase" else margin + change
    assert (times is not None) == (inside > 1e-9) or math.isnan(made.p_value) or abs(inside) < 1e-3
    if times is None or made.passed:
        assert times in (None, 1.0)
        return
    less, more = (
        noninferiority(kind(math.floor(k * times * n_c), level), kind(math.floor(k * times * n_t), seen), **room)
        for k in (0.97, 1.03 + 1 / min(n_c, n_t))
    )
    assert more.passed and not less.passed
