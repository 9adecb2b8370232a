"""A study's own rule tried on changes whose truth is known."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.experiment.whatif.engine import Outlook, outlook, planned_size
from helpers.experiment.whatif.plan import INPUTS, WhatIfPlan
from helpers.experiment.whatif.presets import conversion, plan_of

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.results import Results


LONGEST = next(asked.high for asked in INPUTS if asked.name == "days")


@dataclass(frozen=True)
class Tried:
    """A study's rule tried on changes whose truth is known; ``outlook`` is None where ``reason`` says why."""

    label: str
    outlook: Outlook | None
    reason: str


def tried(study: "Study", results: "Results") -> Tried:
    """The study's rule at the study's size, or at the planned one where fewer units were exposed."""
    metric = conversion(study)
    label = metric.label if metric is not None else ""
    if metric is not study.primary:
        label += " (the primary metric is no share, this is the first success metric that is one)"
    plan, reason = plan_of(study, results)
    if plan is None:
        return Tried(label, None, reason)
    reached = long_enough(plan)
    if reached is None:
        return Tried(label, None, "the planned number of units is out of reach")
    return Tried(label, outlook(reached, study.economics.currency), "")


def long_enough(plan: WhatIfPlan) -> WhatIfPlan | None:
    """The plan, run for the whole weeks that its planned size takes where it is shorter, on all traffic where that
    would take more than two years; None where even that would.

    >>> long_enough(WhatIfPlan(traffic=2000, baseline=0.10, uplift=0.08, arpu=500, days=7)).days
    63
    """
    planned = planned_size(plan)
    if planned is None:
        return None
    if sum(plan.arms) >= planned:
        return plan
    for longer in plan, replace(plan, in_experiment=1.0):
        days = 7 * math.ceil(planned / longer.daily / 7 - 1e-9)
        if days <= LONGEST:
            return replace(longer, days=days)
    return None
