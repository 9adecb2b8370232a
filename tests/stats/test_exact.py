"""Small counts: scipy's exact tests, a brute-force supremum, and one verdict on every table."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.stats import InputError, Mean, Proportion, compare, unconditional
from helpers.stats.exact import boschloo, compare_exact, fisher
from helpers.stats.unconditional import Seen, Tables, exact_p_values
from helpers.validation import exact as topic
from helpers.validation import run

ALTERNATIVES = ("two-sided", "greater", "less")
counts = st.integers(1, 14).flatmap(lambda n: st.builds(Proportion, st.just(n), st.integers(0, n)))


def test_fisher_peers():
    """peers.md, scipy.stats.fisher_exact."""
    found = fisher(Proportion(50_000, 16_249), Proportion(50_000, 16_522))
    assert found.p_value == pytest.approx(0.0668750390, abs=1e-10)


def test_fisher_golden(golden):
    """R's fisher.test, for the small cases of the file."""
    cases = [c for c in golden["proportions"] if c["p_value_fisher"] is not None]
    if not cases:
        pytest.skip("this reference file holds no Fisher figure: all its cases are large")
    for case in cases:
        arms = (Proportion(*case[arm].values()) for arm in ("control", "treatment"))
        assert fisher(*arms).p_value == pytest.approx(case["p_value_fisher"], rel=1e-7)


def test_fisher_lady_tasting_tea():
    """R's documentation of fisher.test (Agresti 1990, page 61): p = 0.2429 one-sided."""
    assert fisher(Proportion(4, 1), Proportion(4, 3), alternative="greater").p_value == pytest.approx(17 / 70)


def test_boschloo_is_scipys_documented_case():
    """scipy.stats.boschloo_exact: 74 of 117 against 31 of 63 satisfied, 0.0355 one-sided (Fisher 0.0483), from its documentation."""
    control, treatment = Proportion(31 + 32, 31), Proportion(74 + 43, 74)
    table = [[74, 31], [43, 32]]
    expected = stats.boschloo_exact(table, alternative="greater").pvalue
    assert expected == pytest.approx(0.0355, abs=1e-4)
    assert fisher(control, treatment, alternative="greater").p_value == pytest.approx(0.0483, abs=1e-4)
    assert boschloo(control, treatment, alternative="greater").p_value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("case", [(3, 10, 9, 11), (1, 13, 6, 9), (0, 7, 3, 12), (5, 6, 9, 19), (7, 12, 4, 17)])
@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_one_sided_p_is_barnards(case, alternative):
    """scipy.stats.barnard_exact with the pooled statistic orders the tables as the score at zero does.

    Arms without a common divisor: scipy compares floats without a tolerance and so leaves out tables that tie.
    """
    x_c, n_c, x_t, n_t = case
    expected = stats.barnard_exact([[x_t, x_c], [n_t - x_t, n_c - x_c]], alternative=alternative, n=256).pvalue
    found = compare_exact(Proportion(n_c, x_c), Proportion(n_t, x_t), alternative=alternative).p_value
    assert found >= expected * (1 - 2e-5)
    if expected < 0.05:  # further out the tail may be larger beyond zero than at zero
        assert found == pytest.approx(expected, rel=2e-5)


def brute(x_c, n_c, x_t, n_t, null, side, ratio=False):
    """Supremum over 4,001 rates, tables one by one."""
    rates = np.linspace(0, min(1, 1 / null) if ratio else 1 - abs(null), 4001) + (0 if ratio else max(0, -null))
    other = rates * null if ratio else rates + null
    other = np.clip(other, 0, 1)

    def z(a, b):
        table = unconditional.Table.of(a, n_c, b, n_t)
        return side * (table.z_ratio(math.log(null)) if ratio else table.z_difference(null))

    total = np.zeros_like(rates)
    for a, b in product(range(n_c + 1), range(n_t + 1)):
        if z(a, b) >= z(x_c, x_t) - 1e-9:
            total += stats.binom.pmf(a, n_c, rates) * stats.binom.pmf(b, n_t, other)
    return total.max()


@pytest.mark.parametrize("case", [(3, 10, 9, 10), (1, 6, 7, 11), (0, 5, 2, 9)])
@pytest.mark.parametrize("null", [-0.4, 0.0, 0.15])
@pytest.mark.parametrize("side", [1, -1])
def test_tails_against_brute_force(case, null, side):
    x_c, n_c, x_t, n_t = case
    seen = Seen(Tables(n_c, n_t), x_c, x_t)
    assert seen.tail(null, "difference", side) == pytest.approx(brute(*case, null, side), rel=2e-5)
    ratio = 1 + null
    assert seen.tail(math.log(ratio), "ratio", side) == pytest.approx(brute(*case, ratio, side, ratio=True), rel=2e-5)


def test_interval_ends_are_where_the_tail_is_half_of_alpha():
    effect = compare_exact(Proportion(10, 3), Proportion(10, 9))
    seen = Seen(Tables(10, 10), 3, 9)
    for end, side in ((effect.absolute_low, 1), (effect.absolute_high, -1)):
        tails = [seen.tail(end + side * step, "difference", side) for step in (-1e-6, 1e-6)]
        assert tails[0] <= 0.025 + 1e-6 and tails[1] >= 0.025 - 1e-6
    for end, side in ((effect.relative_low, 1), (effect.relative_high, -1)):
        tails = [seen.tail(math.log1p(end) + side * step, "ratio", side) for step in (-1e-6, 1e-6)]
        assert tails[0] <= 0.025 + 1e-6 and tails[1] >= 0.025 - 1e-6


@settings(max_examples=60)
@given(counts, counts, st.sampled_from([0.5, 0.8, 0.95, 0.999]), st.sampled_from(ALTERNATIVES))
def test_one_verdict_on_every_table(control, treatment, confidence, alternative):
    effect = compare_exact(control, treatment, confidence=confidence, alternative=alternative)
    verdict = effect.p_value < effect.alpha
    assert (effect.absolute_low > 0 or effect.absolute_high < 0) == verdict, effect
    assert (effect.relative_low > 0 or effect.relative_high < 0) == verdict, effect
    assert effect.absolute_low <= effect.absolute <= effect.absolute_high
    if not math.isnan(effect.relative):
        assert effect.relative_low <= effect.relative + 1e-9 and effect.relative - 1e-9 <= effect.relative_high
    if math.isnan(effect.p_value):
        assert effect.note.startswith("no test")


@settings(max_examples=15)
@given(counts, counts)
def test_swapping_the_arms_turns_the_interval_round(control, treatment):
    a, b = compare_exact(control, treatment), compare_exact(treatment, control)
    np.testing.assert_allclose(a.p_value, b.p_value, rtol=1e-4)
    assert a.absolute_low == pytest.approx(-b.absolute_high, abs=1e-4)
    assert 1 + a.relative_low == pytest.approx(1 / (1 + b.relative_high), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize(("n_c", "n_t"), [(6, 6), (3, 9)])
def test_all_tables_at_once_are_the_single_ones(n_c, n_t, alternative):
    found = exact_p_values(n_c, n_t, alternative=alternative)
    for x_c, x_t in product(range(n_c + 1), range(n_t + 1)):
        alone = compare_exact(Proportion(n_c, x_c), Proportion(n_t, x_t), alternative=alternative).p_value
        if math.isnan(alone):
            assert math.isnan(found[x_c, x_t])
        else:
            assert found[x_c, x_t] <= alone * (1 + 1e-6)
            if alone < 0.05:
                assert found[x_c, x_t] == pytest.approx(alone, rel=1e-3)


@pytest.mark.parametrize(("n_c", "n_t"), [(9, 9), (5, 20), (15, 15)])
def test_size_is_at_most_alpha_at_every_rate(n_c, n_t):
    """The sum over all tables, at 501 rates: no simulation."""
    rejected = np.nan_to_num(exact_p_values(n_c, n_t), nan=1.0) < 0.05
    for rate in np.linspace(0, 1, 501):
        joint = np.outer(stats.binom.pmf(range(n_c + 1), n_c, rate), stats.binom.pmf(range(n_t + 1), n_t, rate))
        assert joint[rejected].sum() <= 0.05


def test_it_is_wider_than_the_score_interval_and_near_it():
    """Newcombe (1998), table II, case (a), 56 of 70 against 48 of 80: score 0.0528 to 0.3382."""
    effect, score = (f(Proportion(80, 48), Proportion(70, 56)) for f in (compare_exact, compare))
    assert effect.absolute_low == pytest.approx(score.absolute_low, abs=0.02)
    assert effect.absolute_high == pytest.approx(score.absolute_high, abs=0.02)
    assert effect.p_value == pytest.approx(score.p_value, rel=0.3)


def test_edges_have_an_answer_and_a_reason():
    none = compare_exact(Proportion(10, 0), Proportion(10, 0))
    assert math.isnan(none.p_value) and "no unit of either arm" in none.note
    assert none.absolute_low == pytest.approx(-none.absolute_high) and 0.25 < none.absolute_high < 0.35
    assert (none.relative_low, none.relative_high) == (-1, math.inf)
    assert math.isnan(fisher(Proportion(9, 9), Proportion(9, 9)).p_value)
    assert "every unit" in boschloo(Proportion(9, 9), Proportion(9, 9)).note
    one = compare_exact(Proportion(1, 0), Proportion(1, 1))
    assert (one.absolute_high, one.relative_high) == (1, math.inf) and one.p_value > 0.4
    lost = compare_exact(Proportion(12, 12), Proportion(12, 0))
    assert lost.significant and lost.absolute_low == -1 and lost.relative_low == -1


def test_refusals():
    with pytest.raises(InputError, match="use compare"):
        compare_exact(Proportion(300, 1), Proportion(300, 2))
    with pytest.raises(InputError, match="use compare"):
        boschloo(Proportion(300, 1), Proportion(300, 2))
    with pytest.raises(InputError, match="two Proportions"):
        compare_exact(Mean.from_values([1, 2]), Mean.from_values([1, 2]))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one unit"):
        fisher(Proportion(0, 0), Proportion(1, 0))
    with pytest.raises(InputError, match="alternative"):
        exact_p_values(3, 3, alternative="more")  # type: ignore[arg-type]


def test_the_calibration_notices_an_interval_cut_short(monkeypatch):
    case = next(c for c in topic.CASES if c.quantity == "coverage")
    assert run(case, 400).kept
    real = Seen.end
    monkeypatch.setattr(Seen, "end", lambda self, sweep, share: real(self, sweep, 4 * share))
    topic.effect.cache_clear()
    assert not run(case, 400).kept
    topic.effect.cache_clear()


def test_the_calibration_notices_a_one_sided_p_sold_as_two_sided(monkeypatch):
    broken = exact_p_values(60, 60, alternative="greater")
    broken = np.fmin(broken, broken.T)
    monkeypatch.setattr(topic, "exact_p_values", lambda n_c, n_t: broken)
    topic.unconditional_table.cache_clear()
    case = next(c for c in topic.CASES if "60 : 60" in str(c) and "0.5" in str(c))
    assert not run(case, 1_000).kept
    topic.unconditional_table.cache_clear()
