"""A report is about one arm: the one that the rule proposes, whatever else is best of another and whatever check failed."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gauntlet import planted
from tests.gauntlet.case import Case
from tests.gauntlet.page import page
from tests.gauntlet.verdicts import decided

NAMES = ("bold", "calm", "dull")


@st.composite
def several(draw: st.DrawFn) -> Case:
    """Arms that differ on the primary metric, in money and on a guardrail, so that the best of each need not be one."""
    arms = NAMES[: draw(st.integers(2, 3))]
    rates = {arm: [20_000, draw(st.integers(5_500, 7_000))] for arm in arms}
    spend = {arm: [20_000, draw(st.integers(2_850, 3_200)) / 100, 20.0] for arm in arms}
    guard = {"control": [20_000, 400], "arms": {arm: [20_000, draw(st.sampled_from([390, 460, 700]))] for arm in arms}}
    found: dict[str, Any] = {
        "control": [20_000, 6_000], "arms": rates,
        "money": {"control": [20_000, 30.0, 20.0], "arms": spend, "margin": 0.4, "cost": 1e5, "monthly": 20_000},
        "guards": {"crashes": {**guard, "margin": 0.2, "better": "lower"}},
    }  # fmt: skip
    return Case("leading", "several arms", {**found, "failed": draw(st.sampled_from([[], ["Balance"]]))})


@settings(max_examples=12, deadline=None)
@given(several())
def test_what_names_no_arm_is_about_the_one_that_is_proposed_whatever_check_failed(case):
    made = decided(case)
    assert planted.results(case, planted.study(case)).leading == made.proposed.arm
    assert decided(case.with_found("sound", failed=[])).proposed.arm == made.proposed.arm


def test_the_arm_that_is_best_on_the_primary_metric_need_not_lead():
    """Bold converts most and loses money, calm wins both: results, figure and decision are about calm."""
    money = {"control": [20_000, 30.0, 20.0], "arms": {"bold": [20_000, 28.0, 20.0], "calm": [20_000, 31.0, 20.0]}}
    case = Case(
        "leading",
        "several arms",
        {
            "control": [20_000, 6_000],
            "arms": {"bold": [20_000, 6_960], "calm": [20_000, 6_700]},
            "money": {**money, "margin": 0.4, "cost": 0.0, "monthly": 20_000},
        },
    )
    told = page(case)
    assert (told.record["primary.arm"], told.record["decision.arm"]) == ("calm", "calm")
    figure = told.of("figure of effects")
    assert "calm" in figure and "bold" not in figure and told.of("caption of effects").endswith("calm against control")
