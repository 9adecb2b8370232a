"""A study: the parts of its file, and what must hold between them."""

from typing import Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from helpers import defaults
from helpers.study.data import WORLDS, Log, Simulation
from helpers.study.launch import Economics, Milestone, Monitoring, Rule, Stage
from helpers.study.model import Model, Name, Wrong
from helpers.study.plan import Design, ExternalEvent, Funnel, Injection, Leaving, Metric, Period, Surrogate, Variant


class Study(Model):
    """One experiment, from the question to the rollout."""

    name: Name
    title: str
    question: str
    hypothesis: str
    change: str
    mode: Literal["offline", "online"]
    salt: str = Field(min_length=4)
    data: Simulation | Log = Field(discriminator="source")
    tracking_plan: Name
    period: Period
    variants: list[Variant] = Field(min_length=2)
    exposure: Name
    funnel: Funnel
    segments: list[Name] = Field([])
    min_segment: int = Field(defaults.MIN_SEGMENT, ge=2)
    injection: Injection | None = None
    metrics: list[Metric] = Field(min_length=1)
    leaving: Leaving | None = None
    surrogate: Surrogate | None = None
    design: Design
    decision: Rule
    economics: Economics
    rollout: list[Stage] = Field(min_length=1)
    milestones: list[Milestone] = Field(min_length=1)
    monitoring: Monitoring | None = None
    limits: list[str] = Field([])
    external_events: list[ExternalEvent] = Field([])

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(v.weight for v in self.variants)
        if abs(total - 1) > 1e-9:
            weights = " + ".join(f"{v.weight:g}" for v in self.variants)
            raise Wrong("variants", f"weights {weights} = {total:.6g}", "weights that add up to 1")
        for what, names in (("variants", self.variants), ("metrics", self.metrics)):
            seen = [x.name for x in names]
            if len(set(seen)) < len(seen):
                raise Wrong(what, f"the names {', '.join(seen)}", "names that differ")
        if len(self.variants) != 2:
            raise Wrong(
                "variants", f"{len(self.variants)} variants", "two, control and treatment; more are not analysed yet"
            )
        primary = [m.name for m in self.metrics if m.role == "primary"]
        if len(primary) != 1:
            raise Wrong("metrics", f"primary: {', '.join(primary) or 'none'}", "exactly one metric with role: primary")
        self._check_injection()
        if self.exposure not in self.funnel.steps:
            steps = self.funnel.steps
            raise Wrong("exposure", self.exposure, f"one of funnel.steps: {', '.join(steps)}", valid=steps)
        if self.leaving is not None and self.leaving.horizon_days >= self.period.experiment_days:
            raise Wrong(
                "leaving.horizon_days",
                f"{self.leaving.horizon_days:g}",
                f"less than the {self.period.experiment_days:g} days of the experiment",
            )
        self._check_surrogate()
        means = [m.name for m in self.metrics if m.type == "mean"]
        if self.economics.revenue_metric not in means:
            raise Wrong(
                "economics.revenue_metric",
                self.economics.revenue_metric,
                f"one of the mean metrics: {', '.join(means) or 'there are none'}",
                valid=means,
            )
        compared = [m.name for m in self.metrics if m.covariate]
        if self.period.baseline is None and compared:
            raise Wrong(
                "period.baseline", "nothing", f"a moment before start: {', '.join(compared)} has covariate: true"
            )
        columns = list(self.data.columns if isinstance(self.data, Log) else WORLDS[self.data.world].segments)
        unmapped = [name for name in self.segments if name not in columns]
        if unmapped:
            where = "mapped in data.columns" if isinstance(self.data, Log) else f"of the simulated {self.data.world}"
            raise Wrong("segments", ", ".join(unmapped), f"names {where}: {', '.join(columns)}", valid=columns)
        return self

    def _check_injection(self) -> None:
        injection = self.injection
        if self.mode == "online" and injection is not None:
            raise Wrong("injection", "an injection in an online study", "none, the log shows who was treated")
        if self.mode == "offline" and injection is None:
            raise Wrong("injection", "nothing", "the uplift to plant, because mode is offline")
        if injection is None:
            return
        if injection.by and injection.by not in self.segments:
            known = ", ".join(self.segments) or "there are none"
            raise Wrong("injection.by", injection.by, f"one of the segments: {known}", valid=self.segments)
        if not injection.by and set(injection.relative_uplift) != {"all"}:
            raise Wrong(
                "injection.relative_uplift",
                ", ".join(injection.relative_uplift) or "nothing",
                "all, because injection.by names no segment",
            )
        outcomes = list(dict.fromkeys([*self.funnel.steps[1:], *(m.event for m in self.metrics if m.event)]))
        if injection.event not in outcomes:
            raise Wrong("injection.event", injection.event, f"one of {', '.join(outcomes)}", valid=outcomes)

    def _check_surrogate(self) -> None:
        if self.surrogate is None:
            return
        summed = [m.name for m in self.metrics if m.type in ("proportion", "mean")]
        ratios = [m.name for m in self.metrics if m.type == "ratio"]
        for key, kinds, valid in (
            ("proxy", "proportions and means", summed),
            ("outcome", "proportions and means", summed),
            ("opportunity", "ratios", ratios),
        ):
            named = getattr(self.surrogate, key)
            if named is not None and named not in valid:
                known = ", ".join(valid) or "there are none"
                raise Wrong(f"surrogate.{key}", named, f"one of the {kinds}: {known}", valid=valid)
        if self.surrogate.proxy == self.surrogate.outcome:
            raise Wrong("surrogate.outcome", self.surrogate.outcome, "another metric than the proxy")

    @property
    def control(self) -> Variant:
        return self.variants[0]

    @property
    def treatments(self) -> list[Variant]:
        return self.variants[1:]

    @property
    def primary(self) -> Metric:
        return next(m for m in self.metrics if m.role == "primary")

    def metric(self, name: str) -> Metric:
        return next(m for m in self.metrics if m.name == name)

    @property
    def simulated(self) -> bool:
        """True when the log itself is simulated."""
        return isinstance(self.data, Simulation)

    @property
    def planted(self) -> bool:
        """True when the effect is known: planted by injection, or by the world that was simulated."""
        return self.mode == "offline" or (isinstance(self.data, Simulation) and WORLDS[self.data.world].knows_effects)
