"""What a plan of monitoring looks at each day after a launch, and from where on a day is out of the ordinary."""

from __future__ import annotations

import math
from dataclasses import dataclass

from helpers.config import Metric, Study, Watch
from helpers.config.data import Simulation
from helpers.experiment.monitoring.charts import SIGMAS
from helpers.experiment.monitoring.plan import units_a_day
from helpers.experiment.results import Results
from helpers.formatting import LEVEL, Unit
from helpers.record import Numbers
from helpers.stats.summaries.summary import standard_error
from helpers.stats.summaries.whole_clusters import WholeClusters


@dataclass(frozen=True)
class WatchedMetric:
    """One thing that is watched: what the control had, and the bounds of a single day.

    ``reason`` says why the study has no number of it, in which case there are no bounds. There are none either where it is
    not known how many units a day has. ``cut`` says of the lower and of the upper bound that it is the end of what the
    metric can reach, which no day passes: three standard errors lead beyond it.
    """

    label: str
    level: float
    low: float
    high: float
    unit: Unit
    reason: str = ""
    cut: tuple[bool, bool] = (False, False)

    @classmethod
    def unknown(cls, label: str, reason: str) -> WatchedMetric:
        return cls(label, math.nan, math.nan, math.nan, "number", reason)


def watched(study: Study, results: Results, earlier: Numbers) -> tuple[WatchedMetric, ...]:
    r"""What is watched, each with the level of the control and the bounds of a day.

    A day of :math:`m` units lies inside :math:`\hat y \pm 3 s/\sqrt m` nearly always when nothing has changed, :math:`s`
    being the standard deviation between units: the limits of a control chart without a weekday season. Shares end at 0
    and 1. Assumes that units of a day are independent, and as many as the study plans for or had. Where whole clusters were
    randomised, what they are like is no scatter between days: of a share it is left out; of a mean, of which no deviation
    between units is kept, it stays in.
    """
    named = study.monitoring.watched if study.monitoring else []
    return tuple(_bounded(each, study, results, earlier) for each in named or _of_the_study(study))


def _of_the_study(study: Study) -> list[Watch]:
    """The primary metric, revenue and the guardrails."""
    revenue = [study.revenue] if study.revenue else []
    metrics = [study.primary, *revenue, *(m for m in study.metrics if m.role == "guardrail")]
    return [Watch(label=m.label, metric=m.name) for m in {m.name: m for m in metrics}.values()]


def _bounded(each: Watch, study: Study, results: Results, earlier: Numbers) -> WatchedMetric:
    if each.metric is None:
        return WatchedMetric.unknown(each.label, "not in the data of this study")
    metric = study.metric(each.metric)
    control = results.arm(metric, study.control.name, as_is=True)
    if control is None:
        return WatchedMetric.unknown(each.label, results.lack(metric, study.control.name))
    units, daily = results.arm_sizes()[study.control.name], units_a_day(study, earlier)
    level = 1 - control.estimate if each.without else control.estimate
    error = standard_error(control)
    if daily is None or not error > 0:  # who has seen no variation knows no bound
        return WatchedMetric(each.label, level, math.nan, math.nan, LEVEL[metric.unit])
    spread = error * math.sqrt(units)
    if isinstance(control, WholeClusters) and metric.type in ("proportion", "retention"):
        spread = math.sqrt(
            control.estimate * (1 - control.estimate)
        )  # what clusters are like does not change by the day
    reach = SIGMAS * spread / math.sqrt(daily)
    refunds = not isinstance(study.data, Simulation) and study.data.negative == "refund"
    low, high = _inside(metric, level - reach, level + reach, refunds=refunds)
    cut = low > level - reach, high < level + reach
    return WatchedMetric(each.label, level, low, high, LEVEL[metric.unit], cut=cut)


def _inside(metric: Metric, low: float, high: float, *, refunds: bool) -> tuple[float, float]:
    """Bounds that the metric can reach: a share ends at 0 and 1, money without refunds, counts and durations at 0."""
    if metric.type in ("proportion", "retention"):
        return max(low, 0.0), min(high, 1.0)
    reaches_below = metric.unit in ("number", "share") or (metric.unit == "money" and refunds)
    return (low if reaches_below else max(low, 0.0)), high
