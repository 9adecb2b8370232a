"""A report is about one arm: the one that the rule proposes, whatever else is best of another and whatever check failed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.conditions import conditions, scope
from helpers.experiment.decision.evidence import evidence
from helpers.report.topics import decision, effects
from helpers.report.topics import money as money_topic
from tests.gauntlet import planted
from tests.gauntlet.case import Case
from tests.gauntlet.page import Kept, page
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


@pytest.mark.parametrize(("cost", "asked"), [(0.0, True), (10.0, False)])
@pytest.mark.parametrize("spent", [29.0, 31.0])
def test_the_sign_of_the_money_is_asked_where_only_the_units_of_a_month_lack(cost, asked, spent):
    money = {
        "control": [20_000, 30.0, 20.0],
        "treatment": [20_000, spent, 20.0],
        "margin": 0.4,
        "cost": cost,
        "monthly": 9,
    }
    case = Case("leading", "sign", {"control": [20_000, 6_000], "treatment": [20_000, 6_700], "money": money})
    study = planted.study(case)
    paceless = study.economics.model_copy(update={"exposed_units_per_month": None})
    study = study.model_copy(update={"economics": paceless, "assumed": ["period.start"]})
    (weighed,) = evidence(planted.results(case, study), (), {"treatment": None})
    made = decide_all([weighed], study.decision).proposed
    assert [c.met for c in made.criteria if c.name == "Expected money"] == ([spent > 30] if asked else [])
    assert made.verdict == ("GO" if spent > 30 or not asked else "ITERATE")
    assert {c.name for c in conditions(study.decision, scope(study))} == {c.name for c in made.criteria}
    said = money_topic.absent(study, "EUR 1.00 more")
    assert ("GO does not ask for money" in said) is not asked


class Described(Kept):
    """A notebook that keeps what is said of each number, too."""

    def record(self, name, value, unit, description, *, reason="", names=(), bar=None):
        super().record(name, value, unit, description, reason=reason, names=names)
        self.meanings = {**getattr(self, "meanings", {}), name: description}


@pytest.mark.parametrize("several", [True, False])
def test_numbers_without_an_arm_in_their_name_say_whose_they_are(several):
    arms = {"bold": [20_000, 6_100], "calm": [20_000, 6_700]}
    found = {"control": [20_000, 6_000]} | ({"arms": arms} if several else {"treatment": arms["calm"]})
    case = Case("leading", "named", found)
    study = planted.study(case)
    results, nb = planted.results(case, study), Described(study)
    made = decide_all(evidence(results, (), {}), study.decision)
    money_topic.record(nb, None, "no money", None, results.named)
    decision.record(nb, made, "", "")
    effects.record(nb, results.headline(), {})
    prefixes = (
        "money.",
        "risk.no_improvement",
        "risk.harm",
        "primary.treatment",
        "primary.relative",
        "primary.absolute",
    )
    asked = [n for n in nb.meanings if n.startswith(prefixes) and not n.endswith(("_before", "_low", "_high"))]
    assert len(asked) > 10 and all(("calm" in nb.meanings[name]) is several for name in asked)
