"""The rule: a table of cases for each verdict, the risk it weighs, the log it writes."""

import math
from dataclasses import replace

import pytest

from helpers.config import Rule
from helpers.experiment.decision.log import LoggedVerdict, append_verdict, digest
from helpers.experiment.decision.rule import RECOMMENDATIONS, Decision, Evidence, decide, observed_risk
from helpers.stats import Effect, Mean, MeanDesign, Proportion, ProportionDesign, compare, noninferiority

RULE = Rule(prior_success_rate=0.2)
SAFE = noninferiority(Proportion(20_000, 8_000), Proportion(20_000, 8_010), margin=0.05)
RISKY = noninferiority(Proportion(200, 80), Proportion(200, 78), margin=0.05)


def effect(control: float, treatment: float, n: int = 20_000) -> Effect:
    """Effect between two rates, with ``n`` units an arm."""
    return compare(Proportion(n, round(n * control)), Proportion(n, round(n * treatment)))


def evidence(found: Effect, **changes: object) -> Evidence:
    """Evidence of a healthy experiment that reached its size."""
    healthy = Evidence(found, True, (), (("order value", SAFE),), 40_000, 30_000, 0.01)
    return replace(healthy, **changes)  # type: ignore[arg-type]


WIN = effect(0.30, 0.33)
"""+10 %, p far below .001."""
FLAT = effect(0.30, 0.301)
"""+0.3 %, at best below the +5 % that is worth shipping."""
HARM = effect(0.30, 0.27)
UNSURE = effect(0.30, 0.312)
"""+4 %: significant, too small, and +5 % is not excluded."""


@pytest.mark.parametrize(
    ("case", "verdict", "reason"),
    [
        pytest.param(evidence(WIN), "GO", "+10.0 %", id="win"),
        pytest.param(evidence(WIN, units=30_000), "GO", "", id="exactly the planned size"),
        pytest.param(evidence(WIN, guardrails=()), "GO", "", id="no guardrails"),
        pytest.param(evidence(FLAT), "KILL", "at best, below", id="worthwhile uplift excluded"),
        pytest.param(evidence(HARM), "KILL", "at best, below", id="significant harm"),
        pytest.param(evidence(UNSURE), "ITERATE", "uplift is +4.0 %", id="worthwhile uplift still possible"),
        pytest.param(evidence(effect(0.3, 0.303, 2_000)), "ITERATE", "significance", id="wide interval"),
        pytest.param(evidence(WIN, units=29_999), "ITERATE", "underpowered", id="one unit short, though a win"),
        pytest.param(evidence(HARM, units=29_999), "ITERATE", "underpowered", id="one unit short, though a harm"),
        pytest.param(evidence(FLAT, units=29_999), "ITERATE", "underpowered", id="one unit short, though flat"),
        pytest.param(
            evidence(WIN, guardrails=(("x", RISKY),)), "ITERATE", "guardrail x", id="guardrail not shown safe"
        ),
        pytest.param(
            evidence(WIN, guardrails=(("a", SAFE), ("b", RISKY))), "ITERATE", "guardrail b", id="one of two guardrails"
        ),
        pytest.param(evidence(WIN, false_positive_risk=0.05), "ITERATE", "false-positive risk", id="risk at its limit"),
        pytest.param(evidence(WIN, worth=0.0, currency="EUR"), "GO", "expected to pay", id="money at its limit"),
        pytest.param(
            evidence(WIN, worth=-12_345_00.0, currency="EUR"),
            "ITERATE",
            "-EUR 12,345, required",
            id="a win that loses money",
        ),
        pytest.param(
            evidence(FLAT, worth=1.0, currency="EUR"), "KILL", "at best, below", id="money saves no flat effect"
        ),
        pytest.param(evidence(WIN, failed_checks=("Balance",)), "INVALID", "Balance", id="invalid beats go"),
        pytest.param(evidence(HARM, failed_checks=("Balance",)), "INVALID", "", id="invalid beats kill"),
        pytest.param(
            evidence(WIN, failed_checks=("A", "B"), units=1), "INVALID", "A, B", id="invalid beats underpowered"
        ),
    ],
)
def test_verdicts(case, verdict, reason):
    made = decide(case, RULE)
    assert made.verdict == verdict
    assert reason in made.reason
    assert made.recommendation == RECOMMENDATIONS[made.verdict]


def test_lower_is_better():
    """The same rates with the direction turned: a fall is the win, and its far end is the best case."""
    assert decide(evidence(HARM, higher_is_better=False), RULE).verdict == "GO"
    killed = decide(evidence(WIN, higher_is_better=False), RULE)
    assert killed.verdict == "KILL"
    assert decide(evidence(effect(0.30, 0.288), higher_is_better=False), RULE).verdict == "ITERATE"
    assert decide(evidence(effect(0.30, 0.299), higher_is_better=False), RULE).verdict == "KILL"


def test_kill_uses_the_near_end_of_the_interval():
    """The verdict turns exactly where the interval's best end meets the least uplift."""
    at_best = FLAT.relative_high
    just_above = RULE.model_copy(update={"min_relative_uplift": at_best + 1e-9})
    just_below = RULE.model_copy(update={"min_relative_uplift": at_best - 1e-9})
    assert decide(evidence(FLAT), just_above).verdict == "KILL"
    assert decide(evidence(FLAT), just_below).verdict == "ITERATE"


def test_an_effect_that_cannot_be_had_is_never_go_or_kill():
    nothing = compare(Proportion(20_000, 0), Proportion(20_000, 0))
    assert math.isnan(nothing.p_value)
    assert decide(evidence(nothing, false_positive_risk=1.0), RULE).verdict == "ITERATE"


def test_every_criterion_is_told_and_go_means_all_are_met():
    made = decide(evidence(WIN, worth=1.0, currency="EUR"), RULE)
    assert [c.name for c in made.criteria] == [
        "Trust checks", "Sample size", "Significance", "False-positive risk", "Uplift", "Guardrail order value",
        "Expected money",
    ]  # fmt: skip
    assert all(c.met and c.required and c.found for c in made.criteria)
    missed = decide(evidence(UNSURE), RULE)
    assert [c.name for c in missed.criteria if not c.met] == ["Uplift"]
    assert isinstance(missed, Decision)


# --- the risk ---


DESIGN = ProportionDesign(0.3)


@pytest.mark.parametrize(
    ("prior", "risk"), [(1 / 3, 0.059), (0.20, 0.111), (0.15, 0.150), (0.10, 0.220), (0.08, 0.264)]
)
@pytest.mark.parametrize("design", [DESIGN, MeanDesign(sd=40.0, mean=12.0)], ids=["proportion", "mean"])
def test_published_false_positive_risks(design, prior, risk):
    """Kohavi, Deng and Vermeer (2022), table 2: alpha 0.05, power 0.80, success rates of five companies."""
    arm = replace(design, alpha=0.05).size(relative=0.05, power=0.8).n_total // 2
    just = replace(effect(0.3, 0.31), n_control=arm, n_treatment=arm, p_value=0.05)
    found = observed_risk(just, design, 0.05, Rule(prior_success_rate=prior))
    assert found == pytest.approx(risk, abs=0.0006)


def test_risk_falls_with_evidence_and_rises_with_scepticism():
    weak, strong = effect(0.3, 0.31), effect(0.3, 0.33)
    assert observed_risk(strong, DESIGN, 0.05, RULE) < observed_risk(weak, DESIGN, 0.05, RULE)
    sceptic = Rule(prior_success_rate=0.05)
    assert observed_risk(weak, DESIGN, 0.05, sceptic) > observed_risk(weak, DESIGN, 0.05, RULE)


def test_risk_at_the_ends():
    assert observed_risk(effect(0.0, 0.0, 100), DESIGN, 0.05, RULE) == 1.0, "no test, nothing learned"
    assert observed_risk(replace(WIN, p_value=1.0), DESIGN, 0.05, RULE) == 1.0
    assert 0 <= observed_risk(replace(WIN, p_value=0.0), DESIGN, 0.05, RULE) < 1e-6
    high = ProportionDesign(0.97)
    assert 0 < observed_risk(effect(0.97, 0.98), high, 0.5, RULE) < 1, "the planned rate would pass one"


def test_risk_of_a_mean():
    """A study may have a mean as its primary metric; a clear win there must be able to become GO."""
    control, treatment = (Mean.from_moments(20_000, mean, 9e6) for mean in (1_200.0, 1_400.0))
    found = observed_risk(compare(control, treatment), MeanDesign(sd=3_000, mean=1_200), 0.05, RULE)
    assert 0 < found < RULE.max_false_positive_risk


# --- the log ---


def test_the_log_is_append_only_and_idempotent(tmp_path):
    log = tmp_path / "reports" / "decisions.jsonl"
    first = LoggedVerdict("a", "ITERATE", "too few", digest({"x": 1}), "2026-08-24")
    second = replace(first, verdict="GO", evidence=digest({"x": 2}))
    assert append_verdict(log, first)
    before = log.read_text()
    assert not append_verdict(log, first) and log.read_text() == before
    assert append_verdict(log, second)
    assert log.read_text().startswith(before) and len(log.read_text().splitlines()) == 2
    assert append_verdict(log, first) and len(log.read_text().splitlines()) == 3, (
        "a return to old evidence is a new decision"
    )
    assert [p.name for p in log.parent.iterdir()] == [log.name]


def test_digest_depends_on_values_not_on_order():
    assert digest({"a": 1, "b": None}) == digest({"b": None, "a": 1})
    assert digest({"a": 1}) != digest({"a": 1.5})
    assert len(digest({})) == 64
