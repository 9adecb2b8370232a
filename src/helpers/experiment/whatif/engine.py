"""What an experiment would show and what the rule would say, if it ended having observed what is expected of it."""

import math
from dataclasses import dataclass
from functools import cache

from helpers.config import Rule
from helpers.experiment.decision.belief import Belief
from helpers.experiment.decision.rule import Decision, Evidence, decide
from helpers.experiment.decision.value import DAYS_PER_MONTH
from helpers.experiment.design import reachable
from helpers.experiment.whatif.operating import Operating, operating
from helpers.experiment.whatif.plan import MeasuredRevenue, WhatIfPlan
from helpers.stats.comparisons.effects import Effect
from helpers.stats.comparisons.score import TwoByTwo, score_bounds
from helpers.stats.design.plan import Plan as Sized
from helpers.stats.design.power import ProportionDesign
from helpers.stats.inference import critical, p_values
from helpers.stats.sequential.group_sequential import group_sequential
from helpers.stats.validation import InputError

BAND_POINTS = 60
"""Days at which the band is computed at most."""


@dataclass(frozen=True)
class Day:
    """The interval of the relative change after so many days; an end that is unbounded is infinite."""

    day: int
    units: int
    low: float
    high: float


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of a plan; money is in cents over the horizon, None is what cannot be had.

    ``level`` is the nominal level of the last look, ``power`` that of the last look alone for the expected uplift (an
    earlier look can only add to it), ``detectable`` the smallest uplift found with the planned power, ``needed`` the
    users for the expected uplift and ``planned`` those for the uplift planned for. ``revenue`` is before, ``net_measured``
    after margin and cost, ``net`` the same as believed, with the uplift ``shrunk`` by the prior. ``risk`` is the chance that
    there is no improvement, ``chance_of_harm`` that the conversion is below the control's and ``chance_of_loss`` that
    shipping does not pay. ``rule`` says how often the rule errs.
    """

    units: int
    level: float
    difference: float
    difference_low: float
    difference_high: float
    relative_low: float
    relative_high: float
    statistic: float
    p_value: float
    power: float
    detectable: float | None
    needed: int | None
    needed_weeks: int | None
    planned: int | None
    planned_weeks: int | None
    risk: float
    revenue: float
    revenue_low: float
    revenue_high: float
    net_measured: float
    net: float
    shrunk: float
    chance_of_harm: float
    chance_of_loss: float
    loss_of_shipping: float
    loss_of_waiting: float
    decision: Decision
    rule: Operating
    band: tuple[Day, ...]


def outlook(
    plan: WhatIfPlan, currency: str = "EUR", look: float | None = None, measured: MeasuredRevenue | None = None
) -> Outlook:
    """Suppose the experiment ends having observed exactly the expected uplift: what then?

    Interval and p are Miettinen and Nurminen's on n p successes (not rounded to whole ones), sample size, power and
    detectable uplift :class:`~helpers.stats.ProportionDesign`'s, risk, money and losses those of the belief, and
    the decision :func:`~helpers.experiment.decision.rule.decide`'s, trust checks and guardrails taken as passed. With more than one
    look the last one is tested at the level that Lan and DeMets' O'Brien-Fleming-type spending leaves it. ``look`` is
    the level that a gain needs where the study is read before its end: the chances of ``rule`` are then those of that look.
    Revenue moves with conversions, or as it was ``measured``, which is what a report reckons its money by.

    >>> found = outlook(WhatIfPlan(traffic=2000, baseline=0.10, uplift=0.08, arpu=500, days=28))
    >>> found.decision.verdict, round(found.p_value, 4), found.needed
    ('ITERATE', 0.0019, 45710)
    """
    level = last_level(plan.alpha, plan.looks)
    control, treatment = plan.arms
    design = ProportionDesign(plan.baseline, weights=(1 - plan.allocation, plan.allocation), alpha=level)
    effect = expected_effect(plan, plan.arms, level)
    reached = plan.traffic * plan.segment_share * DAYS_PER_MONTH * plan.horizon
    money = reached * plan.arpu / plan.baseline
    error = math.sqrt(
        plan.baseline * (1 - plan.baseline) / control + plan.treated_rate * (1 - plan.treated_rate) / treatment
    )
    belief = Belief(effect.absolute, error, plan.improve, plan.harm, plan.size * plan.baseline)
    per_unit = money * plan.margin
    pays = plan.cost / per_unit
    moved, priced = belief, pays
    change = (effect.absolute, effect.absolute_low, effect.absolute_high)
    if measured is not None:
        moved = Belief(measured.change, measured.error, plan.improve, plan.harm, plan.size * plan.arpu)
        money, change = reached, (measured.change, measured.low, measured.high)
        per_unit = money * plan.margin
        priced = plan.cost / per_unit
    net = per_unit * moved.mean - plan.cost
    rule = Rule(confidence=1 - level, max_risk=plan.max_risk, min_relative_uplift=plan.minimum_uplift)
    seen = Evidence(
        effect, effect.p_value, True, (), (), plan.units, belief, "The conversion", worth=net, currency=currency
    )
    planned, needed = _size(design, plan.planned_uplift, plan.power), _size(design, plan.uplift, plan.power)
    return Outlook(
        plan.units,
        level,
        effect.absolute,
        effect.absolute_low,
        effect.absolute_high,
        effect.relative_low,
        effect.relative_high,
        effect.statistic,
        effect.p_value,
        design.power(plan.units, relative=reachable(plan.uplift, plan.baseline)).achieved_power,
        _detectable(design, plan),
        needed,
        _weeks(needed, plan),
        planned,
        _weeks(planned, plan),
        belief.risk,
        money * change[0],
        money * change[1],
        money * change[2],
        per_unit * change[0] - plan.cost,
        net,
        belief.mean / plan.baseline,
        belief.chance_of_harm,
        1 - moved.chance_above(priced),
        per_unit * moved.expected_below(priced),
        per_unit * moved.expected_above(priced),
        decide(seen, rule),
        operating(plan, level, pays, look),
        _band(plan, level),
    )


@cache
def last_level(alpha: float, looks: int) -> float:
    """Nominal level of the last of equally spaced looks.

    >>> last_level(0.05, 1), round(last_level(0.05, 5), 5)
    (0.05, 0.04225)
    """
    return alpha if looks == 1 else group_sequential(looks, alpha=alpha).levels[-1]


def expected_effect(plan: WhatIfPlan, arms: tuple[int, int], level: float) -> Effect:
    """The effect if both arms convert exactly as expected."""
    control, treatment = arms
    table = TwoByTwo.of(control * plan.baseline, control, treatment * plan.treated_rate, treatment)
    z = table.z_zero()
    p = float(p_values(z))
    difference = plan.treated_rate - plan.baseline
    bounds = score_bounds(table, z, float(critical(level)), p < level, "two-sided")
    return Effect(
        "Miettinen-Nurminen score",
        "two-sided",
        1 - level,
        control,
        treatment,
        plan.baseline,
        plan.treated_rate,
        difference,
        *bounds[:2],
        plan.uplift,
        *bounds[2:],
        z,
        math.inf,
        p,
    )


def _size(design: ProportionDesign, uplift: float, power: float) -> int | None:
    if uplift == 0:
        return None
    try:
        return design.size(relative=reachable(uplift, design.baseline), power=power).n_total
    except InputError:
        return None


def _weeks(units: int | None, plan: WhatIfPlan) -> int | None:
    return None if units is None else math.ceil(units / plan.daily / 7 - 1e-9)


def _detectable(design: ProportionDesign, plan: WhatIfPlan) -> float | None:
    try:
        found: Sized = design.mde(plan.units, power=plan.power)
    except InputError:
        return None
    return found.relative


def _band(plan: WhatIfPlan, level: float) -> tuple[Day, ...]:
    """The interval that the data so far would give at the last look's level, if they were as expected."""
    points = min(plan.days, BAND_POINTS)
    found = []
    for k in range(1, points + 1):
        day = math.floor(plan.days * k / points)
        arms = plan.arms_by(day)
        if min(arms) >= 2:
            effect = expected_effect(plan, arms, level)
            found.append(Day(day, sum(arms), effect.relative_low, effect.relative_high))
    return tuple(found)
