"""What an experiment shows: effects on its metrics, and how they compare with the planted truth."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.config import Metric, Study, Variant
from helpers.errors import ReportError
from helpers.experiment.missing_values import unreadable
from helpers.experiment.observed import Observed, observed_on
from helpers.stats.checks.daily_effects import DailyEffects
from helpers.stats.checks.novelty import Novelty, novelty
from helpers.stats.checks.srm import SRM, SRMByGroup, srm, srm_by_group
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.comparisons.noninferiority import NonInferiority, noninferiority
from helpers.stats.multiplicity.corrections import Method, adjust
from helpers.stats.multiplicity.heterogeneity import Heterogeneity, heterogeneity
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.ratio import Ratio
from helpers.stats.summaries.summary import Summary
from helpers.stats.summaries.whole_clusters import WholeClusters
from helpers.warehouse import query
from helpers.warehouse.amounts import HUNDREDTHS, AmountDigits

if TYPE_CHECKING:
    import duckdb

EXPOSED, ASSIGNED = "exposed", "assigned"


@dataclass(frozen=True)
class Truth:
    """The planted effect on the units analysed: both potential outcomes of each are known."""

    control: float
    treatment: float

    @property
    def absolute(self) -> float:
        return self.treatment - self.control

    @property
    def relative(self) -> float:
        return self.treatment / self.control - 1 if self.control else float("nan")


@dataclass(frozen=True)
class MetricEffect:
    """One metric in one population and level of a segment, one treatment against the control.

    ``units`` and ``valued`` are those of the control and of the treatment, and of them those with a value of the metric;
    where whole clusters were randomised, the n of ``effect`` counts the clusters. ``sharing`` tests share one level, this
    one among them.
    """

    metric: Metric
    population: str
    dimension: str
    level: str
    variant: str
    control: Summary
    treatment: Summary
    effect: Effect
    adjusted_p: float
    truth: Truth | None
    units: tuple[int, int]
    valued: tuple[int, int]
    sharing: int = 1

    @property
    def complete(self) -> bool:
        """Whether every unit of the two arms, ``units``, has a value of the metric."""
        return self.units == self.valued

    @property
    def clusters(self) -> float | None:
        """How many equal clusters the arm is worth that is worth fewer; None where each unit was assigned by itself."""
        return min(
            (arm.equal for arm in (self.control, self.treatment) if isinstance(arm, WholeClusters)), default=None
        )

    @property
    def drawable(self) -> bool:
        """Whether the relative change and its interval are numbers with an end."""
        e = self.effect
        return all(map(math.isfinite, (e.relative, e.relative_low, e.relative_high)))

    @property
    def covered(self) -> bool | None:
        """Whether the interval that is told holds the planted effect: the relative one where there is; None without a truth."""
        e, t = self.effect, self.truth
        if t is None:
            return None
        if math.isnan(t.relative) or math.isnan(e.relative_low) or math.isnan(e.relative_high):
            return e.absolute_low <= t.absolute <= e.absolute_high
        return e.relative_low <= t.relative <= e.relative_high


def summary(
    row: Any,
    metric: Metric,
    *,
    clustered: bool = False,
    covariate: bool = False,
    as_is: bool = False,
    worth: Fraction = Fraction(1),
) -> Summary:
    """The sufficient statistics of one arm, from a row of ``marts.fct_experiment_results``.

    ``clustered`` where whole clusters were randomised: any mean is then a total over a total, a cluster being the unit.
    ``covariate`` adds the measure of the baseline, and makes a mean of a proportion, so that both can be compared.
    ``as_is`` is the mean of the measure before extreme values were pulled in. ``worth`` is what one of the row's amounts
    is in the report's unit, as :class:`~helpers.warehouse.amounts.AmountDigits` says.
    """
    y, y2, d = ("sum_r", "sum_r2", "sum_rd") if as_is and metric.type == "mean" else ("sum_y", "sum_y2", "sum_yd")
    sums: dict[str, Any] = {"sum_y": int(getattr(row, y)) * worth, "sum_y2": int(getattr(row, y2)) * worth**2}
    if covariate:
        sums |= {
            "sum_x": int(row.sum_x) * worth,
            "sum_x2": int(row.sum_x2) * worth**2,
            "sum_xy": int(row.sum_xy) * worth**2,
        }
    if clustered or metric.type == "ratio":
        sums |= {"sum_d": int(row.sum_d), "sum_d2": int(row.sum_d2), "sum_yd": int(getattr(row, d)) * worth}
        kind = WholeClusters if clustered else Ratio
        return kind.from_sums(
            int(row.sample_size), **sums, **({"sum_dx": int(row.sum_xd) * worth} if covariate else {})
        )
    if covariate or metric.type == "mean":
        return Mean.from_sums(int(row.sample_size), **sums)
    return Proportion(int(row.sample_size), int(row.sum_y))


class Results:
    """The sufficient statistics of a study, read once.

    Attributes:
        unread: secondary metrics that have no effect to tell, as their values are missing by the arm, see
            :func:`~helpers.experiment.missing_values.unreadable`.
    """

    unread: frozenset[str] = frozenset()

    def __init__(self, con: "duckdb.DuckDBPyConnection", study: Study) -> None:
        self.study = study
        self._digits = AmountDigits.read(con)
        self._rows = {
            (r.population, r.dimension, r.level, r.metric, r.variant): r
            for r in query.query(con, "experiment_results").itertuples(index=False)
        }
        self._truths = {
            (r.population, r.dimension, r.level, r.metric): r
            for r in query.query(con, "ground_truth").itertuples(index=False)
        }
        self.observed = self._observed(con)
        self.unread = unreadable(query.query(con, "missing_values"), study)

    def _observed(self, con: "duckdb.DuckDBPyConnection") -> Observed:
        """When units were exposed and the data end; of counts the first moment of their days."""
        if self.study.rowless:
            days = [int(level) for level in self.levels(EXPOSED, "day")] if self.study.has_time else []
            return observed_on(self.study.period.start, days)
        *seen, hours = next(query.query(con, "observed").itertuples(index=False))
        first, last, end = (t.to_pydatetime() if self.study.has_time and t == t else None for t in seen)
        return Observed(first, last, end, hours=int(hours))

    def levels(self, population: str, dimension: str) -> list[str]:
        """Levels of a dimension: days in their order, segments by size."""
        found = {k[2] for k in self._rows if k[:2] == (population, dimension)}
        if dimension == "day":
            return sorted(found, key=int)
        return sorted(found, key=lambda level: (-self.units(population, dimension, level), level))

    def units(self, population: str, dimension: str, level: str) -> int:
        """Units over all arms."""
        return sum(self.arm_sizes(population, dimension, level).values())

    def arm_sizes(self, population: str = EXPOSED, dimension: str = "all", level: str = "all") -> dict[str, int]:
        """Units of every designed arm, 0 where none was seen."""
        return self._counted("units", self.study.primary.name, population, dimension, level)

    def randomised(self, population: str = EXPOSED, dimension: str = "all", level: str = "all") -> dict[str, int]:
        """What was randomised, in every designed arm: its units, or the clusters that hold them."""
        return self._counted("randomised", self.study.primary.name, population, dimension, level)

    def _counted(self, what: str, metric: str, population: str, dimension: str, level: str) -> dict[str, int]:
        return {
            v.name: int(getattr(row, what))
            if (row := self._rows.get((population, dimension, level, metric, v.name))) is not None
            else 0
            for v in self.study.variants
        }

    def arm(
        self,
        metric: Metric,
        variant: str,
        *,
        population: str = EXPOSED,
        dimension: str = "all",
        level: str = "all",
        covariate: bool = False,
        as_is: bool = False,
    ) -> Summary | None:
        """Summary of one arm, of its units with a value of the metric; None when there is no such unit; see :func:`summary`."""
        row = self._rows.get((population, dimension, level, metric.name, variant))
        if row is None or not row.sample_size:
            return None
        clustered = self.study.cluster is not None
        return summary(row, metric, clustered=clustered, covariate=covariate, as_is=as_is, worth=self.worth(metric))

    def lack(self, metric: Metric, *variants: str) -> str:
        """Why arms have nothing to compare on a metric: nobody in them was exposed, or nobody there has a value.

        Of all arms where none is named; empty where each has a unit with a value.
        """
        sizes, told = self.arm_sizes(), []
        for name in variants or tuple(sizes):
            if not sizes[name]:
                told.append(f"no unit of {name} is exposed")
            elif self.arm(metric, name) is None:
                wait = f", or none was watched for its {metric.days} days" if metric.days else ""
                told.append(f"none of the {sizes[name]:,} exposed units of {name} has a value{wait}")
        return "; ".join(told)

    def worth(self, metric: Metric) -> Fraction:
        """What one of a metric's sums in the marts is in the report's unit."""
        return self._digits.worth(metric)

    def base(self, metric: Metric) -> Summary:
        """The exposed units had nobody been treated: all of them where nobody was, the control's online."""
        if self.study.is_descriptive:
            return self._everybody(metric)
        control = self.arm(metric, self.study.control.name)
        if control is None:
            raise ReportError(
                f"the control has nothing to show of {metric.name!r}", cause=self.lack(metric, self.study.control.name)
            )
        truth = self._truths.get((EXPOSED, "all", "all", metric.name))
        if self.study.mode == "offline" and truth is not None and isinstance(control, Proportion):
            return Proportion(int(truth.units), int(truth.sum_y0))
        return control

    def _everybody(self, metric: Metric) -> Summary:
        """All exposed units as one group, where nothing is compared."""
        halves = [arm for v in self.study.variants if (arm := self.arm(metric, v.name)) is not None]
        if not halves:
            raise ReportError(f"no unit has a value of {metric.name!r}", cause=self.lack(metric))
        first, *rest = halves
        for other in rest:
            first = first + other  # type: ignore[operator]
        return first

    def truth(
        self, metric: Metric, *, population: str = EXPOSED, dimension: str = "all", level: str = "all"
    ) -> Truth | None:
        """What was planted, by injection or by the simulated world."""
        row = self._truths.get((population, dimension, level, metric.name))
        if not self.study.planted or row is None:
            return None
        below = (row.sum_d0, row.sum_d1) if metric.type == "ratio" else (row.units, row.units)
        if not all(below):
            return None
        worth = self.worth(metric)
        y0, y1 = (float(int(y) * worth / int(of)) for y, of in zip((row.sum_y0, row.sum_y1), below, strict=True))
        return Truth(y0, y1)

    def effect(
        self,
        metric: Metric,
        *,
        variant: str | None = None,
        population: str = EXPOSED,
        dimension: str = "all",
        level: str = "all",
        as_is: bool = False,
    ) -> MetricEffect | None:
        """Effect of one treatment on one metric, or on its mean as it is; None when an arm has no unit there, or it is ``unread``."""
        if metric.name in self.unread:
            return None
        variant = variant or self.leading
        where: dict[str, Any] = {"population": population, "dimension": dimension, "level": level}
        control = self.arm(metric, self.study.control.name, as_is=as_is, **where)
        treatment = self.arm(metric, variant, as_is=as_is, **where)
        if control is None or treatment is None:
            return None
        effect = compare(control, treatment, confidence=self.study.decision.confidence)
        sizes, valued = self.arm_sizes(**where), self._counted("valued", metric.name, *where.values())
        pair = self.study.control.name, variant
        return MetricEffect(
            metric,
            population,
            dimension,
            level,
            variant,
            control,
            treatment,
            effect,
            effect.p_value,
            self.truth(metric, **where),
            (sizes[pair[0]], sizes[pair[1]]),
            (valued[pair[0]], valued[pair[1]]),
        )

    @property
    def pair(self) -> tuple[Variant, Variant]:
        """The control and the leading treatment."""
        return self.study.control, next(v for v in self.study.treatments if v.name == self.leading)

    @cached_property
    def leading(self) -> str:
        """The treatment that everything is about which names no other: the only one, or the one that the rule proposes.

        Of several, only :class:`~helpers.experiment.decision.leading.Judged` knows it: the rule weighs results.
        """
        (only,) = self.study.treatments
        return only.name

    @property
    def named(self) -> str:
        """The leading treatment where there are several, which every sentence about it names; empty where there is one."""
        return self.leading if len(self.study.treatments) > 1 else ""

    @cached_property
    def tested(self) -> tuple[MetricEffect, ...]:
        """Every treatment on every metric among exposed units, with the one p-value that the report and the rule use.

        On the primary metric the treatments share the level by Holm; the secondary metrics, over all treatments, share
        another one as ``decision.secondary`` says; a guardrail keeps its own. Reference: Holm (1979); Benjamini and
        Hochberg (1995).
        """
        found = [
            e
            for v in self.study.treatments
            for m in self.study.metrics
            if (e := self.effect(m, variant=v.name)) is not None
        ]
        alpha, secondary = 1 - self.study.decision.confidence, self.study.decision.secondary
        shared: dict[int, tuple[float, int]] = {}
        families: tuple[tuple[str, Method], ...] = (("primary", "holm"), ("secondary", secondary))
        for role, method in families:
            family = [i for i, e in enumerate(found) if e.metric.role == role]
            if family:
                adjusted = adjust([found[i].effect.p_value for i in family], method, alpha=alpha).adjusted
                shared |= {i: (p, len(family)) for i, p in zip(family, adjusted, strict=True)}
        alone = [(e.effect.p_value, 1) for e in found]
        each = [shared.get(i, own) for i, own in enumerate(alone)]
        return tuple(replace(e, adjusted_p=p, sharing=n) for e, (p, n) in zip(found, each, strict=True))

    @property
    def every_arm(self) -> list[MetricEffect]:
        """Every treatment on every metric, the leading one first."""
        return sorted(self.tested, key=lambda e: e.variant != self.leading)

    def against_control(self) -> list[MetricEffect]:
        """Every treatment on every metric that is to get better; nothing of a study with one treatment."""
        several = len(self.study.treatments) > 1
        return [e for e in self.tested if several and e.metric.role != "guardrail"]

    def headline(self, variant: str | None = None) -> list[MetricEffect]:
        """Effects of one treatment on every metric, see :attr:`tested`."""
        variant = variant or self.leading
        return [e for e in self.tested if e.variant == variant]

    def by_segment(self, metric: Metric, dimension: str, variant: str | None = None) -> list[MetricEffect]:
        """Exploratory effects by level of a segment."""
        levels = self.levels(EXPOSED, dimension)
        found = [self.effect(metric, variant=variant, dimension=dimension, level=level) for level in levels]
        return [e for e in found if e is not None]

    def exploratory(self, metric: Metric, variant: str | None = None) -> list[MetricEffect]:
        """Every segment's effects, p-values adjusted together by Benjamini-Hochberg."""
        effects = [e for dimension in self.study.segments for e in self.by_segment(metric, dimension, variant)]
        if not effects:
            return []
        shared = adjust([e.effect.p_value for e in effects], "bh", alpha=1 - self.study.decision.confidence)
        return [replace(e, adjusted_p=p) for e, p in zip(effects, shared.adjusted, strict=True)]

    def interactions(self, metric: Metric, variant: str | None = None) -> dict[str, Heterogeneity]:
        """Whether the relative effect differs between the levels of each segment; the segments share alpha equally."""
        alpha = (1 - self.study.decision.confidence) / max(1, len(self.study.segments))
        found = {dimension: self.by_segment(metric, dimension, variant) for dimension in self.study.segments}
        return {
            dimension: heterogeneity(
                {e.level: (e.control, e.treatment) for e in effects},
                scale="relative",
                confidence=self.study.decision.confidence,
                alpha=alpha,
            )
            for dimension, effects in found.items()
            if effects
        }

    def novelty(self, metric: Metric, variant: str | None = None) -> Novelty:
        """Trend of the effect over the days of first exposure, which part the units; of no day where there is no time."""
        dated = self.by_segment(metric, "day", variant) if self.study.has_time else []
        days = {float(e.level): (e.control, e.treatment) for e in dated}
        decided = self.study.decision.confidence
        return novelty(DailyEffects.independent(days), confidence=decided, alpha=1 - decided)

    def guardrail(self, metric: Metric, variant: str | None = None) -> NonInferiority:
        """One-sided test of a guardrail against its margin."""
        assert metric.margin is not None
        control = self.arm(metric, self.study.control.name)
        treatment = self.arm(metric, variant or self.leading)
        if control is None or treatment is None:
            raise ReportError(
                f"the guardrail {metric.name!r} has no units in an arm",
                cause=self.lack(metric),
                remedy="drop the guardrail from the study, or bring a longer log",
            )
        relative = metric.margin.relative is not None
        return noninferiority(
            control,
            treatment,
            margin=metric.margin.relative
            or (metric.margin.absolute or 0) * (HUNDREDTHS if metric.unit == "money" else 1),
            scale="relative" if relative else "absolute",
            bad="decrease" if metric.better == "higher" else "increase",
            confidence=self.study.decision.confidence,
        )

    def guardrails(self, variant: str | None = None) -> dict[str, NonInferiority]:
        """Every guardrail of the study by name."""
        return {m.name: self.guardrail(m, variant) for m in self.study.metrics if m.role == "guardrail"}

    def populations(self, metric: Metric) -> dict[str, MetricEffect]:
        """The metric's effect among exposed units and among all assigned ones (intention to treat)."""
        found = {p: self.effect(metric, population=p) for p in (EXPOSED, ASSIGNED)}
        return {p: e for p, e in found.items() if e is not None}

    def sizes_by(self, dimension: str) -> dict[str, dict[str, int]]:
        """What was randomised and exposed in every arm, level by level."""
        return {level: self.randomised(EXPOSED, dimension, level) for level in self.levels(EXPOSED, dimension)}

    def sample_ratio_by_day(self) -> SRMByGroup:
        """Arm sizes by day of exposure against the designed weights."""
        return srm_by_group(self.sizes_by("day"), {v.name: v.weight for v in self.study.variants})

    def sample_ratio(self, population: str = EXPOSED) -> SRM:
        """Arm sizes, of units or of clusters, against the designed weights."""
        return srm(self.randomised(population), {v.name: v.weight for v in self.study.variants})
