"""What an undecided experiment still needs, against the published case of a checkout redesign."""

import math
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd
import pytest

from helpers import config
from helpers.experiment import design
from helpers.experiment.decision.belief import believed
from helpers.experiment.decision.look import EarlyLook
from helpers.experiment.decision.next_step import next_step
from helpers.experiment.decision.rule import Decision, Evidence, decide
from helpers.experiment.results import Observed
from helpers.stats import Proportion, compare, noninferiority

STUDY = config.load("studies/checkout_redesign.yml")
ARMS = Proportion(50_000, 16_200), Proportion(50_000, 16_378)
"""Three weeks of the case: 100,000 units, +0.356 points."""
FIRST = datetime(2026, 1, 5)


class Seen:
    """As much of the results as the next step needs."""

    study = STUDY
    units = 100_000
    observed = Observed(FIRST, FIRST + timedelta(days=20), None)

    def base(self, metric):
        return ARMS[0]

    def randomised(self):
        return {"control": self.units // 2, "treatment": self.units // 2}


def evidence() -> Evidence:
    effect = compare(*ARMS)
    return Evidence(effect, effect.p_value, True, (), (), Seen.units, believed(*ARMS, STUDY.decision.prior))


def made(weighed: Evidence | None = None) -> Decision:
    return decide(weighed or evidence(), STUDY.decision)


def test_the_planned_effect_takes_the_ten_weeks_of_the_case_and_the_believed_one_is_out_of_reach():
    said = next_step(Seen(), evidence(), made())
    assert "+1.2 % (as planned) asks for 431,144 units, 331,144 more: 10 weeks at the pace of the enrolment" in said
    assert "no affordable sample will do" in said and "80 % power" in said


def test_a_period_that_nobody_stated_gives_no_weeks():
    seen = Seen()
    seen.study = STUDY.model_copy(update={"data": config.load("studies/hillstrom.yml").data, "assumed": ["period"]})
    said = next_step(seen, evidence(), made())
    assert "asks for 431,144 units, 331,144 more." in said
    assert "week" not in said and "affordable" not in said and "pace" not in said


TABLE = config.load("studies/hillstrom.yml").data
DATED = TABLE.model_copy(update={"columns": TABLE.columns | {"event_time": "seen"}})


@pytest.mark.parametrize("cluster", [None, "city"])
@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("data", [STUDY.data, DATED, TABLE], ids=["log", "dated table", "table"])
@pytest.mark.parametrize("days", [1, 6, 7, 21])
@pytest.mark.parametrize("followed", [0, 14])
def test_the_plan_tells_weeks_where_the_next_step_does(followed, days, data, stated, cluster, monkeypatch):
    """What is asked for is more than there is: either a pace is known, for both, or for none."""
    period = config.Period(start=FIRST, end=FIRST + timedelta(days=days))
    update = {"data": data, "period": period, "assumed": [] if stated else ["period"], "cluster": cluster}
    design_ = STUDY.design.model_copy(update={"splits": []})
    seen = Seen()
    seen.study = STUDY.model_copy(update=update | {"design": design_})
    seen.observed = Observed(FIRST, FIRST + timedelta(days=days - 1), None)
    seen.arm_sizes = seen.randomised
    come = [seen.units * day // days for day in range(1, days + 1)]
    come += come[-1:] * followed
    traffic = pd.DataFrame({"period": "diagnosis", "day": range(1, len(come) + 1), "cumulative_units": come})
    traffic = traffic if data is not TABLE else traffic.tail(1).assign(day=1)
    monkeypatch.setattr(design.query, "query", lambda con, name: traffic)
    monkeypatch.setattr(design, "detectable", lambda *_: None)
    found = design.plan(seen.study, seen, None)
    known = cluster is None and days >= 7 and (data is not TABLE or stated)
    assert ("weeks at the pace" in next_step(seen, evidence(), made())) is known
    assert (found.weeks is not None) is known
    assert {told == design.UNTOLD for _, _, told in found.splits} == {not known}
    assert not known or found.weeks == math.ceil(found.plan.n_total / seen.units * days / 7)


@pytest.mark.parametrize("least", [0.1, 0.02, 0.01, 0.005, 0.002])
def test_a_horizon_that_nobody_stated_and_no_money_is_reckoned_over_calls_nothing_out_of_reach(least):
    """Three weeks brought these: up to three years are told in weeks, and what nobody counts in weeks in years."""
    seen = Seen()
    nobody = ["economics.horizon_months", "economics.contribution_margin"]
    changed = STUDY.design.model_copy(update={"minimum_detectable": least})
    seen.study = STUDY.model_copy(update={"assumed": nobody, "design": changed})
    said = next_step(seen, evidence(), made())
    assert "12 months" not in said and "affordable" not in said
    told = re.findall(r"([\d,]+) more: ([\d,]+) (weeks?|years?) at the pace", said)
    assert len(told) == said.count(" more: ") > 0
    for more, many, unit in told:
        weeks, short = n(more) * 3 / Seen.units, unit.startswith("week")
        assert short is (weeks * 7 < 3 * 365.25)
        assert n(many) == (math.ceil(weeks) if short else round(weeks * 7 / 365.25))


def n(number: str) -> int:
    return int(number.replace(",", ""))


def test_the_units_that_show_a_guardrail_to_be_safe_are_those_of_the_control_and_that_arm():
    """Three equal arms: what the third one brings tells nothing of this one."""
    arms = Proportion(4_000, 270), Proportion(4_000, 285)
    guard = noninferiority(*arms, margin=0.1, bad="increase")
    seen = Seen()
    seen.randomised = lambda: {"control": 4_000, "alpha": 4_000, "beta": 4_000}
    weighed = won(guardrails=(("crashed", guard),), arm="alpha")
    said = next_step(seen, weighed, decide(weighed, STUDY.decision))
    units, whose = re.search(r"about ([\d,]+) units of (.*) show it to be inside its margin", said).groups()
    assert whose == "control and alpha"
    less, more = (
        noninferiority(Proportion(k, round(k * 0.0675)), Proportion(k, round(k * 0.07125)), margin=0.1, bad="increase")
        for k in (round(n(units) / 2 * by) for by in (0.98, 1.02))
    )
    assert less.bound > 0.1 > more.bound


@pytest.mark.parametrize("early", [False, True])
def test_at_an_early_look_the_units_of_a_guardrail_are_said_to_be_for_the_end(early):
    """By the level of the look it takes more of them, which is what stands beside it as required."""
    arms = Proportion(4_000, 270), Proportion(4_000, 285)
    guard = noninferiority(*arms, margin=0.15, bad="increase")
    look = EarlyLook(0.4, 0.00085, FIRST, FIRST + timedelta(days=28)) if early else None
    seen = Seen()
    seen.randomised = lambda: {"control": 4_000, "treatment": 4_000}
    weighed = won(guardrails=(("crashed", guard),), look=look)
    made = decide(weighed, STUDY.decision)
    said = next_step(seen, weighed, made)
    (units,) = re.findall(r"about ([\d,]+) units show it to be inside its margin", said)
    assert ("inside its margin when its time is over, at p < 0.05; before that it takes more" in said) is early
    more = Proportion(n(units) // 2, n(units) * 270 // 8_000), Proportion(n(units) // 2, n(units) * 285 // 8_000)
    assert 0.00085 < noninferiority(*more, margin=0.15, bad="increase").p_value < 0.053


def test_units_that_are_there_are_said_to_be():
    seen = Seen()
    seen.units = 500_000
    assert "which are there" in next_step(seen, evidence(), made())


def test_a_fall_is_not_looked_for_with_more_units():
    turned = replace(evidence(), belief=believed(ARMS[1], ARMS[0], STUDY.decision.prior))
    assert "Next to no gain in the primary metric is believed" in next_step(Seen(), turned, made(turned))


def won(**changes) -> Evidence:
    """A win that more units need not settle."""
    arms = Proportion(50_000, 16_200), Proportion(50_000, 17_800)
    effect = compare(*arms)
    belief = believed(*arms, STUDY.decision.prior)
    return replace(Evidence(effect, effect.p_value, True, (), (), Seen.units, belief, currency="USD"), **changes)


def told(weighed: Evidence) -> str:
    verdict = decide(weighed, STUDY.decision)
    assert verdict.verdict == "ITERATE"
    return next_step(Seen(), weighed, verdict)


def test_where_money_alone_is_not_met_nothing_is_said_of_power():
    short = told(won(worth=-5_000_00.0))
    assert "power" not in short
    assert "not expected to rise" in short, "the study has no cost, so what is expected below zero is revenue"


def test_where_the_risk_alone_is_not_met_the_units_that_would_lower_it_are_told():
    """With as many units the same belief, made narrower by that share, is at the bound."""
    arms = Proportion(50_000, 16_200), Proportion(50_000, 17_000)
    belief = believed(*arms, STUDY.decision.prior)
    effect = compare(*arms)
    weighed = replace(won(), effect=effect, p_value=effect.p_value, belief=belief)
    seen = Seen()
    rule = STUDY.decision.model_copy(update={"max_risk": belief.risk / 2})
    seen.study = STUDY.model_copy(update={"decision": rule})
    verdict = decide(weighed, rule)
    assert [c.name for c in verdict.criteria if not c.met] == ["Risk of no improvement"]
    said = next_step(seen, weighed, verdict)
    assert "power" not in said
    units = int(said.split("about ")[1].split(" ")[0].replace(",", ""))
    then = replace(belief, standard_error=belief.standard_error * (Seen.units / units) ** 0.5)
    assert then.risk == pytest.approx(belief.risk / 2, rel=0.02)


def test_more_units_tell_whether_an_uplift_is_as_large_as_it_must_be():
    weighed = won()
    rule = STUDY.decision.model_copy(update={"min_relative_uplift": 0.1})
    seen = Seen()
    seen.study = STUDY.model_copy(update={"decision": rule})
    said = next_step(seen, weighed, decide(weighed, rule))
    assert said.startswith("More units tell whether the uplift of the primary metric is +10.0 % or more")
    best = weighed.effect.relative_high
    assert (
        f"its interval goes to +{100 * best:.1f} %" in said and best > rule.min_relative_uplift and "power" not in said
    )


@pytest.mark.parametrize("better", [0.985, 0.9801])
def test_no_number_of_units_brings_what_no_change_can(better):
    arms = Proportion(50_000, 49_000), Proportion(50_000, round(50_000 * better))
    effect = compare(*arms)
    weighed = replace(
        won(), effect=effect, p_value=effect.p_value, belief=believed(*arms, STUDY.decision.prior), ceiling=1 / 0.98 - 1
    )
    rule = STUDY.decision.model_copy(update={"min_relative_uplift": 0.05})
    seen = Seen()
    seen.study = STUDY.model_copy(update={"decision": rule})
    verdict = decide(weighed, rule)
    said = next_step(seen, weighed, verdict)
    assert verdict.verdict == "ITERATE" and "a change can bring +2.0 % at most" in said and "stated lower" in said


def test_too_few_clusters_ask_for_clusters_and_not_for_units():
    short = told(won(clusters=3.2))
    assert short.startswith("More clusters are needed") and "power" not in short


def test_a_guardrail_that_is_not_shown_to_be_safe_asks_for_the_units_that_would_show_it():
    """If both rates stay as they are, the bound comes to the margin at about this many units."""
    arms = Proportion(50_000, 1_000), Proportion(50_000, 1_000)
    guard = noninferiority(*arms, margin=0.05, bad="increase")
    said = told(won(guardrails=(("crashes", guard),)))
    assert "power" not in said
    units = int(said.split("about ")[1].split(" ")[0].replace(",", ""))
    more = noninferiority(
        *(Proportion(units // 2, round(units / 2 * 0.02)) for _ in range(2)), margin=0.05, bad="increase"
    )
    assert more.bound == pytest.approx(0.05, abs=0.003)


def test_a_guardrail_outside_of_its_margin_is_not_mended_by_more_units():
    guard = noninferiority(Proportion(5_000, 100), Proportion(5_000, 108), margin=0.05, bad="increase")
    assert "outside of its margin" in told(won(guardrails=(("crashes", guard),)))


@pytest.mark.parametrize("verdict", ["GO", "KILL", "INVALID"])
def test_what_is_decided_needs_nothing(verdict):
    assert next_step(Seen(), evidence(), Decision(verdict, "", ())) == ""


@pytest.mark.parametrize("bar", [0.0725, 0.0208, 0.0105, 0.01055, 0.05])
@pytest.mark.parametrize("higher", [True, False])
def test_a_bar_has_its_digits_in_the_criterion_and_in_the_next_step_and_none_reads_as_what_it_is_held_against(
    bar, higher
):
    """A reduction of 7.2 % against 7.25 %, and a smallest gain of 2.08 % where a change can bring 2.07 %."""
    rule = STUDY.decision.model_copy(update={"min_relative_uplift": bar})
    arms = Proportion(50_000, 45_000), Proportion(50_000, round(45_000 * (1 + (1 if higher else -1) * 0.999 * bar)))
    effect, primary = compare(*arms), STUDY.primary.model_copy(update={"better": "higher" if higher else "lower"})
    seen, text = Seen(), float(f"{bar * 100:.3f}")
    metrics = [primary, *(m for m in STUDY.metrics if m.role != "primary")]
    seen.study = STUDY.model_copy(update={"decision": rule, "metrics": metrics})
    for ceiling in (math.inf, 0.9999 * bar):
        weighed = replace(evidence(), effect=effect, p_value=effect.p_value, higher_is_better=higher, ceiling=ceiling)
        made, said = decide(weighed, rule), next_step(seen, weighed, decide(weighed, rule))
        (criterion,) = [c for c in made.criteria if c.name in ("Uplift", "Reduction")]
        told = set(re.findall(r"[\d.]+(?= %)", criterion.required))
        assert set(map(float, told)) == {text} and not criterion.met
        assert text not in map(float, re.findall(r"[\d.]+(?= %)", criterion.found))
        reached = said if "a change can bring" in said else said[said.find("More units tell") :]
        (asked,) = set(re.findall(r"(?:brings the \S+ of .* to|primary metric is) \+?([\d.]+) %", reached))
        assert float(asked) == text
        (best,) = re.findall(r"(?:a change can bring|interval goes to) \+?([\d.]+) %", reached)
        assert float(best) != text
