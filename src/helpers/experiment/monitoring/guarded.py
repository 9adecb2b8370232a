"""The guardrail of a study that is counted day by day beside the rate, where the study states no series of its own."""

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
    """

    metric: Metric
    called: str
    a_unit: float

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


def guarded(study: Study, earlier: Numbers, units: float) -> Guarded | None:
    """The first guardrail of which a day's count can be told that evening, and can rise far enough; None where there is none.

    It is a share of units, or a count of each, without a window that a unit has to wait for; of a share of which more is
    better those without it are counted.
    """
    for metric in study.metrics:
        if metric.role != "guardrail" or (metric.days and not study.is_unit_table):
            continue
        found = earlier.get(f"metrics.{metric.name}.control")
        level = None if found is None or found.value is None else float(found.value)
        lower, share = metric.better == "lower", metric.type == "proportion"
        if level is None or not (share or (metric.type == "mean" and metric.unit == "count" and lower)):
            continue
        a_unit = level if lower else 1 - level
        made = Guarded(metric, f"{'cases of' if lower else 'units without'} {inside(metric.label)}", a_unit)
        if a_unit > 0 and units * a_unit >= 1 and (not share or a_unit * made.made_up(units)["ticket_surge"] <= 1):
            return made
    return None
