"""What the change is worth, what it costs, and what a wrong decision would lose. All money in cents."""

from dataclasses import dataclass

from helpers.config import Economics, Study
from helpers.experiment.results import Results
from helpers.stats.bayes.posterior import Posterior, posterior
from helpers.stats.comparisons.effects import Effect
from helpers.stats.summaries.summary import Summary

DAYS_PER_MONTH = 30.4375
NO_REVENUE = "the study names no revenue metric"
SHORTEST_BASE = 7.0
"""Days of experiment below which nothing is scaled up to a month: a week is the least that holds every weekday."""


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

    ``break_even`` is the relative change of revenue per unit that pays the cost. ``belief`` is
    the posterior of the net value (flat prior): ``loss_of_shipping`` is its expected shortfall below zero,
    ``loss_of_waiting`` its expected gain above.
    """

    units: float
    belief: Posterior
    low: Scenario
    point: Scenario
    high: Scenario
    break_even: float
    chance_of_profit: float
    loss_of_shipping: float
    loss_of_waiting: float
    waiting_per_month: float

    @property
    def scenarios(self) -> tuple[Scenario, Scenario, Scenario]:
        return self.low, self.point, self.high


def units_per_month(study: Study, exposed: int) -> float | None:
    """Exposed units a month: stated in the study, or the experiment's, scaled; None on less than a week of log."""
    if study.economics.exposed_units_per_month is not None:
        return float(study.economics.exposed_units_per_month)
    if study.period.experiment_days < SHORTEST_BASE:
        return None
    return exposed / study.period.experiment_days * DAYS_PER_MONTH


def value(
    effect: Effect, control: Summary, treatment: Summary, economics: Economics, monthly_units: float
) -> DecisionValue:
    """Money from the absolute effect on revenue per exposed unit (cents) and its interval.

    gain = units per month x months x contribution margin x change per unit; cost = implementation + months x running.
    Assumes that the effect lasts over the horizon and that later months bring as many exposed units.
    """
    units = monthly_units * economics.horizon_months
    per_cent = units * economics.contribution_margin
    cost = 100 * economics.cost

    def scenario(name: str, per_unit: float) -> Scenario:
        return Scenario(name, per_unit, per_cent * per_unit, cost)

    belief = posterior(control, treatment)
    net = Posterior(per_cent * belief.mean - cost, per_cent * belief.sd)
    point = scenario("Point estimate", effect.absolute)
    return DecisionValue(
        units,
        net,
        scenario("Lower bound", effect.absolute_low),
        point,
        scenario("Upper bound", effect.absolute_high),
        cost / per_cent / control.estimate if control.estimate > 0 else float("nan"),
        net.chance_to_beat,
        net.loss_of_shipping,
        net.loss_of_waiting,
        point.gain / economics.horizon_months,
    )


def worth(study: Study, results: Results) -> tuple[DecisionValue | None, str]:
    """The value of shipping, or None and the reason why it cannot be told."""
    metric = study.revenue
    if metric is None:
        return None, NO_REVENUE
    found = results.effect(metric)
    if found is None:
        return None, "an arm has no exposed units"
    monthly = units_per_month(study, results.units("exposed", "all", "all"))
    if monthly is None:
        hours = study.period.experiment_days * 24
        return None, f"the experiment covers {hours:.1f} hours, and less than a week cannot be scaled up to a month"
    if not found.effect.absolute_low < found.effect.absolute_high < float("inf"):
        return None, f"the effect on {metric.label.lower()} has no interval: {found.effect.note}"
    return value(found.effect, found.control, found.treatment, study.economics, monthly), ""
