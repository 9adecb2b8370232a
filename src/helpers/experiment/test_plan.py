"""The plan of a test on data in which nothing is compared yet: what is usual today, and how many units find a change."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.experiment import design
from helpers.experiment.pace import SHORTEST
from helpers.experiment.results import Results
from helpers.formatting import inside
from helpers.stats.binomial import binomial_interval
from helpers.stats.design.duration import weeks
from helpers.stats.design.plan import Plan
from helpers.stats.design.power import MeanDesign, ProportionDesign
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.summary import Summary

if TYPE_CHECKING:
    import duckdb

EFFECTS = (0.02, 0.05, 0.1, 0.2, 0.3)
"""Relative changes whose sizes are compared, beside the smallest one that the study is planned for."""
WEEKS_A_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True)
class Usual:
    """What a metric is today among all exposed units; a standard deviation for a mean, None for a share."""

    metric: Metric
    n: int
    level: float
    low: float
    high: float
    deviation: float | None


@dataclass(frozen=True)
class SizeOfChange:
    """What finds one relative change: ``plan`` is None where a share cannot change so much."""

    effect: float
    plan: Plan | None
    weeks: int | None
    beyond: bool = False


@dataclass(frozen=True)
class Needed:
    """What a test on one metric takes for the change that the study is planned for; why there is none, in ``lacks``."""

    metric: Metric
    plan: Plan | None
    lacks: str = ""


@dataclass(frozen=True)
class TestPlan:
    """What a test on these data would take.

    ``pace`` says what the durations are reckoned from, or why there are none; ``lacks`` why nothing can be planned.
    """

    __test__ = False  # no test, whatever its name

    usual: tuple[Usual, ...]
    sizes: tuple[SizeOfChange, ...]
    metrics: tuple[Needed, ...]
    pace: str
    lacks: str = ""


def test_plan(study: Study, results: Results, con: "duckdb.DuckDBPyConnection") -> TestPlan:
    """Levels of today, sizes for several changes of the primary metric, and for one change of each metric.

    Durations follow the curve of distinct units of the log, where it has a week, or the units a month that the study
    states. Of a metric without a unit that has a value nothing is told.
    """
    from helpers.warehouse import query

    known = [m for m in study.metrics if any(results.arm(m, v.name) for v in study.variants)]
    usual = tuple(usual_of(m, results.base(m), study.decision.confidence) for m in known)
    traffic = query.query(con, "exposures_by_day")
    curve = design.daily(traffic) if study.has_time else []
    sizes: tuple[SizeOfChange, ...] = ()
    lacks = f"no unit reached {study.exposure}, so there is nothing to plan on"
    if study.primary in known:
        found, lacks = design.basis(results)
        effects = sorted({*(design.sign(study) * e for e in EFFECTS), design.planned_effect(results)}, key=abs)
        sizes = tuple(_size(found, e, curve, study) for e in effects) if found else ()
    metrics = tuple(_needed(m, results, study) for m in known)
    return TestPlan(usual, sizes, metrics, pace(study, curve), lacks)


test_plan.__test__ = False  # type: ignore[attr-defined]


def usual_of(metric: Metric, base: Summary, confidence: float) -> Usual:
    """A level with its interval: Clopper and Pearson for a share, Student's t for a mean."""
    if isinstance(base, Proportion):
        found = binomial_interval(base.successes, base.n, confidence)
        return Usual(metric, base.n, base.estimate, found.low, found.high, None)
    from scipy.stats import t

    error = math.sqrt(base.variance / base.n)
    half = float(t.ppf((1 + confidence) / 2, base.n - 1)) * error if base.n > 1 else math.nan
    return Usual(metric, base.n, base.estimate, base.estimate - half, base.estimate + half, math.sqrt(base.variance))


def pace(study: Study, curve: list[int]) -> str:
    """What durations are reckoned from, as a clause."""
    stated = study.economics.exposed_units_per_month
    if len(curve) >= SHORTEST:
        return f"weeks follow the {len(curve)} days of the log, in which units that come back count once"
    if stated:
        return f"weeks follow the {stated:,} units a month that the study states"
    short = "the log is shorter than a week" if study.has_time else "the table tells no times"
    return f"{short}, so no duration is told; economics.exposed_units_per_month states how many units come"


def _size(found: ProportionDesign | MeanDesign, effect: float, curve: list[int], study: Study) -> SizeOfChange:
    if isinstance(found, ProportionDesign) and design.reachable(effect, found.baseline) != effect:
        return SizeOfChange(effect, None, None)
    plan = found.size(relative=effect, power=study.design.power)
    if len(curve) >= SHORTEST:
        told = weeks(plan.n_total, curve)
        return SizeOfChange(effect, plan, told.weeks, told.extrapolated)
    stated = study.economics.exposed_units_per_month
    return SizeOfChange(effect, plan, math.ceil(plan.n_total / stated * WEEKS_A_MONTH) if stated else None)


def _needed(metric: Metric, results: Results, study: Study) -> Needed:
    """The size for one metric, planned as if it were the primary one."""
    base = results.base(metric)
    found, lacks = design.design_of(
        base, tuple(v.weight for v in study.variants), 1 - study.decision.confidence, "exposed units"
    )
    if found is None:
        return Needed(metric, None, f"{inside(metric.label)}: {lacks}")
    wanted = study.design.minimum_detectable * (1 if metric.better == "higher" else -1)
    effect = design.reachable(wanted, base.estimate) if isinstance(base, Proportion) else wanted
    return Needed(metric, found.size(relative=effect, power=study.design.power))
