"""Two languages, one truth: the page's engine and Python's agree on every output."""

import math

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.experiment.whatif import WhatIfPlan, outlook
from helpers.experiment.whatif.plan import MeasuredRevenue
from tests.experiment.whatif.agreement import disagreements
from tests.experiment.whatif.plans import BASE, plans

NONSENSE = [
    {"traffic": 0},
    {"traffic": -5},
    {"traffic": math.nan},
    {"traffic": math.inf},
    {"traffic": "many"},
    {"traffic": None},
    {"baseline": 0},
    {"baseline": 1},
    {"baseline": -0.1},
    {"baseline": 0.9, "uplift": 0.2},
    {"uplift": -1},
    {"uplift": math.nan},
    {"days": 0},
    {"days": 2.5},
    {"arpu": 0},
    {"alpha": 0.5},
    {"power": 1},
    {"improve": 0},
    {"improve": 0.6, "harm": 0.6},
    {"looks": 11},
    {"allocation": 0},
    {"minimum_uplift": -1},
    {"cost": -1},
    {"horizon": 0.5},
    {"traffic": 1, "days": 3},
    {"traffic": 100, "days": 1, "allocation": 0.01},
]


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.sweep)])
def test_every_output_is_the_same_in_both_languages(open_page, count):
    asked = plans(count)
    answers = open_page().evaluate("plans => plans.map(plan => simulator.outlook(plan))", asked)
    assert len(asked) > count
    wrong, verdicts = {}, set()
    for k, (plan, answer) in enumerate(zip(asked, answers, strict=True)):
        expected = outlook(WhatIfPlan(**plan))
        verdicts.add(expected.decision.verdict)
        if found := disagreements(expected, answer):
            wrong[k] = (plan, found[:5])
    assert wrong == {}
    assert verdicts == {"GO", "ITERATE", "KILL"}


@pytest.mark.parametrize("count", [30, pytest.param(2_000, marks=pytest.mark.sweep)])
def test_money_by_the_measured_revenue_is_the_same_in_both_languages(open_page, count):
    rng = np.random.default_rng(29)
    asked = [
        (plan, vars(MeasuredRevenue(change, change - 2 * error, change + 2 * error, error)))
        for plan in plans(count)
        for change, error in [(float(plan["arpu"] * rng.normal(0, 0.2)), float(plan["arpu"] * rng.uniform(0.001, 0.3)))]
    ]
    answers = open_page().evaluate("asked => asked.map(([plan, by]) => simulator.outlook(plan, 'EUR', by))", asked)
    for (plan, by), answer in zip(asked, answers, strict=True):
        assert disagreements(outlook(WhatIfPlan(**plan), measured=MeasuredRevenue(**by)), answer) == []


def test_both_refuse_the_same(open_page):
    page = open_page()
    allowed = page.evaluate("plans => plans.map(plan => simulator.problems(plan, simulator.inputs))", plans())
    assert not any(allowed)
    complete = {**plans()[0], **BASE}
    for changed in NONSENSE:
        told = page.evaluate("plan => simulator.problems(plan, simulator.inputs)", {**complete, **changed})
        assert told and all(one["message"] and "NaN" not in one["message"] for one in told), changed
        try:
            WhatIfPlan(**{**complete, **changed})
        except ReportError:
            continue
        raise AssertionError(f"Python accepts {changed}")
