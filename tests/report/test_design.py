"""What the brief and the plan tell of a study is what its rule asks and what its tables hold, for studies at random."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.experiment import design
from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.conditions import conditions, scope
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.next_step import next_step
from helpers.experiment.decision.value import worth
from helpers.report.figures import experiment as figures
from helpers.report.topics import design as topic
from helpers.stats import ProportionDesign
from tests.gauntlet import planted
from tests.gauntlet.case import Case
from tests.gauntlet.strange import strange
from tests.report.figures.colours import SIGHTS, distance
from tests.report.figures.test_standard import APART

NO_DAYS = pd.DataFrame({"period": [], "day": [], "cumulative_units": [], "new_units": [], "returning_units": []})


def test_the_brief_lists_what_the_decision_asks():
    """Of studies read when their time is over, as far as their money can be told."""
    rng, seen = np.random.default_rng(8), set()
    for case in (strange(rng) for _ in range(80)):
        study = planted.study(case)
        results = planted.results(case, study)
        values = {v.name: worth(study, results, v.name)[0] for v in study.treatments}
        for weighed in evidence(results, (), values):
            (made,) = decide_all([weighed], study.decision).arms
            if weighed.look is not None or scope(study).money is (weighed.worth is None):
                continue
            asked = [(c.name, c.required) for c in made.criteria]
            assert [(c.name, c.required) for c in conditions(study.decision, scope(study))] == asked
            told = topic.text_rule(study).split("; ")
            assert [each.rpartition(": ")[2] for each in told] == [required for _, required in asked]
            seen |= {name.split()[0] for name, _ in asked}
    assert {"Trust", "Significance", "Risk", "Uplift", "Guardrail", "Expected", "Agreement", "Sample"} <= seen


def two_or_more(weights: list[int], **found) -> tuple:
    """A study of proportions with these weights, the first the control's, and its results."""
    arms = {f"arm_{i}": [1_000, 300 + 10 * i] for i in range(len(weights) - 1)}
    shares = [weight / sum(weights) for weight in weights]
    case = Case("by hand", "weights", {"control": [1_000, 300], "arms": arms, "weights": shares, **found})
    study = planted.study(case)
    return study, planted.results(case, study)


def planned(study, results, monkeypatch) -> design.PlannedExperiment:
    monkeypatch.setattr(design.query, "query", lambda con, name: NO_DAYS)
    return design.plan(study, results, None)


@settings(max_examples=25, deadline=None)
@given(weights=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_the_number_of_the_plan_stands_in_the_row_of_the_split_in_use(weights):
    study, results = two_or_more(weights)
    with pytest.MonkeyPatch.context() as patched:
        found = planned(study, results, patched)
    wanted = ProportionDesign(0.3, weights=tuple(weights)).size(relative=0.05, power=0.8)
    rows = [row for row in topic.table_plans(found, study) if "in use" in row["Control : treatment"]]
    (row,) = rows
    assert row["In all"] == f"{wanted.n_total:,}" and f"the {row['In all']} " in found.reached
    assert row["Control : treatment"].startswith(" : ".join(f"{100 * w / sum(weights):.0f}" for w in weights))
    assert {float(share) for share in study.design.splits} <= {round(share, 9) for share, *_ in found.splits}
    drawn = figures.detectable(found.curves, found.effect, study)
    assert [line.name for line in drawn.data] == [p.ratio for _, p, _ in found.splits]


@settings(max_examples=25, deadline=None)
@given(arms=st.integers(2, 5), confidence=st.sampled_from([0.9, 0.95, 0.99]), improve=st.floats(0.05, 0.6))
def test_the_risk_of_a_false_win_is_that_of_the_plan(arms, confidence, improve):
    """Of all tests, half of alpha falls on the side of a win."""
    study, results = two_or_more([1] * arms, confidence=confidence, prior=[improve, 0.2, 0.05])
    with pytest.MonkeyPatch.context() as patched:
        plan = planned(study, results, patched).plan
    by_chance, found = plan.alpha / 2 * (1 - improve), study.design.power * improve
    share = re.match(r"([\d.]+) % of significant wins", topic.text_false_positives(study))
    assert float(share[1]) / 100 == pytest.approx(by_chance / (by_chance + found), abs=6e-5)
    assert f"at alpha {plan.alpha:.2g}" in topic.text_false_positives(study)


@pytest.mark.parametrize("assumed", [[], ["design.minimum_detectable"], ["design"]])
@pytest.mark.parametrize("units", [None, 5_000, 2_000])
def test_planned_is_what_the_study_states(assumed, units, monkeypatch):
    """The design and the next step call one thing by one name."""
    study, results = two_or_more([1, 1], **({"planned": units} if units else {}))
    study = study.model_copy(update={"assumed": assumed})
    results.study = study
    found = planned(study, results, monkeypatch)
    effect, number = "design.minimum_detectable" not in study.assumptions, f"{found.plan.n_total:,}"
    if units and assumed != ["design"]:
        told = f"{'as many as' if units == 2_000 else 'fewer than'} the {units:,} planned"
    else:
        told = f"fewer than the {number} that {'' if effect else 'the assumed '}+5.0 % asks for"
    assert found.reached == f"2,000 units were exposed, {told}"
    (weighed,) = evidence(results, (), {})
    step = next_step(results, weighed, decide_all([weighed], study.decision).proposed)
    assert f"+5.0 % ({'as planned' if effect else 'assumed'}) asks for {number} units" in step
    note = figures.detectable(found.curves, found.effect, study).layout.annotations[-1].text
    assert note == f"{'planned for' if effect else 'assumed'}: +5.0 %"
    line = figures.exposures(NO_DAYS.assign(period="experiment"), found.goal, found.reached, study)
    assert [a.text for a in line.layout.annotations] == [
        f"{'planned' if found.goal.planned else 'asked for'}: {found.goal.size:,}"
    ]


def test_each_split_has_a_line_of_its_own_colour():
    study, results = two_or_more([1, 1, 1])
    with pytest.MonkeyPatch.context() as patched:
        found = planned(study, results, patched)
    drawn = figures.detectable(found.curves, found.effect, study).data
    assert len(drawn) == len(study.design.splits) + 1
    pairs = itertools.combinations([line.line.color for line in drawn], 2)
    assert min(distance(*pair, sight) for pair in pairs for sight in SIGHTS) >= APART
