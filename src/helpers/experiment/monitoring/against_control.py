"""A metric that no trigger of a day watches: its change against the control arm of the ramp, evening by evening."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from helpers.config import Metric, Study
from helpers.defaults import ALPHA, MONITORING_RUNS
from helpers.experiment.monitoring.detection import Detection, detection_of
from helpers.experiment.monitoring.guarded import Guarded, guards
from helpers.experiment.monitoring.plan import units_a_day, unwatched, watches_primary
from helpers.experiment.results import Results
from helpers.record import Numbers
from helpers.stats.sequential.confidence_sequences import mixture_rate
from helpers.stats.sequential.mixture_likelihood import mixture_intervals
from helpers.stats.summaries.summary import Proportion
from helpers.stats.validation import BoolArray, FloatArray
from helpers.warehouse import query
from helpers.warehouse.amounts import HUNDREDTHS

if TYPE_CHECKING:
    import duckdb

FEWEST = 100
"""Units that each arm has had before its interval is read."""
MOST_SKEW = 0.3
"""Skewness of the estimate of the difference above which its interval is not read: one arm is too small for so skewed a value."""


@dataclass(frozen=True, eq=False)
class ArmSoFar:
    """Units of one arm so far, their mean and the variance of one unit; arrays of one shape, evenings on the last axis."""

    n: FloatArray
    mean: FloatArray
    variance: FloatArray


def intervals(
    control: ArmSoFar, treatment: ArmSoFar, *, skewness: float, planned: float, confidence: float
) -> tuple[FloatArray, FloatArray]:
    r"""Ends of the relative change that hold on all evenings together, so far; NaN on an evening that cannot be read.

    The asymptotic confidence sequence of the rate, which takes any mean: a ratio as linearised by the delta method, with
    the variance of :math:`(y-Rd)/\bar d`. Fieller's set at its boundary gives the relative change, the ends so far what
    all evenings say together. A t statistic of a small arm of skewed values errs far more often than it says (one in five, with
    175 units and a skewness of 14), so an evening is read where each arm has :data:`FEWEST` units and the difference of the
    means a skewness of :data:`MOST_SKEW` at most, which for two arms of one skewness :math:`g` is
    :math:`g\,(n_t^{-2}-n_c^{-2})/(n_t^{-1}+n_c^{-1})^{3/2}`.

    Args:
        skewness: of one unit.
        planned: units of both arms at which the interval is tightest.

    Reference: Waudby-Smith et al. (2024), Annals of Statistics 52; Deng, Knoblich and Lu (2018).
    """
    total = control.n + treatment.n
    with np.errstate(divide="ignore", invalid="ignore"):
        found = mixture_intervals(
            control.mean,
            control.variance / control.n,
            treatment.mean,
            treatment.variance / treatment.n,
            mixture_rate(planned, confidence=confidence) * total,
            confidence=confidence,
        )
        skew = skewness * (treatment.n**-2 - control.n**-2) / (1 / treatment.n + 1 / control.n) ** 1.5
    read = (np.minimum(control.n, treatment.n) >= FEWEST) & (np.abs(skew) <= MOST_SKEW)
    low = np.fmax.accumulate(np.where(read, found.relative_low, np.nan), axis=-1)
    high = np.fmin.accumulate(np.where(read, found.relative_high, np.nan), axis=-1)
    return np.where(read, low, np.nan), np.where(read, high, np.nan)


@dataclass(frozen=True)
class Compared:
    """A metric as its control had it, and what of it is harm.

    Attributes:
        metric: the metric.
        level, spread, skewness: of the units of the control; of a ratio, of its linearised values.
        bar: relative change on the bad side, beyond which the whole interval rolls back: 0, or a guardrail's margin.
        planted: relative change on the bad side that is simulated.
        wait: days after their exposure until it is known of the units of a day.
    """

    metric: Metric
    level: float
    spread: float
    skewness: float
    bar: float
    planted: float
    wait: int = 0

    @property
    def sign(self) -> int:
        """The direction that harms."""
        return 1 if self.metric.better == "lower" else -1

    def sums(self, rng: np.random.Generator, units: FloatArray) -> FloatArray:
        """Totals of so many units each, drawn from a gamma distribution with mean, spread and skewness of the control."""
        if abs(self.skewness) < 1e-3:
            deviation = np.sqrt(units) * rng.standard_normal(units.shape)
        else:
            shape = 4 / self.skewness**2
            deviation = (rng.gamma(units * shape) - units * shape) / math.sqrt(shape) * math.copysign(1, self.skewness)
        return units * self.level + self.spread * deviation


@dataclass(frozen=True)
class Stages:
    """The stages of a ramp that have a control arm, and the units that come in.

    Attributes:
        stages: share treated and days of each.
        units: mean a day.
        volume: factors of the weekdays, the first day of the ramp first.
    """

    stages: tuple[tuple[float, int], ...]
    units: float
    volume: tuple[float, ...]

    @property
    def days(self) -> int:
        return sum(days for _, days in self.stages)


@dataclass(frozen=True, eq=False)
class Evenings:
    """Launches of one metric, one row each, by the day of the ramp that is compared.

    Attributes:
        relative, low, high: change and its interval in the stage of the day so far; NaN where it is not read.
    """

    relative: FloatArray
    low: FloatArray
    high: FloatArray


def launches(rng: np.random.Generator, of: Compared, ramp: Stages, change: float, runs: int) -> Evenings:
    """Simulated launches whose treatment moves the metric by ``change``, relative; each stage compares its own units.

    The spread of a unit is taken as known, which it is to a few percent before an evening is read.
    """
    parts = []
    begins = 0
    for share, days in ramp.stages:
        volume = np.array([ramp.volume[(begins + day) % 7] for day in range(days)])
        units = rng.poisson(ramp.units * volume, (runs, days))
        treated = rng.binomial(units, share)
        control, treatment = (
            _so_far(of, of.sums(rng, n), n, factor)
            for n, factor in (
                ((units - treated).astype(float), 1.0),
                (treated.astype(float), 1.0 + math.copysign(change, change * of.level)),
            )
        )
        low, high = intervals(
            control,
            treatment,
            skewness=of.skewness,
            planned=max(ramp.units * days, 1.0),
            confidence=1 - ALPHA / len(ramp.stages),
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = (treatment.mean - control.mean) / np.abs(control.mean)
        parts.append((np.where(np.isnan(low), np.nan, relative), low, high))
        begins += days
    return Evenings(*(np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True)))


def _so_far(of: Compared, sums: FloatArray, units: FloatArray, factor: float) -> ArmSoFar:
    n = units.cumsum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = factor * sums.cumsum(axis=1) / n
    return ArmSoFar(n, mean, np.full(n.shape, (factor * of.spread) ** 2))


@dataclass(frozen=True)
class Watching:
    """What watching one metric against the control arm of a ramp is worth.

    Attributes:
        of: the metric.
        ramp: its stages and units.
        shown: one launch with the planted harm.
        quiet: launches rolled back without a change.
        moved: launches rolled back with the planted harm; days are those of the evening on which they are known.
        reach: half the width of the interval on the last day of the ramp, relative; NaN where it is not read.
        read: first day on which the interval of a usual launch is read; None where on none.
    """

    of: Compared
    ramp: Stages
    shown: Evenings
    quiet: Detection
    moved: Detection
    reach: float
    read: int | None

    @cached_property
    def stopped(self) -> int | None:
        """Day of the ramp on which the launch that is shown is rolled back; None where it is not."""
        hits = np.flatnonzero(_harmful(self.of, self.shown)[0])
        return int(hits[0]) + 1 if hits.size else None


def _harmful(of: Compared, found: Evenings) -> BoolArray:
    """Evenings on which the whole interval lies beyond the bar, on the bad side."""
    return np.asarray(found.low > of.bar if of.sign > 0 else found.high < -of.bar)


def watching(of: Compared, ramp: Stages, seed: tuple[int, ...], runs: int = MONITORING_RUNS) -> Watching:
    """Simulate ``runs`` launches without a change and as many with the planted harm."""
    harm = of.sign * of.planted
    quiet, moved, shown = (
        launches(np.random.default_rng([*seed, kind]), of, ramp, change, size)
        for kind, (change, size) in enumerate(((0.0, runs), (harm, runs), (harm, 1)))
    )
    stopped, found = (detection_of(of.metric.name, _harmful(of, seen), of.wait) for seen in (quiet, moved))
    usual = np.isfinite(quiet.low).mean(axis=0) > 0.5
    last = quiet.high[:, -1] - quiet.low[:, -1]
    reach = float(np.nanmedian(last)) / 2 if usual[-1] else math.nan
    return Watching(of, ramp, shown, stopped, found, reach, int(usual.argmax()) + 1 if usual.any() else None)


def compared(study: Study, results: Results, skewness: Mapping[str, float], earlier: Numbers) -> tuple[Compared, ...]:
    """The primary metric and the guardrails that no trigger of a day watches, as far as the control has any variation.

    None where whole clusters are treated: a day brings no new ones. The harm that is simulated is twice a guardrail's margin,
    and for the primary metric the typical size of an effect that the study's prior has. ``skewness`` is that of a unit of the
    control, of each mean.
    """
    if study.cluster is not None:
        return ()
    seen = unwatched(study, earlier) == ""
    triggers = guards(study, earlier, units_a_day(study, earlier) or 0) if seen else ()
    counted = {each.metric.name for each in triggers if isinstance(each, Guarded)}
    asked = [] if seen and watches_primary(study) else [study.primary]
    asked += [m for m in study.metrics if m.role == "guardrail" and m.name not in counted]
    found = (_compared(metric, study, results, skewness.get(metric.name, math.nan)) for metric in asked)
    return tuple(each for each in found if each is not None)


def _compared(metric: Metric, study: Study, results: Results, skewness: float) -> Compared | None:
    control = results.arm(metric, study.control.name)
    if control is None or not control.variance > 0 or not control.estimate:
        return None
    level, spread = control.estimate, math.sqrt(control.variance)
    if isinstance(control, Proportion):
        skewness = (1 - 2 * level) / spread
    if metric.type == "ratio" or math.isnan(skewness):
        skewness = 2 * spread / abs(level)  # as of a gamma distribution
    bar = _margin(metric, abs(level))
    planted = 2 * bar or study.decision.prior.size
    if metric.better == "higher":
        planted = min(planted, (1 + bar) / 2)
    wait = 0 if study.is_unit_table else metric.days or 0
    return Compared(metric, level, spread, skewness, bar, planted, wait)


def _margin(metric: Metric, level: float) -> float:
    """A guardrail's margin as a share of the control's level; 0 of another metric."""
    if metric.margin is None:
        return 0.0
    if metric.margin.relative is not None:
        return metric.margin.relative
    return (metric.margin.absolute or 0.0) * (HUNDREDTHS if metric.unit == "money" else 1) / level


def ramped(study: Study, earlier: Numbers) -> Stages | None:
    """The ramp of a study while it has a control arm; None where it has none, or units a day are not known."""
    stages = tuple((stage.share, stage.days) for stage in study.rollout if 0 < stage.share < 1)
    units, section = units_a_day(study, earlier), study.monitoring
    volume = tuple(section.weekday_volume) if section else (1.0,) * 7
    return Stages(stages, units, volume) if stages and units else None


def watched_against_control(study: Study, con: duckdb.DuckDBPyConnection, earlier: Numbers) -> tuple[Watching, ...]:
    """Every metric of :func:`compared` over the study's ramp; nothing where no control arm is left."""
    ramp = ramped(study, earlier)
    if ramp is None:
        return ()
    results = Results(con, study)
    seed = study.monitoring.seed if study.monitoring else 0
    rows = query.query(con, "skewness", control=study.control.name).itertuples(index=False)
    skewness = {r.metric: float(r.skewness) for r in rows if r.variant == study.control.name}
    metrics = enumerate(compared(study, results, skewness, earlier))
    return tuple(watching(each, ramp, (seed, 30 + number)) for number, each in metrics)
