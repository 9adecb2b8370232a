"""What the simulator asks: every input with its limits, and the plan they make together."""

import math
from dataclasses import dataclass, fields
from typing import Any, Literal

from helpers import defaults
from helpers.errors import ReportError
from helpers.formatting import inside
from helpers.stats.design.plan import split

Shown = Literal["count", "share", "relative", "money", "days", "months", "looks"]


@dataclass(frozen=True)
class Input:
    """One slider with its number box.

    ``low`` and ``high`` are the limits of what is accepted, ``slider`` the range that can be dragged over,
    ``logarithmic`` sliders give every power of ten as much room. Percent and currency are shown, fractions and cents kept.
    """

    name: str
    label: str
    shown: Shown
    low: float
    high: float
    slider: tuple[float, float]
    step: float
    help: str
    more: bool = False
    whole: bool = False
    logarithmic: bool = False

    @property
    def says(self) -> str:
        """What is accepted, in the units of the screen.

        >>> INPUTS[1].says
        'a number from 0.01 to 99.99 (percent)'
        """
        scale, unit = {"share": (100, " (percent)"), "relative": (100, " (percent)"), "money": (0.01, "")}.get(
            self.shown, (1, "")
        )
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low * scale:,.12g} to {self.high * scale:,.12g}{unit}"


MOST = 0.999
"""Share of ideas that help or harm at most."""

INPUTS: tuple[Input, ...] = (
    Input("traffic", "Traffic per day", "count", 1, 1e8, (100, 1e6), 1,
          "Users a day whom the change can touch, all segments together", logarithmic=True),
    Input("baseline", "Baseline conversion", "share", 1e-4, 0.9999, (0.001, 0.9), 1e-4,
          "Share of users who convert without the change", logarithmic=True),
    Input("uplift", "Expected uplift", "relative", -0.99, 10, (-0.3, 0.3), 1e-3,
          "Relative change of the conversion that the experiment is supposed to observe"),
    Input("arpu", "Revenue per user (ARPU)", "money", 1, 1e8, (10, 20_000), 1,
          "Average revenue per exposed user without the change; it is taken to move with conversions",
          logarithmic=True),
    Input("days", "Duration", "days", 1, 730, (1, 120), 1, "Days that the experiment runs", whole=True),
    Input("segment_share", "Share of the segment", "share", 1e-4, 1, (0.01, 1), 1e-4,
          "Share of the traffic that belongs to the chosen segment", more=True),
    Input("in_experiment", "Traffic in the experiment", "share", 1e-4, 1, (0.01, 1), 1e-4,
          "Share of the traffic that takes part; after a launch all of it gets the change", more=True),
    Input("allocation", "Allocation to the treatment", "share", 0.01, 0.99, (0.01, 0.99), 0.01,
          "Share of the participants who get the change during the experiment", more=True),
    Input("alpha", "Alpha, two-sided", "share", 1e-4, 0.4, (0.001, 0.2), 1e-3,
          "Chance of a significant result without any effect, both directions together", more=True),
    Input("power", "Power", "share", 0.5, 0.999, (0.5, 0.99), 0.01,
          "Chance of finding the planned uplift that the sample size is to give", more=True),
    Input("planned_uplift", "Uplift planned for", "relative", 1e-4, 10, (0.001, 0.3), 1e-3,
          "Smallest uplift that the experiment is sized to find", more=True),
    Input("minimum_uplift", "Minimum uplift", "relative", -0.9, 5, (-0.05, 0.2), 1e-3,
          "Smallest uplift worth shipping", more=True),
    Input("max_risk", "Accepted risk", "share", 1e-3, 0.999, (0.01, 0.5), 0.01,
          "GO needs a risk of no improvement below this", more=True),
    Input("improve", "Ideas that help", "share", 1e-3, 0.9, (0.01, 0.6), 0.01,
          "Share of ideas like this one that truly improve the conversion", more=True),
    Input("harm", "Ideas that harm", "share", 1e-3, 0.9, (0.01, 0.6), 0.01,
          "Share of ideas like this one that truly make it worse; all others do nothing", more=True),
    Input("size", "Typical effect", "share", 1e-4, 2, (0.001, 0.3), 1e-3,
          "Typical relative effect of the ideas that do something; one in five is far larger", more=True),
    Input("margin", "Contribution margin", "share", 0.01, 1, (0.01, 1), 0.01,
          "Share of revenue that is left after its own costs", more=True),
    Input("cost", "Cost of shipping", "money", 0, 1e13, (0, 50_000_000), 100_000,
          "Everything that shipping costs over the horizon", more=True),
    Input("horizon", "Horizon", "months", 1, 60, (1, 36), 1, "Months over which money is counted", more=True, whole=True),
    Input("looks", "Number of looks", "looks", 1, 10, (1, 10), 1,
          "Equally spaced looks at the data, the last one at the end", more=True, whole=True),
)  # fmt: skip


@dataclass(frozen=True)
class WhatIfPlan:
    """An experiment as the simulator sees it: one proportion, two arms, and the rule that decides.

    Shares and relative changes are fractions, ``arpu`` and ``cost`` are cents. ``arpu`` is the average revenue per
    exposed user at the baseline; revenue is taken to move with conversions, so one more conversion is worth
    ``arpu / baseline``. Users of the experiment: traffic x in_experiment x segment_share x days.

    Raises :class:`~helpers.errors.ReportError` naming the first input out of its limits, a rate above 1, or an
    arm of fewer than two users.

    >>> WhatIfPlan(traffic=2000, baseline=0.10, uplift=0.05, arpu=500, days=14).arms
    (14000, 14000)
    """

    traffic: float
    baseline: float
    uplift: float
    arpu: float
    days: int
    segment_share: float = 1.0
    in_experiment: float = 1.0
    allocation: float = 0.5
    alpha: float = defaults.ALPHA
    power: float = defaults.POWER
    planned_uplift: float = 0.05
    minimum_uplift: float = 0.0
    max_risk: float = defaults.MAX_RISK
    improve: float = defaults.PRIOR_IMPROVE
    harm: float = defaults.PRIOR_HARM
    size: float = defaults.PRIOR_SIZE
    margin: float = 1.0
    cost: float = 0.0
    horizon: int = 12
    looks: int = 1

    def __post_init__(self) -> None:
        for asked in INPUTS:
            _check(asked, getattr(self, asked.name))
        if self.treated_rate > 1:
            raise ReportError(
                "the expected conversion is above 1",
                got=f"{self.baseline:g} x (1 + {self.uplift:g}) = {self.treated_rate:g}",
                expected="baseline x (1 + uplift) of at most 1",
                remedy="lower the baseline or the uplift",
            )
        if self.improve + self.harm > MOST:
            raise ReportError(
                "no idea would be left that does nothing",
                got=f"{self.improve:g} help and {self.harm:g} harm",
                expected=f"at most {MOST:g} in sum",
                remedy="lower one of the two shares",
            )
        if min(self.arms) < 2:
            raise ReportError(
                "too few users",
                got=" + ".join(map(str, self.arms)),
                expected="at least two users in each arm",
                remedy="raise the traffic, the duration or the allocation",
            )

    @property
    def treated_rate(self) -> float:
        """Conversion of the treatment if the uplift is as expected."""
        return self.baseline * (1 + self.uplift)

    @property
    def daily(self) -> float:
        """Users of the experiment a day."""
        return self.traffic * self.in_experiment * self.segment_share

    @property
    def arms(self) -> tuple[int, int]:
        """Users of control and treatment at the end."""
        return self.arms_by(self.days)

    @property
    def units(self) -> int:
        """Users of both arms at the end."""
        return sum(self.arms)

    def arms_by(self, day: int) -> tuple[int, int]:
        """Users of control and treatment after so many days."""
        control, treatment = split(math.floor(self.daily * day + 0.5), (1 - self.allocation, self.allocation))
        return control, treatment


@dataclass(frozen=True)
class MeasuredRevenue:
    """The change of revenue per exposed user that an experiment measured, in cents, with its interval and standard error."""

    change: float
    low: float
    high: float
    error: float


def _check(asked: Input, value: Any) -> None:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not asked.low <= number <= asked.high or (asked.whole and number != int(number)):
        raise ReportError(
            f"{inside(asked.label)} cannot be used",
            got=value,
            expected=f"{'a whole number' if asked.whole else 'a number'} from {asked.low:g} to {asked.high:g}",
        )


assert [f.name for f in fields(WhatIfPlan)] == [asked.name for asked in INPUTS]
