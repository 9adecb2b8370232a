"""What a study compares and measures: period, variants, funnel, metrics, design."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from helpers import defaults
from helpers.config.base import ConfigError, Model, Moment, Name, Positive, Share


class Period(Model):
    """When the log begins (``baseline``), when the experiment begins and ends; UTC, end excluded."""

    baseline: Moment | None = None
    """First moment of the log, before the experiment; needed by covariates"""
    start: Moment
    """First moment of the experiment"""
    end: Moment
    """First moment after the experiment"""
    observed_until: Moment | None = None
    """Moment until which the data hold what happened, where their times do not tell it, as those of when units began; else the last
    moment in them"""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.baseline is not None and self.baseline >= self.start:
            raise ConfigError("baseline", self.baseline, f"a moment before start ({self.start})")
        if self.start >= self.end:
            raise ConfigError("end", self.end, f"a moment after start ({self.start})")
        if self.observed_until is not None and self.observed_until <= self.start:
            raise ConfigError("observed_until", self.observed_until, f"a moment after start ({self.start})")
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
    """What happened, as the figures label it"""
    start: Moment
    """Its first moment; UTC"""
    end: Moment
    """The first moment after it"""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start >= self.end:
            raise ConfigError("end", self.end, f"a moment after start ({self.start})")
        return self


class Variant(Model):
    """One arm; the first one listed is the control."""

    name: Name
    """Name of the arm, as in the log"""
    weight: Annotated[float, Field(gt=0, lt=1)]
    """Designed share of the units; all add up to one"""
    description: str = ""
    """What its units see"""


class Funnel(Model):
    steps: list[Name] = Field(min_length=2, max_length=8)
    """Events in order; others may happen in between"""
    optional: list[Name] = Field([])
    """Steps that a unit may skip"""
    window_hours: Positive = 168
    """Time from the first step within which the others must follow"""

    @model_validator(mode="after")
    def _optional_steps(self) -> Self:
        inner = self.steps[1:-1]
        wrong = [s for s in self.optional if s not in inner]
        if wrong:
            raise ConfigError(
                "optional",
                ", ".join(wrong),
                f"steps between the first and the last: {', '.join(inner) or 'there are none'}",
                valid=inner,
            )
        return self


class Injection(Model):
    """The uplift planted in an offline study: relative change of ``event`` among exposed units."""

    event: Name
    """The event of which more is planted"""
    by: Name | None = None
    """Segment by which the uplift differs"""
    relative_uplift: dict[str, Annotated[float, Field(ge=-1, le=5)]]
    """Relative change by level of the segment, or for all"""
    minutes_after_exposure: Positive = 10
    """How long after the exposure a planted event happens"""


class Margin(Model):
    """How much worse a guardrail may get: a fraction of the control, or an absolute amount."""

    relative: Positive | None = None
    """As a fraction of the control"""
    absolute: Positive | None = None
    """In the metric's own unit"""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            both = self.relative is not None
            raise ConfigError("relative", "relative and absolute" if both else "neither", "either relative or absolute")
        return self


class Metric(Model):
    """What is measured on each unit from its exposure on.

    ``any`` of an event is a proportion; ``count`` and ``sum`` (of the event's amount) are means;
    ``sum`` or ``count`` with ``per`` is a ratio: ``per: count`` divides by the count of the same event,
    ``per: EVENT`` by the count of another one; ``from_day`` and ``to_day`` make it retention: any event on these days.
    In a table of units a column is how many events there were, so a count adds it up, and ``per: count`` divides by the
    units in whose column something else than 0 stands.

    An event counts from the moment of the exposure on, to the end of the experiment; with ``within_days: N`` to N times
    24 hours after the exposure, that moment included. Day k is more than k - 1 and at most k times 24 hours after the
    exposure. A unit whose window is not over at the end of the experiment, or of the log if that is earlier, is left
    out of the metric and counted.
    """

    name: Name
    """Name of the metric in results and code"""
    label: str
    """Name of the metric in prose"""
    role: Literal["primary", "secondary", "guardrail"]
    """primary decides, secondary supports, guardrail must not get worse by more than its margin"""
    type: Literal["proportion", "mean", "ratio", "retention"]
    """proportion, mean, ratio or retention"""
    event: Name | None = None
    """The event that is counted or summed"""
    measure: Literal["count", "sum"] | None = None
    """count the events, or sum their amounts; in a table of units the column of an event says how many there were"""
    per: Name | None = None
    """What a ratio divides by: count of the same event (in a table of units, of the units that have it), or how many there were of another event"""
    from_day: int | None = Field(None, ge=1, le=365)
    """Retention: first day after exposure on which any event counts; day 1 is the first 24 hours"""
    to_day: int | None = Field(None, ge=1, le=365)
    """Retention: last such day; the same as from_day asks whether a unit is back on that very day"""
    within_days: int | None = Field(None, ge=1, le=365)
    """Count only events within so many times 24 hours of the exposure; to the end of the experiment without it"""
    missing: Literal["drop", "zero", "error"] | None = None
    """A unit without a value: drop leaves it out of this metric, zero says that empty means 0, error stops. Without it, a table of units drops it and a log stops where an event lacks the amount that is summed"""
    unit: Literal["share", "money", "count", "seconds", "number"] = "share"
    """What values are: share, money, count (whole), seconds, or number for every other one, such as a score"""
    better: Literal["higher", "lower"] = "higher"
    """Whether higher or lower values are better"""
    margin: Margin | None = None
    """How much worse a guardrail may get"""
    covariate: bool = False
    """Whether the same measure before the experiment is read too: the adjusted effect stands beside the plain one, which decides (CUPED)"""
    winsorize: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    """Pooled quantile to which higher values are pulled in; nothing is dropped"""

    @model_validator(mode="before")
    @classmethod
    def _days(cls, raw: Any) -> Any:
        """``days`` was told as day N and counted days 2 to N, so nobody can say what a file with it means."""
        if not isinstance(raw, dict) or "days" not in raw:
            return raw
        days = raw["days"]
        if raw.get("type") != "retention":
            raise ConfigError("days", days, "within_days", remedy=f"write within_days: {days}")
        as_before = "" if days == 1 else f"; to count as before write from_day: 2 and to_day: {days}"
        raise ConfigError(
            "days", days, "from_day and to_day: days said day N, and counted days 2 to N",
            remedy=f"for day {days} alone write from_day: {days} and to_day: {days}{as_before}",
        )  # fmt: skip

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needs = {
            "proportion": {"event"},
            "mean": {"event", "measure"},
            "ratio": {"event", "measure", "per"},
            "retention": {"from_day", "to_day"},
        }[self.type]
        given = {k for k in ("event", "measure", "per", "from_day", "to_day") if getattr(self, k) is not None}
        if needs != given:
            raise ConfigError(
                "type",
                f"{self.type} with {', '.join(sorted(given)) or 'nothing'}",
                f"{self.type} with {', '.join(sorted(needs))}",
                remedy="; ".join(
                    [f"add {key}" for key in sorted(needs - given)] + [f"remove {key}" for key in sorted(given - needs)]
                ),
            )
        if (self.role == "guardrail") != (self.margin is not None):
            if self.margin is None:
                raise ConfigError("margin", "nothing", "a margin, relative or absolute, because the role is guardrail")
            raise ConfigError("margin", f"a margin on a {self.role} metric", "a margin on guardrails only")
        if self.winsorize is not None and self.type != "mean":
            raise ConfigError(
                "winsorize", f"winsorize on a {self.type}", "it on a mean only", remedy="remove winsorize"
            )
        if self.type == "retention":
            self._check_retention()
        return self

    def _check_retention(self) -> None:
        assert self.from_day and self.to_day
        if self.from_day > self.to_day:
            raise ConfigError("to_day", self.to_day, f"{self.from_day} or later, the first day that counts")
        if self.covariate:
            raise ConfigError(
                "covariate", "true on a retention metric", "false, nobody is retained before the exposure"
            )
        for key in ("within_days", "missing"):
            if getattr(self, key) is not None:
                told = (
                    "from_day and to_day say when an event counts" if key == "within_days" else "no event is no value"
                )
                raise ConfigError(key, f"{key} on a retention metric", f"nothing: {told}", remedy=f"remove {key}")

    @property
    def days(self) -> int | None:
        """Days after its exposure for which a unit must be watched; None where all that is seen of it counts."""
        return self.to_day if self.type == "retention" else self.within_days

    @property
    def window(self) -> str:
        """From when until when the outcome counts, in words."""
        if self.type == "retention":
            first, last = self.from_day or 1, self.to_day or 1
            days = f"day {last}" if first == last else f"days {first} to {last}"
            return f"on {days} after exposure (hours {24 * (first - 1)} to {24 * last})"
        if self.within_days:
            return f"within {self.within_days} day{'s' if self.within_days > 1 else ''} of exposure"
        return "from exposure to the end of the experiment"

    @property
    def events(self) -> set[str]:
        """Events that the metric counts or sums, below the line as well."""
        return {name for name in (self.event, self.per) if name and name != "count"}


class Leaving(Model):
    """The event by which a unit leaves for good, and the days within which the mean time until then is compared."""

    event: Name
    """The event after which a unit is gone"""
    horizon_days: Positive
    """Days within which the mean time until leaving is compared"""


class Lifetime(Model):
    """How long each unit of a table has been there, and whether it has gone, where nothing is compared."""

    lasted: Name
    """The outcome that counts how long"""
    ended: Name
    """The outcome that says that it has gone; a unit without it is still there"""
    unit: Literal["hours", "days", "weeks", "months", "years"] = "days"
    """What is counted"""


class Surrogate(Model):
    """A proxy that moves early, and the outcome that it is to stand for; both are proportions or means.

    ``opportunity`` is a ratio that counts the chances to sell: where it falls, more of the proxy can sell less.
    """

    proxy: Name
    """Metric that moves early"""
    outcome: Name
    """Metric that matters and moves late"""
    opportunity: Name | None = None
    """Ratio that counts the chances to sell"""


class Design(Model):
    power: Share = defaults.POWER
    """Chance of finding the minimum detectable effect when it is there"""
    minimum_detectable: Positive
    """Smallest relative effect worth finding"""
    planned_units: int | None = Field(None, ge=2)
    """Units of all arms that the study was planned with; what the detectable effect asks for is an assumption without it"""
    splits: list[Annotated[float, Field(gt=0, lt=1)]] = Field([0.5, 0.7, 0.8, 0.9], min_length=1)
    """Shares of the control whose sample sizes are compared"""
    aa_runs: int = Field(defaults.AA_RUNS, ge=10)
    """Re-salted splits of the A/A test"""
    coverage_runs: int = Field(defaults.COVERAGE_RUNS, ge=10)
    """Re-salted experiments behind coverage and false positives"""
