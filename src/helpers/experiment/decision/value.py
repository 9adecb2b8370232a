"""What the change is worth, what it costs, and what a wrong decision would lose. All money in cents.

What is expected comes from the belief about revenue per unit, which shrinks the estimate; what the experiment measured, with
its interval, stands beside it.
"""

import math
from dataclasses import dataclass

from helpers.config import Economics, Prior, Study
from helpers.config.assumed import has_sign, horizon, unstated
from helpers.experiment.decision.belief import Belief, belief_between, believed
from helpers.experiment.pace import SHORTEST, enrolment_days
from helpers.experiment.results import Results
from helpers.formatting import formatted, inside, listed
from helpers.stats.comparisons.effects import Effect
from helpers.stats.summaries.summary import Summary

DAYS_PER_MONTH = 30.4375
DAYS_PER_WEEK = 7.0
NO_REVENUE = "the study names no revenue metric"

CERTAIN = 1 - 1e-9
"""No chance is told as larger."""


@dataclass(frozen=True)
class Scenario:
    """Money over the horizon if the revenue per unit changed by ``per_unit`` cents."""

    name: str
    per_unit: float
    gain: float
    cost: float

    @property
    def net(self) -> float:
        return self.gain - self.cost


@dataclass(frozen=True)
class DecisionValue:
    """Money of the decision over the horizon.

    ``belief`` is about the change of revenue per unit, in cents; ``expected`` is its mean in money, ``low``, ``point`` and
    ``high`` are what was measured. ``break_even`` is the relative change of revenue per unit that pays the cost.
    ``loss_of_shipping`` is the expected shortfall of the net value below zero, ``loss_of_waiting`` its expected gain above.
    """

    units: float
    months: int
    per_cent: float
    belief: Belief
    low: Scenario
    point: Scenario
    high: Scenario
    expected: Scenario
    break_even: float

    @property
    def scenarios(self) -> tuple[Scenario, Scenario, Scenario, Scenario]:
        return self.expected, self.low, self.point, self.high

    @property
    def gain_per_month(self) -> float:
        """Contribution of a month in expectation; below zero where harm is believed."""
        return self.expected.gain / self.months

    @property
    def needed(self) -> float:
        """Cents more per unit that pay the cost."""
        return self.point.cost / self.per_cent

    @property
    def chance_of_profit(self) -> float:
        """P(net value > 0), never one: a belief is not without doubt, whatever a float can hold."""
        return min(self.belief.chance_above(self.needed), CERTAIN)

    @property
    def loss_of_shipping(self) -> float:
        return self.per_cent * self.belief.expected_below(self.needed)

    @property
    def loss_of_waiting(self) -> float:
        return self.per_cent * self.belief.expected_above(self.needed)

    def expected_under(self, economics: Economics, prior: Prior, instead_of: Prior) -> float:
        """The expected net value of the same experiment to somebody with other economics or another prior."""
        units = self.units / self.months * economics.horizon_months
        mean = self.belief.under(prior, instead_of).mean
        return units * economics.contribution_margin * mean - 100 * economics.cost


def units_per_month(results: Results) -> float | None:
    """Exposed units a month: stated in the study, or those of its enrolment, scaled; None on less than a week of it.

    Units come in from the first to the last exposure; the log may well go on after that. A table without times has its
    period alone to go by, and none where nobody stated it.
    """
    study, exposed = results.study, results.units("exposed", "all", "all")
    if study.economics.exposed_units_per_month is not None:
        return float(study.economics.exposed_units_per_month)
    days = enrolment_days(results)
    return None if math.ceil(days) < SHORTEST else exposed / days * DAYS_PER_MONTH


def horizon_weeks(economics: Economics) -> float:
    """The time over which money is reckoned, in weeks."""
    return economics.horizon_months * DAYS_PER_MONTH / DAYS_PER_WEEK


def value(
    effect: Effect, control: Summary, treatment: Summary, economics: Economics, prior: Prior, monthly_units: float
) -> DecisionValue:
    """Money from the absolute effect on revenue per exposed unit (cents), as believed and as measured.

    gain = units per month x months x contribution margin x change per unit; cost = implementation + months x running.
    Assumes that the effect lasts over the horizon and that later months bring as many exposed units. The control must have
    revenue, for the prior is a fraction of it.
    """
    units = monthly_units * economics.horizon_months
    per_cent = units * economics.contribution_margin
    cost = 100 * economics.cost

    def scenario(name: str, per_unit: float) -> Scenario:
        return Scenario(name, per_unit, per_cent * per_unit, cost)

    belief = believed(control, treatment, prior)
    return DecisionValue(
        units,
        economics.horizon_months,
        per_cent,
        belief,
        scenario("Measured, lower bound", effect.absolute_low),
        scenario("Measured", effect.absolute),
        scenario("Measured, upper bound", effect.absolute_high),
        scenario("Expected", belief.mean),
        cost / per_cent / control.estimate,
    )


def no_revenue(study: Study) -> str:
    """That no revenue metric is named, and which metric is of money that is to rise and could be one."""
    money = [inside(m.label) for m in study.metrics if m.unit == "money" and m.type == "mean" and m.better == "higher"]
    could = (
        f", though {listed(money)} {'is' if len(money) == 1 else 'are'} of money: economics.revenue_metric names one"
    )
    return f"{NO_REVENUE}{could if money else ''}"


def worth(study: Study, results: Results, variant: str | None = None) -> tuple[DecisionValue | None, str]:
    """The value of shipping a treatment, or None and the reason why it cannot be told.

    It stands on the mean as it is: what a shop earns is not winsorised. No value follows from a margin, a cost or a
    period that nobody stated: what a unit brings more is then all that is told.
    """
    metric = study.revenue
    if metric is None:
        return None, no_revenue(study)
    found = results.effect(metric, variant=variant, as_is=True)
    if found is None:
        return None, f"no unit of an arm has a value of {inside(metric.label)}"
    if not found.effect.absolute_low < found.effect.absolute_high < float("inf"):
        return None, f"the effect on {inside(metric.label)} has no interval: {found.effect.note}"
    if unstated(study):
        return None, (
            f"{per_unit_text(found.effect, study, variant)}; state {' and '.join(unstated(study))} for a value over "
            f"{horizon(study) or 'time'}"
        )
    monthly = units_per_month(results)
    if monthly is None:
        days = formatted(enrolment_days(results), "days")
        return None, f"units came in for {days}, and less than a week cannot be scaled up to a month"
    if not found.control.estimate > 0:
        lacks = "is below zero" if found.control.estimate < 0 else "is nothing"
        return None, f"{inside(metric.label)} in the control {lacks}, so no prior can be stated on its scale"
    if not found.control.variance + found.treatment.variance > 0:
        return None, f"{inside(metric.label)} is the same for every unit of an arm, so its effect has no error"
    return value(found.effect, found.control, found.treatment, study.economics, study.decision.prior, monthly), ""


def sign_of_money(study: Study, results: Results, variant: str | None = None) -> Belief | None:
    """The belief about the change of revenue per unit in cents, whose sign is that of the money; None where it is not.

    That is so where no cost is to be paid: how many units come in tells then how much it is, and not which sign it has.
    """
    found = results.effect(study.revenue, variant=variant, as_is=True) if study.revenue and has_sign(study) else None
    if found is None or not found.control.estimate > 0:
        return None
    return belief_between(found.control, found.treatment, study.decision.prior)


def per_unit(study: Study, results: Results, variant: str | None = None) -> float | None:
    """The change of revenue per exposed unit in cents, as measured; None where it has no interval."""
    found = None if study.revenue is None else results.effect(study.revenue, variant=variant, as_is=True)
    if found is None or not found.effect.absolute_low < found.effect.absolute_high < float("inf"):
        return None
    return found.effect.absolute


def per_unit_text(effect: Effect, study: Study, variant: str | None = None) -> str:
    """The change of revenue per exposed unit, as measured, in words; of several arms with the one that it is about."""
    currency = study.economics.currency
    ends = (
        f"{formatted(effect.absolute_low, 'price', currency)} to {formatted(effect.absolute_high, 'price', currency)}"
    )
    of = f" of {variant}" if variant and len(study.treatments) > 1 else ""
    side = "more" if effect.absolute >= 0 else "less"
    return f"{formatted(abs(effect.absolute), 'price', currency)} {side} per exposed unit{of} ({ends})"
