"""The rule: a table of cases for each principle, in the order in which they are asked."""

import math
import re
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from helpers import config
from helpers.config import Prior, Rule
from helpers.experiment.decision import claims
from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.belief import Belief, believed
from helpers.experiment.decision.claims import TwoMeans
from helpers.experiment.decision.invalid import FailedCheck
from helpers.experiment.decision.look import EarlyLook
from helpers.experiment.decision.rule import RECOMMENDATIONS, Decision, Evidence, Fading, decide
from helpers.report.topics.decision import text_arm, text_recommendation
from helpers.stats import Effect, Mean, Proportion, compare, noninferiority

RULE = Rule()
SAFE = noninferiority(Proportion(20_000, 8_000), Proportion(20_000, 8_010), margin=0.05)
SURE = noninferiority(Proportion(20_000, 8_000), Proportion(20_000, 8_200), margin=0.05)
RISKY = noninferiority(Proportion(200, 80), Proportion(200, 78), margin=0.05)
BROKEN = noninferiority(Proportion(20_000, 8_000), Proportion(20_000, 7_000), margin=0.05)
APART = TwoMeans("spent", *(compare(Mean.from_moments(500, 50, 9), Mean.from_moments(500, to, 9)) for to in (53, 49)))
LOOK = EarlyLook(0.214, 2.5e-6, datetime(2026, 5, 10), datetime(2026, 6, 1))


def evidence(control: float, treatment: float, n: int = 20_000, **changes: object) -> Evidence:
    """Evidence of a healthy experiment on two rates, with ``n`` units an arm; belief follows the direction."""
    arms = Proportion(n, round(n * control)), Proportion(n, round(n * treatment))
    better = bool(changes.get("higher_is_better", True))
    belief = believed(*arms, Prior(), higher_is_better=better)
    found = compare(*arms)
    healthy = Evidence(found, found.p_value, better, (), (("order value", SAFE),), 2 * n, belief, "Conversion")
    return replace(healthy, **changes)  # type: ignore[arg-type]


WIN, FLAT, HARM = (0.30, 0.33), (0.30, 0.301), (0.30, 0.27)
"""+10 %; +0.3 %, at best below the +5 % that is worth shipping; -10 %."""
UNSURE = (0.30, 0.312)
"""+4 %: significant, too small, and +5 % is not excluded."""


def test_a_doubted_interval_excludes_no_uplift():
    """Too small to matter is said by an interval that can be trusted alone; harm is told all the same."""
    trusted, doubted = (decide(evidence(*FLAT, doubted=doubt), RULE) for doubt in (False, True))
    assert (trusted.verdict, doubted.verdict) == ("KILL", "ITERATE") and "excludes nothing" in doubted.beside
    assert "excludes nothing" not in trusted.beside and decide(evidence(*HARM, doubted=True), RULE).verdict == "KILL"
    assert "excludes nothing" not in decide(evidence(*UNSURE, doubted=True), RULE).beside


@pytest.mark.parametrize(
    ("case", "verdict", "reason"),
    [
        pytest.param(evidence(*WIN), "GO", "+10.0 %", id="win"),
        pytest.param(evidence(*WIN, guardrails=()), "GO", "", id="no guardrails"),
        pytest.param(evidence(*WIN, planned_units=10**6), "GO", "", id="a win short of the plan"),
        pytest.param(evidence(*WIN, clusters=5.0), "GO", "", id="just enough clusters"),
        pytest.param(
            evidence(*WIN, clusters=4.9),
            "ITERATE",
            "effective number of clusters is 4.9 in one arm",
            id="too few clusters",
        ),
        pytest.param(evidence(*WIN, clusters=math.nan), "ITERATE", "clusters", id="clusters of no worth"),
        pytest.param(evidence(*HARM, clusters=3.0), "KILL", "does harm", id="harm by few clusters is told"),
        pytest.param(evidence(*HARM), "KILL", "worse by 10.0 %", id="harm is told"),
        pytest.param(evidence(*HARM, planned_units=10**6), "KILL", "does harm", id="harm short of the plan is told"),
        pytest.param(evidence(*HARM, look=LOOK), "KILL", "does harm", id="harm is told at any time"),
        pytest.param(evidence(*FLAT), "KILL", "at best, below", id="worthwhile uplift excluded"),
        pytest.param(evidence(*FLAT, look=LOOK), "ITERATE", "Too early", id="nothing is excluded at an early look"),
        pytest.param(evidence(*UNSURE), "ITERATE", "uplift is +4.0 %", id="worthwhile uplift still possible"),
        pytest.param(evidence(0.3, 0.303, 2_000), "ITERATE", "significance", id="wide interval"),
        pytest.param(
            evidence(*WIN, p_value=0.2),
            "ITERATE",
            "significance is not reached (adjusted p = 0.2",
            id="not after adjustment",
        ),
        pytest.param(
            evidence(*WIN, guardrails=(("x", RISKY),)), "ITERATE", "guardrail x", id="guardrail not shown safe"
        ),
        pytest.param(
            evidence(*WIN, guardrails=(("a", SAFE), ("b", RISKY))), "ITERATE", "guardrail b", id="one of two guardrails"
        ),
        pytest.param(
            evidence(*WIN, guardrails=(("x", BROKEN),)),
            "KILL",
            "Guardrail x is beyond the margin of 5 %",
            id="guardrail wholly beyond",
        ),
        pytest.param(
            evidence(*WIN, look=LOOK, p_value=1e-5),
            "ITERATE",
            "until 2026-06-01",
            id="significant, and too early for it",
        ),
        pytest.param(
            evidence(*WIN, look=LOOK, guardrails=(("x", SURE),)), "GO", "", id="past the bound of an early look"
        ),
        pytest.param(
            evidence(*WIN, look=LOOK, guardrails=(("x", SAFE),)),
            "ITERATE",
            "guardrail x is at worst -1.9 % (p = 8.85e-06), too early to be called inside its margin, required worse by less than 5 % at p < 2.5e-06",
            id="a guardrail that only the full level shows to be inside",
        ),
        pytest.param(
            evidence(*WIN, look=LOOK, guardrails=(("x", BROKEN),)),
            "KILL",
            "Guardrail x is beyond the margin of 5 %",
            id="a guardrail's harm is told at any time",
        ),
        pytest.param(evidence(*WIN, worth=0.0, currency="EUR"), "GO", "expected to pay", id="money at its limit"),
        pytest.param(
            evidence(*WIN, worth=-12_345_00.0, currency="EUR"),
            "ITERATE",
            "-EUR 12,345, required",
            id="a win that loses money",
        ),
        pytest.param(
            evidence(*FLAT, worth=1.0, currency="EUR"), "KILL", "at best, below", id="money saves no flat effect"
        ),
        pytest.param(
            evidence(*WIN, agreements=(APART,)),
            "ITERATE",
            "agreement is spent -2.0 % as it is",
            id="winsorised and raw disagree",
        ),
        pytest.param(evidence(*WIN, failed_checks=("Balance",)), "INVALID", "Balance", id="invalid beats go"),
        pytest.param(
            evidence(*HARM, failed_checks=("A", "B")), "INVALID", "Trust checks failed: A; B", id="invalid beats kill"
        ),
        pytest.param(evidence(*WIN, arm="beta"), "GO", "beta: ", id="an arm is named"),
    ],
)
def test_verdicts(case, verdict, reason):
    made = decide(case, RULE)
    assert made.verdict == verdict
    assert reason in made.reason
    missed = [c.name for c in made.criteria if not c.met]
    assert made.recommendation.startswith(RECOMMENDATIONS[made.verdict].removesuffix("."))
    if verdict == "ITERATE":
        assert all(name[1:] in made.recommendation for name in missed) and missed


def test_a_study_may_require_its_planned_size():
    strict = Rule(require_planned_size=True)
    assert decide(evidence(*WIN, planned_units=40_001), strict).verdict == "ITERATE"
    assert decide(evidence(*WIN, planned_units=40_000), strict).verdict == "GO"
    assert decide(evidence(*WIN), strict).verdict == "GO", "an assumed plan bars nothing"
    assert decide(evidence(*HARM, planned_units=40_001), strict).verdict == "KILL"


def test_a_test_read_before_its_planned_end_says_so():
    beside = decide(evidence(*WIN, planned_units=50_000), RULE).beside
    assert "at 40,000 of 50,000 units" in beside and "5 %" in beside
    assert not decide(evidence(*WIN, planned_units=40_000), RULE).beside
    assert not decide(evidence(*WIN), RULE).beside


def test_the_risk_is_what_bars_a_win_that_is_likely_luck():
    """p just below .05 with few ideas that help: significant, large enough, and more likely nothing than something."""
    case = evidence(0.10, 0.109, 9_300)
    assert case.effect.significant and case.uplift > RULE.min_relative_uplift
    made = decide(case, RULE)
    assert [c.name for c in made.criteria if not c.met] == ["Risk of no improvement"]
    assert decide(case, Rule(max_risk=0.9)).verdict == "GO"


def test_lower_is_better():
    """The same rates with the direction turned: a fall is the win, and its far end is the best case."""
    turned = {"higher_is_better": False}
    assert decide(evidence(*HARM, **turned), RULE).verdict == "GO"
    killed = decide(evidence(*WIN, **turned), RULE)
    assert killed.verdict == "KILL" and "worse by 10.0 %" in killed.reason
    assert decide(evidence(0.30, 0.288, **turned), RULE).verdict == "ITERATE"
    assert decide(evidence(0.30, 0.299, **turned), RULE).verdict == "KILL"


def test_harm_out_of_nothing_is_told_in_the_units_of_the_metric():
    found = compare(Proportion(1_000, 0), Proportion(1_000, 40))
    seen = Evidence(found, found.p_value, False, (), (), 2_000, None, "Complaints", unit="points")
    assert "worse by 4.00 points (+2.95 points to +5.40 points" in decide(seen, RULE).reason


@given(st.integers(5, 2_000), st.floats(-5, 5), st.floats(-6, 6), st.floats(0.2, 3))
def test_a_control_that_cannot_be_told_from_zero_carries_no_percentages(n, away, gain, spread):
    """Its mean lies ``away`` standard errors from zero; whether that can be told is asked of scipy."""
    control = Mean.from_moments(n, away / math.sqrt(n), 1.0)
    treatment = Mean.from_moments(n, (away + gain) / math.sqrt(n), spread)
    found = compare(control, treatment)
    reach = float(stats.t.isf(0.025, found.df))
    assume(abs(abs(away) - reach) > 0.01 and abs(gain) > 0.01)
    seen = Evidence(found, found.p_value, True, (), (), 2 * n, None, "Change of mood")
    made, told = decide(seen, RULE), claims.text(claims.effect_of(seen))
    assert ("cannot be told from zero" in made.beside) is (abs(away) < reach)
    assert ("%" in told) is (abs(away) > reach), told
    assert f"{'better' if gain > 0 else 'worse'} by" in told


def test_an_effect_that_is_worse_even_at_best_is_not_called_better():
    """One arm of several, worse by its interval and not significantly so once the arms share a level."""
    killed = decide(evidence(0.30, 0.275, 3_000, p_value=0.13), RULE)
    assert killed.verdict == "KILL" and "worse by 0.7 % at best" in killed.reason
    assert "whole interval is on the bad side" in killed.reason and "as the tests share a level" in killed.reason
    assert "too small" not in killed.reason


@pytest.mark.parametrize(
    ("case", "beside"),
    [
        (evidence(*HARM, look=LOOK), "at 21.40 % of its time"),
        (evidence(*WIN, look=LOOK, guardrails=()), ""),
        (evidence(*HARM), ""),
    ],
)
def test_harm_that_is_seen_early_says_that_its_level_was_not_made_for_it(case, beside):
    made = decide(case, RULE)
    assert (beside in made.beside) if beside else not made.beside


def test_kill_uses_the_near_end_of_the_interval():
    """The verdict turns exactly where the interval's best end meets the least uplift."""
    at_best = evidence(*FLAT).effect.relative_high
    just_above = RULE.model_copy(update={"min_relative_uplift": at_best + 1e-9})
    just_below = RULE.model_copy(update={"min_relative_uplift": at_best - 1e-9})
    assert decide(evidence(*FLAT), just_above).verdict == "KILL"
    assert decide(evidence(*FLAT), just_below).verdict == "ITERATE"


def test_an_effect_that_cannot_be_had_is_never_go_or_kill():
    nothing: Effect = compare(Proportion(20_000, 0), Proportion(20_000, 0))
    assert math.isnan(nothing.p_value)
    made = decide(Evidence(nothing, nothing.p_value, True, (), (), 40_000, None), RULE)
    assert made.verdict == "ITERATE"
    assert "risk of no improvement is not available" in made.reason


def test_every_criterion_is_told_and_go_means_all_are_met():
    made = decide(evidence(*WIN, worth=1.0, currency="EUR"), RULE)
    assert [c.name for c in made.criteria] == [
        "Trust checks", "Significance", "Risk of no improvement", "Uplift", "Guardrail order value", "Expected money",
    ]  # fmt: skip
    assert all(c.met and c.required and c.found for c in made.criteria)
    missed = decide(evidence(*UNSURE), RULE)
    assert "Uplift" in [c.name for c in missed.criteria if not c.met]
    assert isinstance(missed, Decision)


@pytest.mark.parametrize(
    ("old", "new"),
    [({"prior_success_rate": 0.3}, "prior: {improve: 0.3}"), ({"max_false_positive_risk": 0.1}, "max_risk: 0.1")],
)
def test_keys_of_another_meaning_are_refused_with_what_to_write(old, new):
    from pydantic import ValidationError

    with pytest.raises(ValidationError) as told:
        Rule(**old)
    assert new in told.value.errors()[0]["ctx"]["error"].remedy


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("arm", ["", "beta"])
@pytest.mark.parametrize("rates", [WIN, UNSURE, HARM])
@pytest.mark.parametrize(("days", "how"), [(0, "fades"), (7, "fades"), (7, "turns round")])
def test_whom_a_gain_harms_and_that_it_fades_is_told_beside_a_gain_alone(days, how, rates, arm, higher):
    told = {
        "harmed": (("desktop (device)", -0.246 if higher else 0.246), ("new (kind)", -1.0 if higher else 1.0)),
        "fades": Fading(how, 4.8e-05, days, -0.0036, -0.0602, 0.053),
    }
    made = decide(evidence(*rates, higher_is_better=higher, arm=arm, unit="points", **told), RULE)
    better = (rates[1] > rates[0]) is higher
    where = " in beta" if arm else ""
    sign = "-" if higher else "+"
    harmed = f"Conversion{where} is significantly worse for desktop (device) ({sign}24.6 %) and new (kind) ({sign}100.0 %): exploratory"
    assert (harmed in made.beside) is better
    left = "in the last 7 it is -0.36 points (-6.02 to +5.30 points), so " if days else ""
    less = "less" if how == "fades" else "harm"
    fading = f"The effect on conversion{where} {how} over the days of first exposure (p < 0.0001): {left}what lasts may be {less}."
    assert (fading in made.beside) is better
    assert made.verdict == decide(evidence(*rates, higher_is_better=higher, arm=arm), RULE).verdict
    unsound = evidence(*rates, higher_is_better=higher, arm=arm, failed_checks=("Contamination",), **told)
    assert decide(unsound, RULE).beside == ""


@pytest.mark.parametrize("look", [None, LOOK], ids=["over", "early"])
@pytest.mark.parametrize("rates", [WIN, UNSURE, HARM])
@pytest.mark.parametrize("planned", [None, 30_000, 60_000])
def test_short_of_its_size_is_not_read_before_its_end(planned, rates, look):
    """A test whose time is over may have too few units; only one whose time is not is read before its end."""
    told = decide(evidence(*rates, planned_units=planned, look=look), RULE).beside
    short = planned is not None and planned > 40_000
    assert ("at 40,000 of 60,000 units" in told) is short
    assert ("Read short of its planned size" in told) is (short and look is None)
    assert ("Read before its planned end" in told) is (look is not None and (short or rates is HARM))


@pytest.mark.parametrize(
    ("control", "told"), [(0, "none: a rise of 0.01 from nothing"), (100, "none: a rise of +100.0 %")]
)
def test_a_rise_from_nothing_has_no_size_as_a_fraction(control, told):
    found = compare(Proportion(20_000, control), Proportion(20_000, 200))
    seen = Evidence(found, found.p_value, False, (), (), 40_000, None, "Complaints")
    assert {c.name: c.found for c in decide(seen, RULE).criteria}["Reduction"] == told


@given(st.floats(-50, 50), st.floats(0.5, 20))
def test_money_that_is_told_by_its_sign_is_asked_like_money(change, error):
    """Where a unit's money has the sign of all of it, the rule says what it would say of any number of units."""
    belief = Belief(change, error, 0.2, 0.2, 5.0)
    signed, summed = (
        evidence(*WIN, currency="EUR", **told) for told in ({"per_unit": belief}, {"worth": 1e4 * belief.mean})
    )
    one, other = decide(signed, RULE), decide(summed, RULE)
    (asked,) = [c for c in one.criteria if c.name == "Expected money"]
    assert one.verdict == other.verdict == ("GO" if belief.mean >= 0 else "ITERATE")
    assert asked.met is (belief.mean >= 0) and asked.found.endswith("per exposed unit")


@pytest.mark.parametrize(("pays", "likely"), [(0.45, False), (0.55, True), (None, True)])
def test_what_more_likely_than_not_does_not_pay_is_not_said_to_be_expected_to(pays, likely):
    made = decide(evidence(*WIN, worth=1e6, currency="EUR", pays=pays), RULE)
    assert made.verdict == "GO" and ("expected to pay" in made.reason) is likely
    assert ("pays with a chance of only 45 %" in made.beside) is not likely


@given(st.sampled_from(["", "arm_1"]), st.integers(0, 2))
def test_guardrails_beyond_their_margin_are_told_beside_harm_and_their_arm_by_name(arm, broken):
    """And what is told of another treatment on the first page begins with it."""
    far = noninferiority(
        Proportion(20_000, 1_000), Proportion(20_000, 1_600), margin=0.2, scale="relative", bad="increase"
    )
    guards = tuple((name, far) for name in ("crashes", "refunds")[:broken])
    found = evidence(*HARM, guardrails=guards, arm=arm)
    made = decide(found, Rule())
    assert made.verdict == "KILL" and made.reason.startswith(
        f"{arm}: Conversion is worse" if arm else "Conversion is worse"
    )
    assert made.reason.endswith("the change does harm.") and made.reason.count("beyond the margin of 20 %") == broken
    assert all(f"; guardrail {name}" in made.reason for name, _ in guards)
    if arm:
        told = text_arm(config.load("studies/cart_checkout.yml"), made, found)
        assert told.startswith(f"Conversion in {arm} ") and f"KILL. {arm}: Conversion is worse" in told


def test_nothing_is_killed_for_being_short_of_what_no_change_can_bring() -> None:
    seen = evidence(0.983, 0.985)
    bound = replace(seen, ceiling=1 / 0.983 - 1)
    assert decide(seen, RULE).verdict == "KILL"
    decision = decide(bound, RULE)
    assert decision.verdict == "ITERATE" and "of +1.7 % that any change can bring" in decision.reason
    assert decide(bound, RULE.model_copy(update={"min_relative_uplift": 0.017})).verdict == "KILL", (
        "short of what can be"
    )


@given(st.integers(0, 3), st.integers(0, 3))
def test_a_guardrail_inside_its_margin_that_got_worse_is_told(worse, alike):
    """A win whose guardrails hold says so of each, and names those that are worse all the same."""
    counts = {f"worse {i}": 1_150 for i in range(worse)} | {f"alike {i}": 1_000 for i in range(alike)}
    guards = tuple(
        (name, noninferiority(Proportion(20_000, 1_000), Proportion(20_000, n), margin=0.4, scale="relative", bad="increase"))
        for name, n in counts.items()
    )  # fmt: skip
    made = decide(evidence(*WIN, guardrails=guards), RULE)
    assert made.verdict == "GO" and ("Every guardrail is inside its margin" in made.reason) is bool(guards)
    assert ("significantly worse" in made.reason) is bool(worse)
    assert all((name in made.reason) is name.startswith("worse") for name in counts)


@pytest.mark.parametrize(("clusters", "few"), [(3.0, True), (12.0, False), (None, False)])
def test_a_test_of_few_clusters_is_not_told_as_if_it_held(clusters, few):
    found = decide(evidence(0.2, 0.23, clusters=clusters), Rule())
    (said,) = [c.found for c in found.criteria if c.name == "Significance"]
    assert ("need not hold with so few clusters" in said) is few


ONE = FailedCheck("Whole clusters", "one cluster in treatment", "another run")
OTHER = FailedCheck("Sample ratio", "5,000 : 4,000")


@pytest.mark.parametrize(("causes", "told", "todo"), [
    ((ONE,), "A trust check failed: Whole clusters. One cluster in treatment.", "Draw no conclusion: another run."),
    ((ONE, OTHER), "Whole clusters: one cluster in treatment. Sample ratio: 5,000 : 4,000.", RECOMMENDATIONS["INVALID"]),
    ((ONE, OTHER), "Trust checks failed. Whole clusters: one cluster in treatment. Sample ratio: 5,000 : 4,000.", RECOMMENDATIONS["INVALID"]),
    ((OTHER,), "A trust check failed: Sample ratio. 5,000 : 4,000.", RECOMMENDATIONS["INVALID"]),
    ((), "failed: Whole clusters.", RECOMMENDATIONS["INVALID"]),
])  # fmt: skip
def test_an_invalid_experiment_says_what_its_checks_found_and_what_alone_mends_it(causes, told, todo):
    failed = tuple(c.name for c in causes) or ("Whole clusters",)
    made = decide(evidence(0.2, 0.23, failed_checks=failed, causes=causes), Rule())
    assert made.verdict == "INVALID" and made.reason.endswith(told) and made.recommendation == todo


@pytest.mark.parametrize(
    ("treatment", "look", "stops"), [(0.15, LOOK, True), (0.15, None, False), (0.201, LOOK, False)]
)
def test_an_arm_that_does_harm_at_an_early_look_is_to_be_stopped_whatever_the_others_wait_for(treatment, look, stops):
    weighed = evidence(0.2, treatment, arm="dark", look=look)
    said = text_arm(config.load("studies/cart_checkout.yml"), decide(weighed, Rule()), weighed)
    assert ("Stop dark now" in said) is stops


@pytest.mark.parametrize(("look", "said"), [(LOOK, " Stop dark and slow now."), (None, "")])
def test_what_does_harm_is_stopped_while_another_arm_is_waited_for(look, said):
    arms = [
        evidence(0.2, rate, arm=arm, look=look) for arm, rate in (("dark", 0.15), ("bright", 0.205), ("slow", 0.15))
    ]
    decided = decide_all(arms, Rule())
    assert decided.proposed.arm == "bright" and decided.proposed.verdict == "ITERATE"
    assert text_recommendation(decided) == decided.proposed.recommendation + said


def _shown(text: str) -> float:
    return float(re.search(r"-?[\d.,]+(?:e-\d+)?", text)[0].replace(",", "")) / (100 if "%" in text else 1)


@pytest.mark.parametrize("off", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("side", [-1, 1])
def test_what_is_printed_beside_a_bar_lies_on_the_side_that_decided(off, side):
    """Risk, p, uplift and a guardrail's bound next to their bars: the printed criterion is met where it is met."""
    seen = evidence(0.30, 0.312)
    near = 1 + side * off
    guard = replace(SAFE, bound=-SAFE.margin * near, passed=side < 0)
    weighed = replace(seen, p_value=0.05 * near, guardrails=(("x", guard),), worth=100.0 * side * off, currency="EUR")
    rule = RULE.model_copy(update={"max_risk": seen.risk / near, "min_relative_uplift": seen.uplift / near})
    criteria = {c.name: c for c in decide(weighed, rule).criteria}
    p, risk, uplift, bound, money = (
        criteria[name] for name in ("Significance", "Risk of no improvement", "Uplift", "Guardrail x", "Expected money")
    )
    assert p.met is (_shown(p.found) < 0.05) is (side < 0)
    assert risk.met is (_shown(risk.found) < rule.max_risk) is (side < 0)
    assert uplift.met is (_shown(uplift.found) > rule.min_relative_uplift) is (side > 0)
    assert bound.met is (abs(_shown(bound.found)) < SAFE.margin) is (side < 0)
    assert money.met is (not money.found.startswith("-")) is (side > 0)


@given(st.floats(1e-6, 0.05), st.floats(-0.02, 0.02), st.sampled_from([None, "primary", "guardrail"]))
def test_the_level_as_printed_lies_on_the_side_of_the_p_on_which_it_is(level, off, at):
    """A p of .0011214 beside a level of .0011246: two digits of the level alone would say that it is not reached.

    Twelve digits are told at most, so that what parts the two must show in these.
    """
    assume(off == 0 or abs(off) > 1e-10)
    p_value = level * (1 + off) if at else level * 0.5
    guard = replace(SURE, p_value=p_value if at == "guardrail" else 1e-9)
    weighed = evidence(*WIN, look=replace(LOOK, level=level), guardrails=(("x", guard),))
    weighed = replace(weighed, p_value=p_value if at == "primary" else 1e-9)
    for criterion in decide(weighed, RULE).criteria:
        if criterion.name.startswith(("Significance", "Guardrail")):
            bar, told = (
                float(re.search(r"p [<=] ([\d.e-]+\d)", text)[1]) for text in (criterion.required, criterion.found)
            )
            assert (told < bar) is criterion.met


HURT = noninferiority(Proportion(20_000, 2_000), Proportion(20_000, 2_140), margin=0.1, bad="increase")
"""Worse by 7 %, and not shown to be inside a margin of 10 %."""


@pytest.mark.parametrize(("rates", "guard", "early"), [
    (WIN, HURT, False), (UNSURE, SURE, True), (WIN, SAFE, True), ((0.30, 0.301), HURT, True),
])  # fmt: skip
def test_time_is_said_to_bar_what_time_may_bring_alone(rates, guard, early):
    """A guardrail that is not inside at the full level either bars a gain that passes the early one at the end too."""
    weighed = evidence(*rates, look=LOOK, guardrails=(("crashes", guard),))
    made = decide(weighed, Rule())
    assert made.verdict == "ITERATE" and made.reason.startswith("Too early: " if early else "Not met: ")
    assert "until 2026-06-01" in made.reason


@pytest.mark.parametrize("guard", [HURT, SAFE])
@pytest.mark.parametrize("rates", [WIN, (0.30, 0.3005), HARM])
def test_a_guardrail_that_got_worse_is_told_beside_iterate_as_beside_go(rates, guard):
    assert HURT.harmed and not SAFE.harmed
    made = decide(evidence(*rates, guardrails=(("crashes", guard),)), RULE)
    assert made.verdict != "ITERATE" or ("Guardrail crashes is significantly worse." in made.reason) is guard.harmed
    harmed = replace(SURE, harmed=guard.harmed)
    made = decide(evidence(*rates, guardrails=(("crashes", harmed),)), RULE)
    assert made.verdict != "GO" or ("though crashes is significantly worse" in made.reason) is guard.harmed
