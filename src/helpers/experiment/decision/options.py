r"""Extend the test, stage the rollout, launch to everyone or keep what there is: what each is worth and what it risks.

Every option is the same bet with other numbers. For :math:`w` weeks a share :math:`s` of the units has the change;
what they show, :math:`x \sim N(\theta, v^2)`, decides whether everyone has it for the rest of the horizon. All that is
expected is one integral over the belief about the effect, which has an atom at zero. Money in cents.

Reference: Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, chapter 5 (preposterior analysis).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy import special

from helpers import defaults
from helpers.errors import ReportError
from helpers.experiment.decision.belief import Belief
from helpers.stats.roots import decreasing_root
from helpers.stats.validation import FloatArray

REACH = 12.0
"""Standard errors on either side of the estimate over which belief is integrated."""
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

    belief: Belief
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

    With :math:`V` cents a week for an effect of one, horizon :math:`H`, cutoff :math:`c` and
    :math:`k(\theta) = P(x > c \mid \theta) = \Phi((\theta - c)/v)`:

    .. math:: V\,E\bigl[\theta\,(s w + (H-w)\,k(\theta))\bigr] - \text{costs},

    each expectation by Gauss-Legendre quadrature in panels. Assumes a constant effect and traffic, and a normal look.

    Raises ReportError when the look comes after the horizon.

    Example:
        >>> outlook = OptionOutlook(Belief(1.0, 1.0, 0.3, 0.2, 2.0), unit_sd=10, units_per_week=100, value_per_unit=1, horizon_weeks=10)
        >>> found = appraise(Option("half", 0.5, 4), outlook)
        >>> found.expected_value > appraise(KEEP, outlook).expected_value
        True
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

    def kept(effect: FloatArray) -> FloatArray:
        return np.asarray(special.ndtr((effect - cutoff) / noise))

    def exposed(effect: FloatArray) -> FloatArray:
        return effect * (option.share * option.weeks + rest * kept(effect))

    over = _Belief(belief, cutoff, noise)
    keeping = over.expected(kept)
    return Appraisal(
        option,
        a_week * over.expected(exposed) - sooner - later * keeping,
        belief.chance_of_harm if everyone else over.expected(kept, only_harm=True),
        -a_week * over.expected(exposed, only_harm=True),
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
        >>> outlook = OptionOutlook(Belief(1.0, 0.1, 0.2, 0.2, 1.0), unit_sd=10, units_per_week=100, value_per_unit=1, horizon_weeks=10)
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


def _cutoff(belief: Belief, noise: float, pays: float) -> float:
    """The observation at which the mean of the belief after the look is ``pays``; the mean rises with what is seen."""

    def short(seen: float) -> float:
        return (pays - belief.after(seen, noise).mean) / belief.standard_error

    reach = math.hypot(belief.standard_error, noise) + abs(belief.estimate) + abs(pays) + belief.size
    while short(belief.estimate - reach) < 0 or short(belief.estimate + reach) > 0:
        reach *= 2
    return decreasing_root(short, belief.estimate - reach, belief.estimate + reach)


def _rollback(option: Option, noise: float) -> float:
    below = option.rollback_below
    return float(special.ndtri(defaults.ALPHA)) * noise if below is None else below


@cache
def _quadrature() -> tuple[FloatArray, FloatArray]:
    return np.polynomial.legendre.leggauss(NODES)


@dataclass(frozen=True)
class _Belief:
    """Expectations over a belief, in panels that part at zero, around the estimate and around a cutoff."""

    belief: Belief
    cutoff: float
    noise: float

    def expected(self, function: Callable[[FloatArray], FloatArray], *, only_harm: bool = False) -> float:
        """E[function(effect)], or the part of it that effects below zero bring."""
        belief = self.belief
        se = belief.standard_error
        shift = se**2 / belief.size
        centres = (belief.estimate - shift, belief.estimate, belief.estimate + shift)
        lowest, highest = min(-REACH * se, centres[0] - REACH * se), max(REACH * se, centres[-1] + REACH * se)
        inner = [0.0] + [self.cutoff + k * self.noise for k in (-8, -2, 0, 2, 8)]
        inner += [centre + k * se for centre in centres for k in (-4, 0, 4)]
        highest = 0.0 if only_harm else highest
        edges = [lowest, *sorted(e for e in set(inner) if lowest < e < highest), highest]
        nodes, weights = _quadrature()
        total = 0.0
        for low, high in pairwise(edges):
            at, half = (low + high) / 2 + (high - low) / 2 * nodes, (high - low) / 2
            total += half * float(weights @ (belief.density(at) * function(at)))
        nothing = 0.0 if only_harm else belief.chance_of_nothing * float(function(np.zeros(1))[0])
        return total + nothing
