"""What a study compares and measures: period, variants, funnel, metrics, design."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from helpers import defaults
from helpers.study.model import Model, Moment, Name, Positive, Share, Wrong


class Period(Model):
    """When the log begins (``baseline``), when the experiment begins and ends; UTC, end excluded."""

    baseline: Moment | None = None
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.baseline is not None and self.baseline >= self.start:
            raise Wrong("baseline", self.baseline, f"a moment before start ({self.start})")
        if self.start >= self.end:
            raise Wrong("end", self.end, f"a moment after start ({self.start})")
        return self

    @property
    def first(self) -> datetime:
        """First moment of the log."""
        return self.baseline or self.start

    @property
    def diagnosis_end(self) -> datetime:
        """End of the stretch on which the funnel is diagnosed: the baseline, or everything without one."""
        return self.start if self.baseline else self.end

    @property
    def experiment_days(self) -> float:
        return (self.end - self.start).total_seconds() / 86_400

    @property
    def baseline_days(self) -> float:
        return (self.start - self.first).total_seconds() / 86_400


class ExternalEvent(Model):
    """What happened outside of the experiment and may have moved every arm, such as a campaign; UTC, end excluded."""

    name: str = Field(min_length=1, max_length=60)
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start >= self.end:
            raise Wrong("end", self.end, f"a moment after start ({self.start})")
        return self


class Variant(Model):
    """One arm; the first one listed is the control."""

    name: Name
    weight: Share
    description: str = ""


class Funnel(Model):
    steps: list[Name] = Field(min_length=2, max_length=8)
    optional: list[Name] = Field([])
    window_hours: Positive = 168

    @model_validator(mode="after")
    def _optional_steps(self) -> Self:
        inner = self.steps[1:-1]
        wrong = [s for s in self.optional if s not in inner]
        if wrong:
            raise Wrong(
                "optional",
                ", ".join(wrong),
                f"steps between the first and the last: {', '.join(inner) or 'there are none'}",
                valid=inner,
            )
        return self


class Injection(Model):
    """The uplift planted in an offline study: relative change of ``event`` among exposed units."""

    event: Name
    by: Name | None = None
    relative_uplift: dict[str, Annotated[float, Field(ge=-1, le=5)]]
    minutes_after_exposure: Positive = 10


class Margin(Model):
    """How much worse a guardrail may get: a fraction of the control, or an absolute amount."""

    relative: Positive | None = None
    absolute: Positive | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            both = self.relative is not None
            raise Wrong("relative", "relative and absolute" if both else "neither", "either relative or absolute")
        return self


class Metric(Model):
    """What is measured on each unit from its exposure on.

    ``any`` of an event is a proportion; ``count`` and ``sum`` (of the event's amount) are means;
    ``sum`` or ``count`` with ``per`` is a ratio: ``per: count`` divides by the count of the same event,
    ``per: EVENT`` by the count of another one; ``days`` makes it retention: any event in the
    day after ``days - 1`` full days have passed and at the latest ``days`` after exposure.
    """

    name: Name
    label: str
    role: Literal["primary", "secondary", "guardrail"]
    type: Literal["proportion", "mean", "ratio", "retention"]
    event: Name | None = None
    measure: Literal["count", "sum"] | None = None
    per: Name | None = None
    days: int | None = Field(None, ge=1, le=90)
    unit: Literal["share", "money", "count", "seconds"] = "share"
    better: Literal["higher", "lower"] = "higher"
    margin: Margin | None = None
    covariate: bool = False
    winsorize: Annotated[float, Field(gt=0.5, lt=1)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs = {
            "proportion": {"event"},
            "mean": {"event", "measure"},
            "ratio": {"event", "measure", "per"},
            "retention": {"days"},
        }[self.type]
        given = {k for k in ("event", "measure", "per", "days") if getattr(self, k) is not None}
        if needs != given:
            raise Wrong(
                "type",
                f"{self.type} with {', '.join(sorted(given)) or 'nothing'}",
                f"{self.type} with {', '.join(sorted(needs))}",
                remedy="; ".join(
                    [f"add {key}" for key in sorted(needs - given)] + [f"remove {key}" for key in sorted(given - needs)]
                ),
            )
        if (self.role == "guardrail") != (self.margin is not None):
            if self.margin is None:
                raise Wrong("margin", "nothing", "a margin, relative or absolute, because the role is guardrail")
            raise Wrong("margin", f"a margin on a {self.role} metric", "a margin on guardrails only")
        if self.winsorize is not None and self.type != "mean":
            raise Wrong("winsorize", f"winsorize on a {self.type}", "it on a mean only", remedy="remove winsorize")
        if self.covariate and self.type == "retention":
            raise Wrong("covariate", "true on a retention metric", "false, nobody is retained before the exposure")
        return self

    @property
    def events(self) -> set[str]:
        """Events that the metric counts or sums, below the line as well."""
        return {name for name in (self.event, self.per) if name and name != "count"}


class Leaving(Model):
    """The event by which a unit leaves for good, and the days within which the mean time until then is compared."""

    event: Name
    horizon_days: Positive


class Surrogate(Model):
    """A proxy that moves early, and the outcome that it is to stand for; both are proportions or means.

    ``opportunity`` is a ratio that counts the chances to sell: where it falls, more of the proxy can sell less.
    """

    proxy: Name
    outcome: Name
    opportunity: Name | None = None


class Design(Model):
    power: Share = defaults.POWER
    minimum_detectable: Positive
    splits: list[Share] = Field([0.5, 0.7, 0.8, 0.9])
    aa_runs: int = Field(defaults.AA_RUNS, ge=10)
    coverage_runs: int = Field(defaults.COVERAGE_RUNS, ge=10)
