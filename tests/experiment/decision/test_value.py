"""Money by hand, and expected losses against numeric integration."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from helpers import config
from helpers.config import Economics, Study
from helpers.experiment.decision import value as roi
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
    return roi.value(EFFECT, CONTROL, TREATMENT, ECONOMICS, 2_000.0)


def test_money_by_hand(value):
    """2,000 units a month, 10 months, 40 cents a unit, a quarter of it margin: 200,000 cents."""
    assert value.units == 20_000
    assert value.point.per_unit == pytest.approx(40)
    assert value.point.gain == pytest.approx(200_000)
    assert value.point.cost == 100 * (10_000 + 10 * 500) == 1_500_000
    assert value.point.net == pytest.approx(-1_300_000)
    assert value.waiting_per_month == pytest.approx(20_000)
    assert [s.cost for s in value.scenarios] == [1_500_000] * 3


def test_bounds_are_those_of_the_interval(value):
    assert value.low.gain == pytest.approx(5_000 * EFFECT.absolute_low)
    assert value.high.gain == pytest.approx(5_000 * EFFECT.absolute_high)
    assert value.low.net < value.point.net < value.high.net


def test_break_even_pays_the_cost_exactly(value):
    """1,500,000 cents over 20,000 units at a margin of 1/4 is 300 cents a unit, 30 % of 1,000."""
    assert value.break_even == pytest.approx(0.30)
    lifted = Mean.from_moments(5_000, 1_300.0, 250_000.0)
    at_break_even = roi.value(compare(CONTROL, lifted), CONTROL, lifted, ECONOMICS, 2_000.0)
    assert at_break_even.point.net == pytest.approx(0, abs=1e-6)
    assert at_break_even.chance_of_profit == pytest.approx(0.5)
    assert at_break_even.loss_of_shipping == pytest.approx(at_break_even.loss_of_waiting)


def test_no_revenue_in_the_control_has_no_break_even():
    nothing = Mean.from_moments(5_000, 0.0, 1.0)
    assert math.isnan(roi.value(EFFECT, nothing, TREATMENT, ECONOMICS, 2_000.0).break_even)


@pytest.mark.parametrize("monthly", [500.0, 40_000.0, 200_000.0])
def test_losses_against_numeric_integration(monthly):
    found = roi.value(EFFECT, CONTROL, TREATMENT, ECONOMICS, monthly)
    error = math.sqrt(250_000 / 5_000 * 2)
    per_cent = monthly * 10 * 0.25
    mean, sd = per_cent * 40 - 1_500_000, per_cent * error
    assert (found.belief.mean, found.belief.sd) == pytest.approx((mean, sd))
    density = stats.norm(mean, sd).pdf
    grid = np.linspace(mean - 12 * sd, mean + 12 * sd, 200_001)
    lost = integrate.simpson(np.maximum(-grid, 0) * density(grid), x=grid)
    gained = integrate.simpson(np.maximum(grid, 0) * density(grid), x=grid)
    assert found.loss_of_shipping == pytest.approx(lost, rel=1e-6, abs=1e-3)
    assert found.loss_of_waiting == pytest.approx(gained, rel=1e-6, abs=1e-3)
    assert found.chance_of_profit == pytest.approx(stats.norm(mean, sd).sf(0), rel=1e-9)
    assert found.loss_of_waiting - found.loss_of_shipping == pytest.approx(mean), "E[x+] - E[x-] = E[x]"


# --- how many units a month ---


def days(study: Study, end: str) -> Study:
    return study.model_copy(update={"period": study.period.model_validate(study.period.model_dump() | {"end": end})})


def test_units_per_month_are_scaled_from_the_experiment():
    assert STUDY.period.experiment_days == 28
    assert roi.units_per_month(STUDY, 56_000) == pytest.approx(2_000 * 30.4375)


def test_units_per_month_stated_in_the_study_win():
    economics = STUDY.economics.model_copy(update={"exposed_units_per_month": 777})
    assert roi.units_per_month(STUDY.model_copy(update={"economics": economics}), 1) == 777.0
    short = days(STUDY, "2026-07-29").model_copy(update={"economics": economics})
    assert roi.units_per_month(short, 1) == 777.0, "a stated number needs no week of log"


@pytest.mark.parametrize(("end", "told"), [("2026-08-03", True), ("2026-08-02T23:00:00", False), ("2026-07-28", False)])
def test_less_than_a_week_is_not_scaled_up(end, told):
    assert (roi.units_per_month(days(STUDY, end), 1_000) is not None) is told


class FakeResults:
    """One effect, or none."""

    def __init__(self, found: object) -> None:
        self.found = found

    def effect(self, metric: object) -> object:
        return self.found

    def units(self, *_: str) -> int:
        return 10_000


class Found:
    effect, control, treatment = EFFECT, CONTROL, TREATMENT


def test_worth_says_why_it_cannot_be_told():
    assert roi.worth(STUDY, FakeResults(None)) == (None, "an arm has no exposed units")
    value, reason = roi.worth(days(STUDY, "2026-07-28T12:00:00"), FakeResults(Found))
    assert value is None
    assert reason == "the experiment covers 36.0 hours, and less than a week cannot be scaled up to a month"

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
    assert value.point.per_unit == found.effect.absolute
    assert 0 <= value.chance_of_profit <= 1
