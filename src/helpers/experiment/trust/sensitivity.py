"""The primary effect without the units exposed on some days: the immature last ones, or those of an external event."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import add

from helpers.config import ExternalEvent, Metric, Period
from helpers.defaults import SRM_THRESHOLD
from helpers.experiment.results import EXPOSED, Results
from helpers.stats.checks.other_days import other_effect_p
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.summaries.summary import Summary


@dataclass(frozen=True)
class Reestimate:
    """The primary effect with and without the units exposed on some days.

    Attributes:
        left_out: what the days are.
        days: days of exposure left out, 1 the first of the experiment.
        units, total: exposed units left out, and all of them.
        everything, without: the effect; ``without`` is None where an arm has no unit on any other day.
        p_value: of another effect on those days than on the others, relative and absolute, by units and by days, see
            :func:`~helpers.stats.checks.other_days.other_effect_p`; NaN where that cannot be tested.
    """

    left_out: str
    days: tuple[int, ...]
    units: int
    total: int
    everything: Effect
    without: Effect | None
    p_value: float

    @property
    def differs(self) -> bool:
        """Whether those days show another effect beyond chance."""
        return self.p_value < SRM_THRESHOLD

    @property
    def share(self) -> float:
        return self.units / max(1, self.total)


def touched(event: ExternalEvent, period: Period) -> tuple[int, ...]:
    """Days of the experiment on which an external event went on, 1 the first.

    Example:
        >>> from datetime import datetime
        >>> period = Period(start=datetime(2026, 3, 1), end=datetime(2026, 3, 15))
        >>> touched(ExternalEvent(name="sale", start=datetime(2026, 3, 3, 12), end=datetime(2026, 3, 5)), period)
        (3, 4)
    """
    day = timedelta(days=1)
    first = max(0, (event.start - period.start) // day)
    last = min(math.ceil(period.experiment_days), -((period.start - event.end) // day))
    return tuple(range(first + 1, last + 1))


def reestimated(results: Results, days: Iterable[int], left_out: str) -> Reestimate | None:
    """The primary effect of the first treatment without the units first exposed on ``days``; None where none was.

    The sums of single days add up, so nothing is counted again. Assumes that when a unit is exposed does not depend on
    its arm, which the sample ratio by day checks.
    """
    primary = results.study.primary
    gone = tuple(sorted(set(days) & {int(day) for day in results.levels(EXPOSED, "day")}))
    units = sum(results.units(EXPOSED, "day", str(day)) for day in gone)
    whole = results.effect(primary)
    if not units or whole is None:
        return None
    every = [int(day) for day in results.levels(EXPOSED, "day")]
    without = _without(results, primary, [day for day in every if day not in gone])
    p_value = other_effect_p({day: arms for day in every if (arms := _arms(results, primary, day))}, gone)
    return Reestimate(left_out, gone, units, results.units(EXPOSED, "all", "all"), whole.effect, without, p_value)


def external(results: Results) -> list[Reestimate]:
    """One re-estimate for each external event of the study that touches a day of exposure."""
    found = [reestimated(results, touched(e, results.study.period), e.name) for e in results.study.external_events]
    return [r for r in found if r is not None]


def _arms(results: Results, metric: Metric, day: int) -> tuple[Summary, Summary] | None:
    """Control and leading treatment of one day; None where one of them has no unit."""
    control, treatment = (results.arm(metric, v.name, dimension="day", level=str(day)) for v in results.pair)
    return None if control is None or treatment is None else (control, treatment)


def _without(results: Results, metric: Metric, days: Iterable[int]) -> Effect | None:
    """The effect over some days; None where an arm has no unit on any of them."""
    sides = []
    for variant in results.pair:
        parts = [results.arm(metric, variant.name, dimension="day", level=str(day)) for day in days]
        found = [part for part in parts if part is not None]
        if not found:
            return None
        sides.append(reduce(add, found))
    return compare(sides[0], sides[1], confidence=results.study.decision.confidence)
