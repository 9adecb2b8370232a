r"""Extend the test, stage the rollout, launch to everyone or keep what there is: what each is worth and what it risks.

Every option is the same bet with other numbers. For :math:`w` weeks a share :math:`s` of the units has the change;
what they show, :math:`x \sim N(\theta, v^2)`, decides whether everyone has it for the rest of the horizon. Belief about
the effect is normal, :math:`\theta \sim N(m, \sigma^2)`, so that before the look :math:`x \sim N(m, \sigma^2 + v^2)`
(the posterior predictive) and all that is expected has a closed form or is one integral. Money in cents.

Reference: Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, chapter 5 (preposterior analysis).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from helpers import defaults
from helpers.errors import ReportError
from helpers.stats.bayes.posterior import Posterior

REACH = 12.0
"""Standard deviations on either side of the mean over which belief is integrated."""
NODES = 64
"""Gauss-Legendre nodes a panel."""


@dataclass(frozen=True)
class OptionOutlook:
    """What is believed and what is at stake.

    Attributes:
        belief: posterior of the effect per unit, higher is better, in the metric's unit.
        unit_sd: standard deviation of the metric between units, which sets what more units would tell.
        units_per_week: units that would meet the change each week if everyone had it.
        value_per_unit: cents that an effect of one is worth on one unit.
        horizon_weeks: weeks over which value is counted, from today.
        launch_cost: cents, once, when the change goes to everyone.
        run_cost: cents a week while everyone has it.
        test_cost: cents a week while two versions stand side by side.
        drift: standard deviation of the metric between two periods without any change; only a launch to everyone,
            which leaves no control group, is judged by periods.

    Raises ReportError for sizes that are not positive and costs below zero.
    """

    belief: Posterior
    unit_sd: float
    units_per_week: float
    value_per_unit: float
    horizon_weeks: float
    launch_cost: float = 0.0
    run_cost: float = 0.0
    test_cost: float = 0.0
    drift: float = 0.0

    def __post_init__(self) -> None:
        for name in ("unit_sd", "units_per_week", "value_per_unit", "horizon_weeks"):
            if not 0 < getattr(self, name) < math.inf:
                raise ReportError(f"no options: {name} is out of range", got=getattr(self, name), expected="above 0")
        for name in ("launch_cost", "run_cost", "test_cost", "drift"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ReportError(f"no options: {name} is out of range", got=getattr(self, name), expected="0 or more")

    @classmethod
    def of(
        cls,
        estimate: float,
        standard_error: float,
        arms: tuple[int, int],
        *,
        units_per_week: float,
        value_per_unit: float,
        horizon_weeks: float,
        prior: Posterior | None = None,
        launch_cost: float = 0.0,
        run_cost: float = 0.0,
        test_cost: float = 0.0,
        drift: float = 0.0,
    ) -> Self:
        """From an effect, its standard error and the units behind it (control, treatment); the prior is flat when None.

        Both arms are taken to vary alike: unit_sd = standard error / sqrt(1 / n_control + 1 / n_treatment).

        Example:
            >>> outlook = OptionOutlook.of(0.00356, 0.002964, (50_000, 50_000), units_per_week=184_000, value_per_unit=4750,
            ...                      horizon_weeks=52)
            >>> round(outlook.unit_sd, 3), round(outlook.belief.chance_to_beat, 3)
            (0.469, 0.885)
        """
        unit_sd = standard_error / math.sqrt(1 / arms[0] + 1 / arms[1]) if min(arms) > 0 else math.nan
        belief = Posterior.from_estimate(estimate, standard_error, prior)
        return cls(
            belief, unit_sd, units_per_week, value_per_unit, horizon_weeks, launch_cost, run_cost, test_cost, drift
        )


@dataclass(frozen=True)
class Option:
    """Expose ``share`` of the units for ``weeks``, look, then everyone or nobody.

    With a share below one the look compares with the units left out, and the change ships when the posterior mean then
    pays what is still to pay. With a share of one it compares with as many weeks before, and the change is rolled
    back when the difference falls below ``rollback_below`` (metric's unit; None: significantly below zero, one-sided).
    A share of zero is to keep the control.
    """

    name: str
    share: float
    weeks: float
    rollback_below: float | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.share <= 1 and 0 <= self.weeks < math.inf and (self.share == 0) == (self.weeks == 0)):
            raise ReportError(
                f"the option {self.name!r} cannot be weighed",
                got=f"a share of {self.share:g} for {self.weeks:g} weeks",
                expected="a share up to 1 for a positive number of weeks, or 0 for 0 weeks",
            )


KEEP = Option("Keep the control", 0.0, 0.0)
EXTEND = Option("Extend the test", 0.5, defaults.EXTEND_WEEKS)
STAGED = Option("Staged rollout", defaults.STAGED_SHARE, defaults.STAGED_WEEKS)
LAUNCH = Option("Full launch", 1.0, defaults.MONITORING_WEEKS)
OPTIONS = (EXTEND, STAGED, LAUNCH, KEEP)


@dataclass(frozen=True)
class Appraisal:
    """An option before it is taken.

    Attributes:
        expected_value: cents over the horizon, against keeping the control.
        chance_of_harm: probability that everyone gets a change whose true effect is below zero, for however long.
        expected_harm: cents lost on average to a true effect below zero while it is exposed.
        cost_of_waiting: cents forgone in expectation by the units without the change until the look; below zero where
            the wait protects them.
        chance_of_keeping: probability that everyone has the change after the look.
        noise: standard error of what the look will show; infinite without one.
        keep_above: the change stays when the look shows more than this.
    """

    option: Option
    expected_value: float
    chance_of_harm: float
    expected_harm: float
    cost_of_waiting: float
    chance_of_keeping: float
    noise: float
    keep_above: float


@dataclass(frozen=True)
class WeighedOptions:
    """All options, and the best of those whose chance of harm is within ``max_chance_of_harm``."""

    outlook: OptionOutlook
    appraisals: tuple[Appraisal, ...]
    recommended: Appraisal
    max_chance_of_harm: float

    def of(self, option: Option) -> Appraisal:
        """The appraisal of an option by its name."""
        return next(a for a in self.appraisals if a.option.name == option.name)


def appraise(option: Option, outlook: OptionOutlook) -> Appraisal:
    r"""What an option is worth in expectation and what it risks.

    With :math:`V` cents a week for an effect of one, horizon :math:`H`, cutoff :math:`c`,
    :math:`\tau^2 = \sigma^2 + v^2` and :math:`d = (m - c)/\tau`:

    .. math:: V\bigl(s w m + (H-w)\,E[\theta; x > c]\bigr) - \text{costs},\qquad
              E[\theta; x > c] = m\,\Phi(d) + \frac{\sigma^2}{\tau}\varphi(d).

    Harm integrates over :math:`\theta < 0` by Gauss-Legendre quadrature with
    :math:`P(x > c \mid \theta) = \Phi((\theta - c)/v)`. Assumes a constant effect and traffic, and a normal look.

    Raises ReportError when the look comes after the horizon.

    Example:
        >>> outlook = OptionOutlook(Posterior(1.0, 1.0), unit_sd=10, units_per_week=100, value_per_unit=1, horizon_weeks=10)
        >>> found = appraise(Option("half", 0.5, 4), outlook)
        >>> round(found.cost_of_waiting), found.expected_value > appraise(KEEP, outlook).expected_value
        (200, True)
    """
    if option.share == 0:
        return Appraisal(option, 0.0, 0.0, 0.0, 0.0, 0.0, math.inf, math.inf)
    rest = outlook.horizon_weeks - option.weeks
    if rest <= 0:
        raise ReportError(
            f"{option.name} cannot be weighed: its look comes after the horizon",
            got=f"{option.weeks:g} weeks",
            expected=f"fewer than the {outlook.horizon_weeks:g} weeks of the horizon",
        )
    belief, everyone = outlook.belief, option.share == 1
    noise = _noise(option, outlook)
    a_week = outlook.units_per_week * outlook.value_per_unit
    sooner = outlook.launch_cost + outlook.run_cost * option.weeks if everyone else outlook.test_cost * option.weeks
    later = outlook.run_cost * rest + (0 if everyone else outlook.launch_cost)
    cutoff = _rollback(option, noise) if everyone else _cutoff(belief, noise, later / (a_week * rest))
    spread = math.hypot(belief.sd, noise)
    d = (belief.mean - cutoff) / spread
    keeping = _cdf(d)
    kept = belief.mean * keeping + belief.sd**2 / spread * math.exp(-d * d / 2) / math.sqrt(2 * math.pi)
    reaches_all = (lambda effect: 1.0) if everyone else (lambda effect: _cdf((effect - cutoff) / noise))
    return Appraisal(
        option,
        a_week * (option.share * option.weeks * belief.mean + rest * kept) - sooner - later * keeping,
        _below_zero(reaches_all, belief, cutoff, noise),
        a_week
        * _below_zero(
            lambda effect: -effect * (option.share * option.weeks + rest * _cdf((effect - cutoff) / noise)),
            belief,
            cutoff,
            noise,
        ),
        a_week * (1 - option.share) * option.weeks * belief.mean,
        keeping,
        noise,
        cutoff,
    )


def weigh(
    outlook: OptionOutlook,
    options: tuple[Option, ...] = OPTIONS,
    *,
    max_chance_of_harm: float = defaults.MAX_CHANCE_OF_HARM,
) -> WeighedOptions:
    """Appraise every option and recommend the one of highest expected value within the bound on harm.

    Raises ReportError when every option passes the bound; :data:`KEEP` never does.

    Example:
        >>> outlook = OptionOutlook(Posterior(1.0, 0.1), unit_sd=10, units_per_week=100, value_per_unit=1, horizon_weeks=10)
        >>> weigh(outlook).recommended.option.name
        'Full launch'
    """
    found = tuple(appraise(option, outlook) for option in options)
    admitted = [a for a in found if a.chance_of_harm <= max_chance_of_harm]
    if not admitted:
        raise ReportError(
            "no option may be recommended",
            got=", ".join(f"{a.option.name}: chance of harm {a.chance_of_harm:.3g}" for a in found) or "no options",
            expected=f"a chance of harm of at most {max_chance_of_harm:g}",
            remedy="weigh options.KEEP too: it harms nobody",
        )
    return WeighedOptions(outlook, found, max(admitted, key=lambda a: a.expected_value), max_chance_of_harm)


def _noise(option: Option, outlook: OptionOutlook) -> float:
    """Standard error of the look: between arms, or between this period and one as long before it."""
    units = outlook.units_per_week * option.weeks
    if option.share == 1:
        return math.hypot(outlook.unit_sd * math.sqrt(2 / units), outlook.drift)
    return outlook.unit_sd / math.sqrt(units * option.share * (1 - option.share))


def _cutoff(belief: Posterior, noise: float, pays: float) -> float:
    """The observation at which the posterior mean is ``pays``."""
    weight = belief.sd**2 / (belief.sd**2 + noise**2)
    return (pays - (1 - weight) * belief.mean) / weight


def _rollback(option: Option, noise: float) -> float:
    from scipy import special

    below = option.rollback_below
    return float(special.ndtri(defaults.ALPHA)) * noise if below is None else below


def _cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _below_zero(weight: Callable[[float], float], belief: Posterior, cutoff: float, noise: float) -> float:
    """Integral of ``weight`` times the density of belief over effects below zero, in panels that part at the cutoff."""
    import numpy as np

    lowest, highest = belief.mean - REACH * belief.sd, min(0.0, belief.mean + REACH * belief.sd)
    if lowest >= highest:
        return 0.0
    inner = [cutoff + k * noise for k in (-8, -2, 0, 2, 8)] + [belief.mean + k * belief.sd for k in (-4, 0, 4)]
    edges = [lowest, *sorted(e for e in inner if lowest < e < highest), highest]
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total = 0.0
    for low, high in pairwise(edges):
        at, half = (low + high) / 2 + (high - low) / 2 * nodes, (high - low) / 2
        density = np.exp(-(((at - belief.mean) / belief.sd) ** 2) / 2) / (belief.sd * math.sqrt(2 * math.pi))
        total += half * float(weights @ (density * np.array([weight(float(x)) for x in at])))
    return total
