"""A claim made of the evidence holds; with another subject, direction, strength or number it does not."""

import math
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.config import Rule
from helpers.experiment.decision import claims
from helpers.experiment.decision.claims import Claim, TwoMeans
from helpers.experiment.decision.look import EarlyLook
from helpers.experiment.decision.rule import Evidence, decide
from helpers.stats import Mean, Proportion, compare, noninferiority

LOOK = EarlyLook(0.214, 2.5e-6, datetime(2026, 5, 10), datetime(2026, 6, 1))


def seen(control: int, treatment: int, n: int = 1_000, **changes: object) -> Evidence:
    """Evidence on one arm of several, with a guardrail that is inside its margin, not shown to be, or beyond it."""
    arms = Proportion(n, control), Proportion(n, treatment)
    found = compare(*arms)
    guard = noninferiority(*arms, margin=0.1)
    spent = (compare(Mean.from_moments(n, 50, 900), Mean.from_moments(n, to, 900)) for to in (53, 52))
    made = Evidence(
        found, found.p_value, True, (), (("clicks", guard),), 2 * n, None, "Conversion", "beta", worth=1e5,
        currency="EUR", agreements=(TwoMeans("spent", *spent),),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def made(evidence: Evidence) -> list[Claim]:
    return [
        claims.effect_of(evidence), claims.risk(evidence), claims.worth(evidence),
        *(claims.guardrail(name, evidence) for name, _ in evidence.guardrails),
        *(claims.agreement(each, evidence.arm) for each in evidence.agreements),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000), st.integers(0, 1_000), st.booleans())
def test_what_is_made_of_the_evidence_holds_and_nothing_else_does(control, treatment, higher):
    evidence = seen(control, treatment, higher_is_better=higher)
    for claim in made(evidence):
        assert claims.holds(claim, evidence)
        assert "beta" in claims.text(claim)
        assert not claims.holds(replace(claim, arm="alpha"), evidence)
        if math.isfinite(claim.numbers[0]):
            other = (claim.numbers[0] + 1, *claim.numbers[1:])
            assert not claims.holds(replace(claim, numbers=other), evidence)
        if claim.about == "effect":
            others = {"better", "worse", "no different"} - {claim.says}
            assert not any(claims.holds(replace(claim, says=other), evidence) for other in others)  # type: ignore[arg-type]
            assert not claims.holds(replace(claim, metric="Revenue"), evidence)


@pytest.mark.parametrize(
    ("evidence", "says", "strength"),
    [
        (seen(300, 400), "better", "significant"),
        (seen(300, 310), "better", "not significant"),
        (seen(300, 400, p_value=0.2), "better", "not significant"),
        (seen(300, 360, look=LOOK), "better", "too early"),
        (seen(300, 240, look=LOOK), "worse", "significant"),
        (seen(300, 400, higher_is_better=False), "worse", "significant"),
        (seen(300, 400, clusters=4.9), "better", "too few"),
        (seen(300, 400, clusters=math.nan), "better", "too few"),
        (seen(300, 400, clusters=5.0), "better", "significant"),
        (seen(300, 200, clusters=3.0), "worse", "significant"),
        (seen(300, 310, clusters=3.0), "better", "not significant"),
        (seen(0, 0), "no different", "no test"),
    ],
)
def test_the_strength_of_an_effect_is_that_of_the_p_value_that_decides(evidence, says, strength):
    claim = claims.effect_of(evidence)
    assert (claim.says, claim.strength) == (says, strength)
    assert ("significantly" in claims.word(claim)) is (strength == "significant")


@pytest.mark.parametrize(("treatment", "says"), [(2_000, "inside"), (1_800, "not shown"), (1_200, "beyond")])
def test_a_guardrail_is_inside_its_margin_beyond_it_or_not_shown(treatment, says):
    (claim,) = [c for c in made(seen(2_000, treatment, 4_000)) if c.about == "guardrail"]
    assert claim.says == says


def test_too_small_holds_only_where_the_interval_excludes_what_is_worth_shipping_and_time_is_over():
    flat = seen(30_000, 30_050, 100_000)
    claim = claims.at_best(flat, 0.05)
    assert claims.holds(claim, flat)
    assert not claims.holds(claim, replace(flat, look=LOOK))
    assert not claims.holds(claims.at_best(flat, 0.001), flat)


def test_means_that_disagree_are_told_with_both_of_their_effects():
    bare, tested = (compare(Mean.from_moments(500, 50, 9), Mean.from_moments(500, to, 9)) for to in (49, 53))
    claim = claims.agreement(TwoMeans("spent", tested, bare), "beta")
    assert claim.says == "disagrees"
    assert claims.text(claim).startswith("spent in beta -2.0 % as it is")
    assert "+6.0 % with its extreme values pulled in" in claims.text(claim)


@pytest.mark.parametrize(("treatment", "says"), [(150, "higher"), (60, "lower")])
@pytest.mark.parametrize("higher", [True, False])
def test_a_metric_whose_direction_nobody_stated_is_neither_better_nor_worse(treatment, says, higher):
    found = compare(Proportion(1_000, 100), Proportion(1_000, treatment))
    claim = claims.of_effect(found, found.p_value, "Minutes", "", higher_is_better=higher, undirected=True)
    assert claims.word(claim) == f"significantly {says}"
    assert not {"better", "worse"} & set(claims.text(claim).split())
    early = claims.of_effect(found, found.p_value, "Minutes", "", higher_is_better=higher, undirected=True, level=1e-9)
    assert early.strength == "too early"


def test_what_moved_is_told_beside_the_verdict_without_calling_it_good():
    found = compare(Proportion(1_000, 100), Proportion(1_000, 150))
    claim = claims.of_effect(found, found.p_value, "Minutes", "", higher_is_better=True, undirected=True)
    made = decide(seen(300, 380, arm="", moved=(claim,)), Rule())
    assert "Minutes is higher by 50.0 %" in made.beside and "nobody stated whether that is good" in made.beside
    assert made.beside.count("Minutes") == 1
