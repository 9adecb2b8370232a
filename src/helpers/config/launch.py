"""What a study decides by, what that is worth, and how the change ships and is watched."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from helpers import defaults
from helpers.config.base import ConfigError, Model, Moment, Name, Positive, Share
from helpers.config.currencies import Currency, minor_digits
from helpers.config.relative import Relative

Role = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z &-]{1,38}[A-Za-z]$")]
"""A role in words, such as leadership or VP of product."""


class Prior(Model):
    """What is believed of changes of this kind before any data; see :mod:`helpers.experiment.decision.belief`."""

    improve: Annotated[float, Field(gt=0, lt=1)] = defaults.PRIOR_IMPROVE
    """Share of such changes that make the metric better"""
    harm: Annotated[float, Field(gt=0, lt=1)] = defaults.PRIOR_HARM
    """Share of such changes that make it worse; all others do nothing"""
    size: Positive = defaults.PRIOR_SIZE
    """Typical relative effect of those that do something; one in five is far larger"""

    @model_validator(mode="after")
    def _room(self) -> Self:
        if self.improve + self.harm >= 1:
            told = f"{self.improve:g} better and {self.harm:g} worse"
            raise ConfigError("improve", told, "shares below 1 in sum, for some changes do nothing")
        return self


class Rule(Model):
    """What GO needs besides guardrails and money that is not below zero; see :mod:`helpers.experiment.decision.rule`."""

    confidence: Annotated[float, Field(ge=0.5, lt=1)] = defaults.CONFIDENCE
    """Confidence level of the intervals"""
    max_risk: Share = defaults.MAX_RISK
    """Largest chance of no improvement with which GO is said"""
    min_relative_uplift: float = defaults.MIN_UPLIFT
    """Smallest uplift worth shipping"""
    prior: Prior = Prior()
    """What is believed before the data"""
    secondary: Literal["holm", "bh"] = "holm"
    """How the secondary metrics share one level: Holm, or Benjamini and Hochberg"""
    require_planned_size: bool = False
    """Whether GO needs design.planned_units"""
    may_override: Annotated[tuple[Role, ...], Field(min_length=1)] = defaults.MAY_OVERRIDE
    """Roles that may record a decision against the rule, in the words of helpers decide --by; roles, not names"""

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, raw: Any) -> Any:
        """Two keys meant another risk, which did not ask how the effect lies."""
        if isinstance(raw, dict) and "prior_success_rate" in raw:
            was = raw["prior_success_rate"]
            raise ConfigError(
                "prior_success_rate", was, "prior, with its key improve", remedy=f"write prior: {{improve: {was}}}"
            )
        if isinstance(raw, dict) and "max_false_positive_risk" in raw:
            was = raw["max_false_positive_risk"]
            raise ConfigError("max_false_positive_risk", was, "max_risk", remedy=f"write max_risk: {was}")
        return raw


class Quoted(Model):
    """What others say that the change is worth, with what they reckoned from; told beside the report's own money."""

    source: str
    """Who says so, as a reader is told it"""
    amount: float | None = None
    """The sum they name, in units of the currency; what they reckoned from makes it when left out"""
    change: Annotated[float, Field(allow_inf_nan=False)]
    """The change of the primary metric that they count on: of a share 0.004 is 0.4 points"""
    change_low: float | None = None
    """The lower end of their range for it"""
    change_high: float | None = None
    """Its upper end"""
    per_change: Positive
    """What one more of the primary metric brings, in units of the currency"""
    units_per_month: Positive
    """Units a month that they count on"""
    horizon_months: Positive = 12
    """Months over which they reckon"""
    contribution_margin: Annotated[float, Field(gt=0, le=1)] = 1
    """Share of revenue that they take to be left"""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if not self.change:
            raise ConfigError("change", "0", "a change: without one nothing is worth anything")
        if (self.change_low is None) != (self.change_high is None):
            lacking = "change_low" if self.change_low is None else "change_high"
            raise ConfigError(lacking, "nothing", "both ends of the range, or neither")
        low, high = self.change_low, self.change_high
        if low is not None and high is not None and not low <= self.change <= high:
            raise ConfigError("change", f"{self.change:g}", f"a change inside its range, {low:g} to {high:g}")
        return self


class Economics(Model):
    """Money of the decision; amounts in units of the currency. Without a revenue metric nothing is said of money."""

    money_digits: int | None = Field(None, ge=0, le=12)
    """Digits behind the point that amounts are rounded to; those of the currency, or all in the data, when left out"""
    currency: str = Field("EUR", validate_default=True, pattern=r"^[A-Z]{3}$")
    """Three capital letters, such as EUR"""
    revenue_metric: Name | None = None
    """The mean metric that money is reckoned from"""
    contribution_margin: Annotated[float, Field(gt=0, le=1)] = 1
    """Share of revenue that is left after variable costs; where it is left out, money is told per unit alone"""
    implementation_cost: float = Field(0, ge=0)
    """What building it costs, once; 0 where it costs nothing. Where it is left out, money is told per unit alone"""
    monthly_run_cost: float = Field(0, ge=0)
    """What running it costs, a month"""
    horizon_months: int = Field(12, ge=1, le=60)
    """Months over which it is reckoned"""
    exposed_units_per_month: int | None = Field(None, ge=1)
    """Units that reach the exposure in a month; from the log when left out"""
    quoted: Quoted | None = None
    """What others say that it is worth; the report says why its own money differs"""

    @field_validator("currency")
    @classmethod
    def _finer(cls, code: str, info: ValidationInfo) -> str:
        """A currency in which the study has prices below the smallest coin."""
        digits = info.data.get("money_digits")
        return Currency.of(code, digits) if digits is not None and digits > minor_digits(code) else code

    @property
    def horizon(self) -> str:
        """The time over which money is reckoned, in words."""
        return f"{self.horizon_months} month{'s' if self.horizon_months != 1 else ''}"

    @property
    def cost(self) -> float:
        """What shipping costs over the horizon, in units of the currency."""
        return self.implementation_cost + self.horizon_months * self.monthly_run_cost


class Stage(Model):
    share: Share
    """Share of the units that get the change"""
    days: int = Field(ge=1)
    """How long the stage lasts"""
    advance_when: str
    """What must hold before the next stage"""


Week = Annotated[list[float], Field(min_length=7, max_length=7)]


class Watch(Model):
    label: str
    """What is watched, in words"""
    metric: Name | None = None
    """The metric of the study whose control says what is usual; none where the data of the study do not hold it"""
    without: bool = False
    """Whether the units without the outcome are watched: those who abandon, where the metric counts those who complete"""


class Monitoring(Relative):
    """What is watched after the launch, day by day: one proportion, and support tickets.

    Without ``stream`` the days are simulated from ``rate``, ``units_per_day`` and ``tickets_per_day``, with a weekday
    season; with it (a CSV with day, checkouts, completions, tickets) they are replayed beside the simulated ones. What is
    left out comes from the data of the study: its control, and its exposed units a day. A fall of the rate is harm, so where
    less of the primary metric is better it is that of the units without it.
    """

    label: str | None = None
    """What the watched rate is called; when left out the primary metric, or who reaches the funnel's last step where that is no share"""
    rate: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The rate before the launch, of which a fall is harm; that of the experiment's control when left out"""
    units_per_day: int | None = Field(None, ge=1)
    """Units a day; the exposed ones of the experiment when left out"""
    tickets_per_day: Positive | None = None
    """Support tickets a day; assumed in proportion to the units when left out"""
    weekday_volume: Week = [1.0] * 7
    """Factors of the volume, Monday first"""
    weekday_points: Week = [0.0] * 7
    """Differences of the rate, Monday first"""
    baseline_days: int = Field(28, ge=14, le=365)
    """Days before the launch that the limits are made from"""
    days: int = Field(28, ge=7, le=365)
    """Days that are watched; when left out, 28 and as many more as the rate has to be waited for"""
    shifts: list[Annotated[float, Field(gt=-1, lt=1)]] = Field(
        [0.0, -0.003, -0.008, -0.015], min_length=1, max_length=6
    )
    """Changes of the rate that are simulated"""
    ticket_surge: Positive = 3.0
    """Factor of the tickets in a simulated surge"""
    drop: Annotated[float, Field(gt=0, lt=1)] = defaults.ROLLBACK_DROP
    """Fall of the rate below its baseline, a difference of shares, that triggers a rollback"""
    drop_days: int = Field(defaults.ROLLBACK_DAYS, ge=1)
    """Days in a row that the fall must last"""
    ticket_factor: Annotated[float, Field(gt=1)] = defaults.ROLLBACK_TICKETS
    """Factor of the tickets that triggers a rollback"""
    watched: list[Watch] = Field([])
    """What a plan of monitoring looks at each day; the primary metric, revenue and the guardrails when left out"""
    minimum: int = Field(defaults.MONITORING_MINIMUM, ge=1)
    """Units a day below which no rate is judged"""
    seed: int = Field(0, ge=0)
    """Seed of the simulated days"""
    stream: str | None = None
    """CSV of real days with day, checkouts, completions, tickets, from the folder that holds studies"""
    launch: Moment | None = None
    """Day of the launch, in the stream"""

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.stream is None) != (self.launch is None):
            raise ConfigError(
                "launch" if self.launch is None else "stream", "nothing", "both stream and launch, or neither"
            )
        if min(self.weekday_volume) <= 0:
            raise ConfigError("weekday_volume", min(self.weekday_volume), "factors above 0, Monday first")
        rate = self.rate
        worst = rate + min(self.weekday_points) if rate else 1.0
        if rate and not 0 < worst <= rate + max(self.weekday_points) < 1:
            raise ConfigError(
                "weekday_points", f"rates down to {worst:g}", "differences that keep the rate inside 0 and 1"
            )
        return self


class Milestone(Model):
    days: str
    """Which days it is about"""
    milestone: str
    """What is reached"""
    success: str
    """What must be true"""
    tripwire: str
    """What says that it failed"""
