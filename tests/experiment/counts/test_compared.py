"""What follows from counts, held against scipy and statsmodels, and against what may change nothing."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.config import Prior, Rule
from helpers.experiment.counts.compared import SAMPLE_RATIO, ComparedCounts, CountedArms, compared
from helpers.experiment.counts.next_step import next_step
from helpers.ingest.counts import written
from helpers.stats import Mean, Proportion
from tests.gauntlet.facts import belief, fact, holm, score_interval, score_ratio


def reckoned(arms: dict, weights: dict | None = None, **stated: object) -> ComparedCounts:
    return compared(CountedArms(arms, weights or dict.fromkeys(arms, 1.0), **stated))  # type: ignore[arg-type]


RATES = st.tuples(st.integers(200, 50_000), st.floats(0.02, 0.9)).map(lambda t: [t[0], max(2, round(t[0] * t[1]))])


@settings(max_examples=40, deadline=None)
@given(st.lists(RATES, min_size=2, max_size=4))
def test_shares_are_compared_as_scipy_and_statsmodels_do(drawn):
    control, *others = drawn
    names = [f"arm_{i}" for i in range(len(drawn))]
    found = reckoned({name: Proportion(n, x) for name, (n, x) in zip(names, drawn, strict=True)})
    facts = [fact(control, arm) for arm in others]
    for told, true, p, arm in zip(found.decided.evidence, facts, holm([f.p for f in facts]), others, strict=True):
        e = told.effect
        assert math.isclose(told.p_value, p, rel_tol=1e-6, abs_tol=1e-12)
        assert (e.absolute, e.relative) == pytest.approx((true.estimate, true.relative), abs=1e-12)
        assert (e.absolute_low, e.absolute_high) == pytest.approx(score_interval(control, arm, 0.95), abs=1e-6)
        assert (e.relative_low, e.relative_high) == pytest.approx(score_ratio(control, arm, 0.95), rel=1e-5, abs=1e-6)


MEANS = st.tuples(st.integers(50, 20_000), st.floats(5, 50), st.floats(0.5, 20)).map(list)


@settings(max_examples=40, deadline=None)
@given(st.lists(MEANS, min_size=2, max_size=4))
def test_means_are_compared_as_scipy_does(drawn):
    control, *others = drawn
    arms = written.arms([f"{n},{mean!r},{sd!r}" for n, mean, sd in drawn], "means")
    found = reckoned(arms)
    tests = [
        stats.ttest_ind_from_stats(arm[1], arm[2], arm[0], control[1], control[2], control[0], equal_var=False)
        for arm in others
    ]
    adjusted = holm([float(test.pvalue) for test in tests])
    for told, p, arm in zip(found.decided.evidence, adjusted, others, strict=True):
        e, true = told.effect, fact(control, arm)
        assert math.isclose(told.p_value, p, rel_tol=1e-6, abs_tol=1e-14)
        v_c, v_t = (sd * sd / n for n, _, sd in (control, arm))
        df = (v_c + v_t) ** 2 / (v_c**2 / (control[0] - 1) + v_t**2 / (arm[0] - 1))  # Welch, Satterthwaite
        reach = stats.t.isf(0.025, df) * math.hypot(math.sqrt(v_c), math.sqrt(v_t))
        assert (e.absolute_low, e.absolute_high) == pytest.approx(
            (arm[1] - control[1] - reach, arm[1] - control[1] + reach)
        )
        if math.isfinite(true.low):
            assert (e.relative_low, e.relative_high) == pytest.approx((true.low, true.high), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("sizes", "weights"),
    [
        ((10_000, 10_000), (1, 1)),
        ((20_000, 17_000), (1, 1)),
        ((16_000, 4_100), (4, 1)),
        ((9_000, 9_300, 8_900), (1, 1, 1)),
    ],
)
def test_arm_sizes_are_tested_as_scipy_does(sizes, weights):
    names = [f"arm_{i}" for i in range(len(sizes))]
    arms = {name: Proportion(n, n // 10) for name, n in zip(names, sizes, strict=True)}
    found = reckoned(arms, dict(zip(names, weights, strict=True)))
    expected = [sum(sizes) * w / sum(weights) for w in weights]
    p = float(stats.chisquare(sizes, expected).pvalue)
    assert math.isclose(found.ratio.p_value, p, rel_tol=1e-9, abs_tol=1e-15)
    assert (
        (found.decided.proposed.verdict == "INVALID")
        is (p < 0.001)
        is (found.decided.weighed.failed_checks == (SAMPLE_RATIO,))
    )
    assert found.doubtful is (0.001 <= p < 0.05)


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize(
    "arms", [([10_000, 500], [10_000, 560]), ([2_000, 600], [2_000, 690]), ([5_000, 20.0, 30.0], [5_000, 21.5, 30.0])]
)
def test_the_risk_is_that_of_the_prior_integrated_numerically(arms, better):
    control, arm = arms
    made = {2: lambda a: Proportion(*a), 3: lambda a: Mean.from_moments(a[0], a[1], a[2] ** 2)}[len(control)]
    prior, sign = Prior(improve=0.3, harm=0.1, size=0.04), 1 if better == "higher" else -1
    found = reckoned({"a": made(control), "b": made(arm)}, rule=Rule(prior=prior), higher_is_better=sign > 0)
    risk, mean = belief(fact(control, arm), (0.3, 0.1, 0.04), sign)
    told = found.decided.weighed.belief
    assert told is not None and (told.risk, told.mean) == pytest.approx((risk, mean), rel=1e-4)


ARMS = st.lists(st.one_of(RATES), min_size=2, max_size=4)
BETTER = st.booleans()


def verdicts(found: ComparedCounts) -> dict[str, tuple]:
    """What was found of each arm, by its name."""
    return {
        name: (made.verdict, made.reason.removeprefix(f"{name}: "), told.p_value, told.risk)
        for name, made, told in zip(found.names, found.decided.arms, found.decided.evidence, strict=True)
    }


@settings(max_examples=60, deadline=None)
@given(ARMS, BETTER, st.randoms(use_true_random=False))
def test_neither_order_nor_names_of_the_treatments_change_anything(drawn, better, random):
    sizes = [n for n, _ in drawn]
    names = ["control", *(f"arm_{i}" for i in range(1, len(drawn)))]
    weights = dict(zip(names, map(float, sizes), strict=True))
    first = {name: Proportion(*arm) for name, arm in zip(names, drawn, strict=True)}
    treated = names[1:]
    random.shuffle(treated)
    other = {"control": first["control"], **{name: first[name] for name in treated}}
    here = reckoned(first, weights, higher_is_better=better)
    assert verdicts(here) == verdicts(reckoned(other, weights, higher_is_better=better))
    called = {name: f"the {name}" for name in names}
    renamed = reckoned(
        {called[name]: arm for name, arm in first.items()},
        {called[name]: w for name, w in weights.items()}, higher_is_better=better,
    )  # fmt: skip
    assert verdicts(here) == {name.removeprefix("the "): told for name, told in verdicts(renamed).items()}
    assert renamed.decided.index == here.decided.index


@settings(max_examples=60, deadline=None)
@given(st.lists(MEANS, min_size=2, max_size=4), BETTER, st.sampled_from(["0.001", "0.01", "100", "1000000"]))
def test_the_unit_of_a_mean_changes_nothing(drawn, better, factor):
    from fractions import Fraction

    def arms(scale: Fraction) -> dict:
        told = [(n, Fraction(repr(mean)) * scale, Fraction(repr(sd)) * scale) for n, mean, sd in drawn]
        return {f"arm_{i}": Mean.from_sums(n, n * m, (n - 1) * s * s + n * m * m) for i, (n, m, s) in enumerate(told)}

    weights = {f"arm_{i}": float(n) for i, (n, _, _) in enumerate(drawn)}
    here, there = (reckoned(arms(Fraction(f)), weights, higher_is_better=better) for f in ("1", factor))
    near = [e.p_value for e in here.decided.evidence if abs(e.p_value - 0.05) < 1e-9]
    assume(not near)
    assert [a.verdict for a in here.decided.arms] == [a.verdict for a in there.decided.arms]
    for one, two in zip(here.decided.evidence, there.decided.evidence, strict=True):
        assert (one.p_value, one.risk) == pytest.approx((two.p_value, two.risk), rel=1e-6, abs=1e-12, nan_ok=True)
        assert one.effect.relative == pytest.approx(two.effect.relative, rel=1e-9, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(ARMS, BETTER)
def test_what_is_lower_and_better_is_the_rest_that_is_higher_and_better(drawn, better):
    """Successes and failures are one experiment, but for the scale: signs of the effect, p and whether it helps."""
    names = [f"arm_{i}" for i in range(len(drawn))]
    weights = dict(zip(names, (float(n) for n, _ in drawn), strict=True))
    hits = reckoned(
        {a: Proportion(n, x) for a, (n, x) in zip(names, drawn, strict=True)}, weights, higher_is_better=better
    )
    rest = reckoned(
        {a: Proportion(n, n - x) for a, (n, x) in zip(names, drawn, strict=True)}, weights, higher_is_better=not better
    )
    for one, two in zip(hits.decided.evidence, rest.decided.evidence, strict=True):
        assert one.is_better is two.is_better
        assert one.p_value == pytest.approx(two.p_value, rel=1e-6, abs=1e-12)
        assert one.effect.absolute == pytest.approx(-two.effect.absolute, abs=1e-12)


WIN = {"control": Proportion(10_000, 3_000), "treatment": Proportion(10_000, 3_180)}


def test_an_early_look_asks_for_more_and_says_so():
    over, early = reckoned(WIN, rule=Rule(max_risk=0.5)), reckoned(WIN, rule=Rule(max_risk=0.5), share_of_time=0.25)
    assert (over.decided.proposed.verdict, early.decided.proposed.verdict) == ("GO", "ITERATE")
    # O'Brien and Fleming's spending of Lan and DeMets (1983), by scipy
    level = 4 * stats.norm.sf(stats.norm.isf(0.0125) / math.sqrt(0.25))
    look = early.decided.weighed.look
    assert look is not None and look.level == pytest.approx(level)
    assert "Too early: it is read at 25 % of the time that it is to run" in early.decided.proposed.reason
    assert reckoned(WIN, rule=Rule(max_risk=0.5), share_of_time=1.0) == replace(
        over, asked=replace(over.asked, share_of_time=1.0)
    )


def test_a_size_that_was_planned_and_not_reached_is_told_beside_the_verdict():
    told = reckoned(WIN, planned_units=100_000).decided.proposed.beside
    assert "20,000 of 100,000 units" in told
    assert reckoned(WIN, planned_units=20_000).decided.proposed.beside == ""


@given(st.integers(200, 2_000), st.integers(0, 3), st.integers(10, 60))
def test_a_criterion_that_units_cannot_meet_says_so(n, control, treated):
    """Significant, and of a control of nothing no risk can be told, however many units there are."""
    found = reckoned({"old": Proportion(n, control), "new": Proportion(n, treated)})
    made = found.decided.proposed
    missed = {c.name for c in made.criteria if not c.met}
    said = next_step(found)
    untold = made.verdict == "ITERATE" and "Risk of no improvement" in missed and found.decided.weighed.belief is None
    assert ("No number of units tells the risk of no improvement" in said) is (untold and not control)
    assert bool(said) or made.verdict != "ITERATE"


@pytest.mark.parametrize("treated", [9_870, 9_810])
def test_a_bar_that_no_change_can_bring_is_to_be_stated_lower(treated):
    """A rate of 98 % can rise by 2.0 % and no more: units that find that are no next step."""
    arms = {"old": Proportion(10_000, 9_800), "new": Proportion(10_000, treated)}
    found = compared(CountedArms(arms, dict.fromkeys(arms, 1.0), Rule(min_relative_uplift=0.05)))
    said = next_step(found)
    assert found.decided.proposed.verdict == "ITERATE" and "are there" not in said
    assert said.startswith("No number of units brings the uplift to +5.0 %: a change can bring +2.0 % at most")


def test_where_any_uplift_is_worth_shipping_the_one_as_believed_tells_the_units():
    arms = {"old": Proportion(100_000, 30_000), "new": Proportion(100_000, 30_300)}
    found = compared(CountedArms(arms, dict.fromkeys(arms, 1.0), Rule(min_relative_uplift=0.0)))
    assert found.decided.proposed.verdict == "ITERATE" and "as believed once the prior has shrunk it" in next_step(
        found
    )
