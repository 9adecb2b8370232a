"""A programme: what stands around single experiments, over a year of one shop; the validated YAML file of notebooks 08 on."""

from pathlib import Path

from pydantic import Field, model_validator

from helpers.config.base import ConfigError, Day, Model, Named, Positive, Share, check_file_name
from helpers.config.loading import located, placed, validated
from helpers.paths import StudyPaths


class ProgrammeWorld(Model):
    """The simulated year."""

    users: int = Field(default=20_000, ge=500, le=1_000_000)
    """How many shoppers it has"""
    first: Day
    """The first day"""
    days: int = Field(default=365, ge=300, le=730)
    """How many days it lasts"""
    seed: int = Field(ge=0)
    """Seed of the simulation; equal seeds give equal years"""


class Attribution(Model):
    """08_attribution."""

    lookback_days: Positive = 30.0
    """Days before an order whose touches may have brought it; journeys without an order are cut to no more than that"""
    half_life_days: Positive = 7.0
    """Age at which a touch counts half, by time decay"""
    order: int = Field(default=2, ge=1, le=3)
    """Touches that a state of the longer Markov chain remembers"""
    bootstrap_runs: int = Field(default=200, ge=20)
    """Resamplings of whole shoppers behind the intervals"""


class Segments(Model):
    """09_segments."""

    interval_days: int = Field(default=30, ge=7)
    """An interval without an order makes a shopper dormant; the one after it, resurrecting"""
    most_clusters: int = Field(default=6, ge=2, le=12)
    """Numbers of clusters that are tried go up to this"""
    stability: Share = 0.8
    """Adjusted Rand index of two clusterings of resamples that a number of clusters must reach"""
    minimum_size: int = Field(default=100, ge=10)
    """Segments smaller than this are pooled"""


class Prediction(Model):
    """10_prediction."""

    horizon_days: int = Field(default=30, ge=7)
    """Days ahead in which a subscriber leaves or a shopper orders"""
    test_share: Share = 0.3
    """Share of the time, the latest, that no model is fitted on"""
    cost_of_offer: Positive = 2.0
    """What it costs to treat one subscriber"""
    value_of_stay: Positive = 60.0
    """What a subscriber who stays is worth"""
    calibration_days: int = Field(default=270, ge=90)
    """Days of the year that the models of customer value see"""
    bootstrap_runs: int = Field(default=200, ge=20)
    """Resamplings of held-out subscribers behind the bands of the Qini curve"""
    seed: int = Field(default=10, ge=0)
    """Draws the half of the subscribers that models of uplift do not see, and the resamplings"""
    forecast_days: int = Field(default=14, ge=7, le=60)
    """Days ahead that demand is forecast"""
    healthy_runs: int = Field(default=400, ge=50)
    """Simulated healthy years on which the rate of false alarms is set, and as many on which it is measured"""
    false_alarms_per_year: Positive = 2.0
    """Alarms on healthy days that the anomaly detector may raise a year"""


class Beyond(Model):
    """11_beyond_ab."""

    runs: int = Field(default=1_000, ge=20)
    """Simulated experiments behind each rate"""
    units: int = Field(default=4_000, ge=200)
    """Units of one of them"""
    rate: Share = 0.10
    """Success rate of the control"""
    uplift: Positive = 0.25
    """Planted relative change of the better arm"""
    batches: int = Field(default=20, ge=2, le=100)
    """Times that a bandit may change its mind"""
    exploration: Share = 0.10
    """Share of its units that a bandit splits evenly, whatever it has seen"""
    regions: int = Field(default=40, ge=4, le=500)
    """Regions that share a supply, each its own"""
    supply: Positive = 1.0
    """Slots of a region for each order that its controls would want"""
    days: int = Field(default=28, ge=16, le=200, multiple_of=4)
    """Days that a switchback lasts, each with as many visitors as there are units"""
    carry_hours: int = Field(default=2, ge=0, le=4)
    """Hours after a switch in which the state before it is still felt"""
    carry_over: Share = 0.5
    """Share of the effect that comes from those hours before"""
    holdout: float = Field(default=0.05, gt=0, lt=0.5)
    """Share of the units that is held back from every launch"""
    leak: Share = 0.10
    """Share of these that meets the launches all the same, where a holdout is shown contaminated"""
    arms: int = Field(default=4, ge=3, le=8)
    """Arms of the test of several treatments, the control among them"""
    interaction: float = Field(default=-1.0, ge=-2, le=2)
    """What two changes do together beyond the sum of what each does alone, over the uplift of one; -1: together no more than either"""


class Live(Model):
    """12_live."""

    units: int = Field(default=60_000, ge=500, le=5_000_000)
    """Units of the experiment that is replayed"""
    hours: float = Field(default=24.0, ge=1, le=240)
    """How long it runs"""
    batch_seconds: Positive = 10
    """Arrivals that one micro-batch holds, in seconds"""
    lateness_seconds: Positive = 900
    """An event later than this behind the newest one seen is late, counted apart"""
    look_seconds: Positive = 60
    """How often the interval, the split and the guardrail are looked at"""
    minimum_exposure: int = Field(default=500, ge=50)
    """Units an arm must have before anything may alarm"""
    window_minutes: Positive = 30
    """The guardrail compares the arms over the latest so many minutes"""
    false_alarms_per_day: Share = 0.01
    """Probability that the guardrail alarms on a day without trouble"""
    cool_down_minutes: Positive = 60
    """An alarm that was cleared stays silent so long"""
    checkpoint_batches: int = Field(default=600, ge=1)
    """Micro-batches from one checkpoint to the next"""


class Programme(Named):
    """A year of one shop, and what each notebook asks of it."""

    title: str
    """What readers call it"""
    question: str
    """What it is to answer"""
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    """Of all money"""
    data: ProgrammeWorld
    """The simulated year"""
    attribution: Attribution = Attribution()
    """Settings of 08_attribution"""
    segments: Segments = Segments()
    """Settings of 09_segments"""
    prediction: Prediction = Prediction()
    """Settings of 10_prediction"""
    beyond: Beyond = Beyond()
    """Settings of 11_beyond_ab"""
    live: Live = Live()
    """Settings of 12_live"""
    limits: list[str] = Field(min_length=1)
    """What a reader must not conclude"""

    @model_validator(mode="after")
    def _name(self) -> "Programme":
        check_file_name("name", self.name)
        if self.attribution.lookback_days >= self.data.days:
            raise ConfigError(
                "attribution.lookback_days",
                self.attribution.lookback_days,
                f"fewer days than data.days, {self.data.days}",
            )
        return self


def load(path: Path | str) -> Programme:
    """Read and validate a programme file; raises as :func:`helpers.config.load` does."""
    return validated(located(path, "programmes"), Programme)


def opened(path: Path | str) -> tuple[Programme, StudyPaths]:
    """A programme file, and where everything it generates stands: beside the ``programmes`` folder that holds it."""
    programme = load(path)
    return programme, placed(located(path, "programmes"), programme.name)
