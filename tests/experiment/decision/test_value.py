"""Money by hand, and expected losses against numeric integration."""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy import integrate

from helpers import config
from helpers.config import Economics, Prior, Study
from helpers.config.assumed import not_stated
from helpers.experiment.decision import value as roi
from helpers.experiment.decision.belief import Belief
from helpers.experiment.results import Observed
from helpers.report.topics import money
from helpers.stats import Mean, compare

STUDY = config.load("studies/cart_checkout.yml")
ECONOMICS = Economics(
    revenue_metric="revenue_per_user", contribution_margin=0.25, implementation_cost=10_000, monthly_run_cost=500,
    horizon_months=10,
)  # fmt: skip
CONTROL, TREATMENT = Mean.from_moments(5_000, 1_000.0, 250_000.0), Mean.from_moments(5_000, 1_040.0, 250_000.0)
EFFECT = compare(CONTROL, TREATMENT)


@pytest.fixture
def value() -> roi.DecisionValue:
    return roi.value(EFFECT, CONTROL, TREATMENT, ECONOMICS, Prior(), 2_000.0)


def test_money_by_hand(value):
    """2,000 units a month, 10 months, 40 cents a unit, a quarter of it margin: 200,000 cents."""
    assert value.units == 20_000
    assert value.point.per_unit == pytest.approx(40)
    assert value.point.gain == pytest.approx(200_000)
    assert value.point.cost == 100 * (10_000 + 10 * 500) == 1_500_000
    assert value.point.net == pytest.approx(-1_300_000)
    assert value.gain_per_month == pytest.approx(500 * value.belief.mean)
    assert [s.cost for s in value.scenarios] == [1_500_000] * 4


def test_bounds_are_those_of_the_interval(value):
    assert value.low.gain == pytest.approx(5_000 * EFFECT.absolute_low)
    assert value.high.gain == pytest.approx(5_000 * EFFECT.absolute_high)
    assert value.low.net < value.point.net < value.high.net


def test_break_even_pays_the_cost_exactly(value):
    """1,500,000 cents over 20,000 units at a margin of 1/4 is 300 cents a unit, 30 % of 1,000."""
    assert value.break_even == pytest.approx(0.30)
    assert value.needed == pytest.approx(300)
    assert value.chance_of_profit == pytest.approx(value.belief.chance_above(300))


@pytest.mark.parametrize("monthly", [500.0, 40_000.0, 200_000.0])
def test_losses_are_those_of_the_belief_in_money(monthly):
    found = roi.value(EFFECT, CONTROL, TREATMENT, ECONOMICS, Prior(), monthly)
    error = math.sqrt(250_000 / 5_000 * 2)
    belief = Belief(40.0, error, Prior().improve, Prior().harm, Prior().size * 1_000)
    per_cent = monthly * 10 * 0.25
    assert (found.belief.mean, found.belief.risk) == pytest.approx((belief.mean, belief.risk))
    assert found.expected.net == pytest.approx(per_cent * belief.mean - 1_500_000)
    grid = np.linspace(-14 * error - 40, 14 * error + 40, 400_002)
    net, density = per_cent * grid - 1_500_000, belief.density(grid)
    lost = integrate.simpson(np.maximum(-net, 0) * density, x=grid) + belief.chance_of_nothing * 1_500_000
    gained = integrate.simpson(np.maximum(net, 0) * density, x=grid)
    assert found.loss_of_shipping == pytest.approx(lost, rel=1e-5)
    assert found.loss_of_waiting == pytest.approx(gained, rel=1e-5, abs=1e-3)
    assert found.loss_of_waiting - found.loss_of_shipping == pytest.approx(found.expected.net), "E[x+] - E[x-] = E[x]"


# --- how many units a month ---


class FakeResults:
    """One effect, or none, of units that came in over some days."""

    def __init__(self, found: object, study: Study = STUDY, *, days: int = 28, units: int = 10_000) -> None:
        self.found, self.study, self.count = found, study, units
        first = datetime(2026, 7, 27, 6, 5)
        self.observed = Observed(first, first + timedelta(days=days), first + timedelta(days=60))

    def effect(self, metric: object, variant: str | None = None, *, as_is: bool = False) -> object:
        return self.found

    def units(self, *_: str) -> int:
        return self.count


def test_units_per_month_are_those_of_the_enrolment():
    """Two weeks of enrolment in a log of two months: the units of two weeks, not of two months."""
    assert roi.units_per_month(FakeResults(None, days=14, units=56_000)) == pytest.approx(4_000 * 30.4375)


def test_units_per_month_stated_in_the_study_win():
    economics = STUDY.economics.model_copy(update={"exposed_units_per_month": 777})
    study = STUDY.model_copy(update={"economics": economics})
    assert roi.units_per_month(FakeResults(None, study, days=2)) == 777.0, "a stated number needs no week of log"


@pytest.mark.parametrize(("days", "told"), [(7, True), (6, False), (1, False)])
def test_less_than_a_week_is_not_scaled_up(days, told):
    assert (roi.units_per_month(FakeResults(None, days=days)) is not None) is told


class Found:
    effect, control, treatment = EFFECT, CONTROL, TREATMENT


def test_worth_says_why_it_cannot_be_told():
    assert roi.worth(STUDY, FakeResults(None)) == (None, "no unit of an arm has a value of revenue per exposed user")
    value, reason = roi.worth(STUDY, FakeResults(Found, days=2))
    assert value is None
    assert reason == "units came in for 2.0 days, and less than a week cannot be scaled up to a month"

    class Nothing(Found):
        control = Mean.from_moments(5_000, 0.0, 1.0)

    value, reason = roi.worth(STUDY, FakeResults(Nothing))
    assert value is None and reason.endswith(" in the control is nothing, so no prior can be stated on its scale")

    class Flat(Found):
        effect = compare(Mean.from_moments(50, 0.0, 0.0), Mean.from_moments(50, 0.0, 0.0))

    value, reason = roi.worth(STUDY, FakeResults(Flat))
    assert value is None and reason.startswith("the effect on revenue per exposed user has no interval: no test: ")


def test_worth_and_its_sentence():
    value, reason = roi.worth(STUDY, FakeResults(Found))
    assert reason == "" and value is not None
    assert value.units == pytest.approx(10_000 / 28 * 30.4375 * 12)
    text = money.text(value, STUDY)
    assert text.count("EUR ") == 3 and "must rise by +" in text


@pytest.mark.parametrize(
    ("assumed", "lacks", "span"),
    [
        (["economics.contribution_margin"], "contribution_margin", "12 months"),
        (["economics"], "contribution_margin and implementation_cost", "time"),
    ],
)
def test_what_nobody_stated_makes_no_money_and_no_horizon(assumed, lacks, span):
    study = STUDY.model_copy(update={"assumed": assumed})
    results = FakeResults(Found, study)
    low, high = (f"EUR {end / 100:.2f}" for end in (EFFECT.absolute_low, EFFECT.absolute_high))
    told = f"EUR 0.40 more per exposed unit ({low} to {high}); state {lacks} for a value over {span}"
    assert roi.worth(study, results) == (None, told)
    assert roi.per_unit(study, results) == pytest.approx(40)
    assert lacks in not_stated(study)


@pytest.mark.parametrize(("monthly", "told"), [(None, False), (500, True)])
def test_a_table_without_times_and_without_a_period_makes_money_of_stated_units_alone(monthly, told):
    table = config.load("studies/hillstrom.yml")
    economics = STUDY.economics.model_copy(update={"exposed_units_per_month": monthly})
    study = STUDY.model_copy(update={"data": table.data, "assumed": ["period"], "economics": economics})
    value, reason = roi.worth(study, FakeResults(Found, study))
    if told:
        assert value is not None and value.units == 500 * study.economics.horizon_months
    else:
        assert value is None
        assert reason.endswith("; state exposed_units_per_month (or period) for a value over 12 months")


def test_of_several_arms_the_one_is_named():
    arms = [v.model_copy(update={"name": name}) for v, name in zip([STUDY.variants[0]] * 3, "abc", strict=True)]
    study = STUDY.model_copy(update={"assumed": ["economics"], "variants": arms})
    assert roi.worth(study, FakeResults(Found, study), "c")[1].startswith("EUR 0.40 more per exposed unit of c (EUR ")


def test_a_year_that_nobody_stated_still_makes_money():
    study = STUDY.model_copy(update={"assumed": ["economics.horizon_months", "economics.monthly_run_cost"]})
    value, reason = roi.worth(study, FakeResults(Found, study))
    assert value is not None and reason == "" == not_stated(study)


def test_a_loss_of_a_unit_is_told_as_less():
    class Loss(Found):
        effect = compare(TREATMENT, CONTROL)

    study = STUDY.model_copy(update={"assumed": ["economics"]})
    _, told = roi.worth(study, FakeResults(Loss, study))
    assert told.startswith("EUR 0.40 less per exposed unit (-EUR 0.60 to -EUR 0.20)")


def test_a_change_without_cost_pays_with_any_rise():
    free = STUDY.economics.model_copy(update={"implementation_cost": 0, "monthly_run_cost": 0})
    study = STUDY.model_copy(update={"economics": free})
    value, _ = roi.worth(study, FakeResults(Found))
    assert value is not None and value.break_even == 0
    text = money.text(value, study)
    assert "any rise of revenue per exposed unit pays" in text and "must rise by" not in text


def test_risk_in_a_study(small_study):
    """The whole way from the marts, once."""
    from helpers.experiment.results import Results
    from helpers.warehouse import query

    with query.connect(small_study.where.database) as con:
        results = Results(con, small_study.study)
        value, reason = roi.worth(small_study.study, results)
    assert reason == "" and value is not None
    found = results.effect(small_study.study.metric("revenue_per_user"))
    assert value.point.per_unit == results.effect(found.metric, as_is=True).effect.absolute
    assert 0 <= value.chance_of_profit <= 1
