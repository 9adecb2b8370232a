"""The engine against the statistics it stands on, and its error rates against experiments drawn at random."""

import math
from dataclasses import replace

import numpy as np
import pytest

from helpers.config import Prior, Rule
from helpers.errors import ReportError
from helpers.experiment.decision.belief import believed
from helpers.experiment.decision.rule import Evidence, decide
from helpers.experiment.decision.value import DAYS_PER_MONTH
from helpers.experiment.whatif import INPUTS, WhatIfPlan, last_level, outlook
from helpers.stats import Proportion, ProportionDesign, compare, group_sequential

PLAN = WhatIfPlan(traffic=2000, baseline=0.10, uplift=0.10, arpu=500, days=28, planned_uplift=0.08, minimum_uplift=0.02)


def rule_of(plan):
    return Rule(
        confidence=1 - last_level(plan.alpha, plan.looks),
        max_risk=plan.max_risk,
        min_relative_uplift=plan.minimum_uplift,
        prior=prior_of(plan),
    )


def prior_of(plan):
    return Prior(improve=plan.improve, harm=plan.harm, size=plan.size)


def test_whole_counts_give_what_compare_gives():
    found, effect = outlook(PLAN), compare(Proportion(28_000, 2_800), Proportion(28_000, 3_080))
    assert found.p_value == pytest.approx(effect.p_value, rel=1e-9)
    for name, other in (
        ("difference_low", "absolute_low"),
        ("difference_high", "absolute_high"),
        ("relative_low",) * 2,
    ):
        assert getattr(found, name) == pytest.approx(getattr(effect, other), rel=1e-9)
    belief = believed(Proportion(28_000, 2_800), Proportion(28_000, 3_080), prior_of(PLAN))
    assert (found.risk, found.chance_of_harm) == pytest.approx((belief.risk, belief.chance_of_harm), rel=1e-9)
    assert found.shrunk == pytest.approx(belief.mean / 0.10)


def test_sizes_are_the_designs():
    design = ProportionDesign(0.10)
    found = outlook(PLAN)
    assert found.needed == design.size(relative=0.10).n_total and found.planned == design.size(relative=0.08).n_total
    assert found.power == design.power(56_000, relative=0.10).power
    assert found.detectable == design.mde(56_000).relative
    assert found.needed_weeks == math.ceil(found.needed / 14_000)


def test_money_moves_with_conversions():
    found = outlook(replace(PLAN, cost=1e7, margin=0.3))
    revenue = 2000 * DAYS_PER_MONTH * 12 * 500 * 0.10
    assert found.revenue == pytest.approx(revenue)
    assert found.net_measured == pytest.approx(0.3 * revenue - 1e7)
    assert found.net == pytest.approx(0.3 * revenue * found.shrunk / 0.10 - 1e7)
    assert 0 < found.shrunk < 0.10
    assert found.loss_of_waiting - found.loss_of_shipping == pytest.approx(found.net)


def test_more_looks_leave_the_last_one_less():
    levels = [last_level(0.05, k) for k in (1, 2, 5, 10)]
    assert levels == sorted(levels, reverse=True) and levels[2] == group_sequential(5).levels[-1]
    assert outlook(replace(PLAN, looks=5)).needed > outlook(PLAN).needed


def test_without_an_expected_uplift_no_size_is_told():
    found = outlook(replace(PLAN, uplift=0.0))
    assert found.needed is None and found.p_value == 1 and found.risk > 1 - PLAN.improve
    assert found.rule.good == PLAN.planned_uplift


def test_go_begins_where_every_criterion_is_met():
    """The uplift that GO needs, seen as it is and a little less, with money that must pay a cost."""
    costly = replace(PLAN, cost=PLAN.traffic * DAYS_PER_MONTH * 12 * PLAN.arpu * 0.07)
    for plan in (PLAN, costly, replace(PLAN, minimum_uplift=0.2), replace(PLAN, max_risk=0.001)):
        edge = outlook(plan).rule.go_from
        assert outlook(replace(plan, uplift=edge + 1e-6)).decision.verdict == "GO"
        assert outlook(replace(plan, uplift=edge - 1e-6)).decision.verdict != "GO"


def test_a_prior_leaves_room_for_ideas_that_do_nothing():
    with pytest.raises(ReportError, match="does nothing"):
        replace(PLAN, improve=0.6, harm=0.5)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"traffic": 0}, "traffic per day"),
        ({"traffic": math.nan}, "traffic per day"),
        ({"baseline": -0.1}, "baseline conversion"),
        ({"baseline": 0.9, "uplift": 0.2}, "above 1"),
        ({"days": 2.5}, "duration"),
        ({"arpu": "5"}, "revenue per user"),
        ({"traffic": 1, "days": 1}, "too few users"),
        ({"looks": math.inf}, "number of looks"),
        ({"alpha": True}, "alpha"),
    ],
)
def test_nonsense_is_refused(changed, named):
    with pytest.raises(ReportError, match=f"(?i){named}"):
        replace(PLAN, **changed)


def test_every_input_says_what_it_is():
    assert len({asked.name for asked in INPUTS}) == len(INPUTS)
    for asked in INPUTS:
        assert asked.low <= asked.slider[0] < asked.slider[1] <= asked.high and asked.help


RARE = pytest.mark.sweep


@pytest.mark.slow
@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        pytest.param(replace(PLAN, allocation=0.2, traffic=4000, minimum_uplift=0.06), marks=RARE),
        pytest.param(replace(PLAN, cost=PLAN.traffic * DAYS_PER_MONTH * 12 * PLAN.arpu * 0.07), marks=RARE),
        replace(PLAN, baseline=0.6, planned_uplift=0.02, uplift=0.02, minimum_uplift=0.0, looks=5),
        pytest.param(replace(PLAN, uplift=-0.03, minimum_uplift=0.05, max_risk=0.5), marks=RARE),
    ],
    ids=["significance", "minimum uplift", "money", "high rate, five looks", "wide"],
)
def test_the_error_rates_are_those_of_experiments_decided_by_the_rule(plan):
    found, rule = outlook(plan), rule_of(plan)
    worth = plan.traffic * DAYS_PER_MONTH * plan.horizon * plan.arpu / plan.baseline * plan.margin
    rng, runs = np.random.default_rng(7), 1_500

    def verdicts(relative):
        control = rng.binomial(plan.arms[0], plan.baseline, runs)
        treatment = rng.binomial(plan.arms[1], plan.baseline * (1 + relative), runs)
        made = []
        for c, t in zip(control.tolist(), treatment.tolist(), strict=True):
            arms = Proportion(plan.arms[0], c), Proportion(plan.arms[1], t)
            effect, belief = compare(*arms, confidence=rule.confidence), believed(*arms, rule.prior)
            seen = Evidence(
                effect, effect.p_value, True, (), (), sum(plan.arms), belief, worth=worth * belief.mean - plan.cost
            )
            made.append(decide(seen, rule).verdict)
        return made.count("GO") / runs, made.count("KILL") / runs

    wanted = found.rule
    for relative, chances in (
        (0.0, (wanted.go_when_null, wanted.kill_when_null)),
        (wanted.harmful, (wanted.go_when_harmful, wanted.kill_when_harmful)),
        (wanted.good, (wanted.go_when_good, wanted.kill_when_good)),
    ):
        for counted, told in zip(verdicts(relative), chances, strict=True):
            assert abs(counted - told) < 4 * math.sqrt(told * (1 - told) / runs) + 2 / runs
