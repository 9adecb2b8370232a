"""The guardrails of a study that are counted day by day beside the rate, and why others are not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from helpers.config import Metric, Study
from helpers.formatting import inside
from helpers.record import Numbers

ERRORS = 5.0
"""Standard errors of a day's count that its trigger lies above the baseline at least."""


@dataclass(frozen=True)
class Guarded:
    """A guardrail as a count of a day.

    Attributes:
        metric: the guardrail.
        called: what is counted: units that it befalls, or units without what it wants.
        a_unit: of it, in the control.
        wait: days after their exposure until it is known of the units of a day.
    """

    metric: Metric
    called: str
    a_unit: float
    wait: int = 0

    def made_up(self, units: float) -> dict[str, Any]:
        """Keys of a section: how many a day, from how many times as many on that rolls back, and a surge that is simulated.

        It rolls back beyond the guardrail's margin, and beyond what chance makes of a day. The count is taken as Poisson.
        """
        mean, margin = units * self.a_unit, self.metric.margin
        beyond = 0.0
        if margin is not None:
            beyond = margin.relative if margin.relative is not None else (margin.absolute or 0.0) / self.a_unit
        rise = max(beyond, ERRORS / math.sqrt(mean))
        return {"tickets_per_day": mean, "ticket_factor": 1 + rise, "ticket_surge": 1 + 2 * rise}


@dataclass(frozen=True)
class Uncounted:
    """A guardrail of which a day has no count that a trigger could read, and why."""

    metric: Metric
    why: str


def guards(study: Study, earlier: Numbers, units: float) -> tuple[Guarded | Uncounted, ...]:
    """Every guardrail of a study: as a count of a day, or why it is none.

    A count is that of a share of units, or of a metric that counts and of which less is better, which is enough in number and
    can rise far enough; of a share of which more is better those without it are counted. What is known of a unit only when
    its window is over is the count of the units of a day for all that, so many days later.
    """
    return tuple(_guard(metric, study, earlier, units) for metric in study.metrics if metric.role == "guardrail")


def _guard(metric: Metric, study: Study, earlier: Numbers, units: float) -> Guarded | Uncounted:
    found = earlier.get(f"metrics.{metric.name}.control")
    level = None if found is None or found.value is None else float(found.value)
    lower, wait = metric.better == "lower", 0 if study.is_unit_table else metric.days or 0
    share = metric.type == "proportion" or (metric.type == "retention" and wait > 0)
    if level is None:
        return Uncounted(metric, "the control has no number of it")
    if not (share or (metric.type == "mean" and metric.unit == "count" and lower)):
        return Uncounted(metric, "it is a mean or a ratio, and no count of cases")
    a_unit = level if lower else 1 - level
    made = Guarded(metric, f"{'cases of' if lower else 'units without'} {inside(metric.label)}", a_unit, wait)
    if not (a_unit > 0 and units * a_unit >= 1):
        return Uncounted(metric, f"a day has less than one of the {made.called}")
    if share and a_unit * made.made_up(units)["ticket_surge"] > 1:
        return Uncounted(
            metric, f"so many of the units are {made.called} that they cannot rise far enough above the chance of a day"
        )
    return made


def guarded(study: Study, earlier: Numbers, units: float) -> Guarded | None:
    """The first guardrail of which a day's count can be told that evening; None where there is none."""
    at_once = (each for each in guards(study, earlier, units) if isinstance(each, Guarded) and not each.wait)
    return next(at_once, None)
