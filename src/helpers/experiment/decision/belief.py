r"""What is believed of an effect once the experiment is seen: one prior, one posterior, one risk.

Most ideas change nothing worth seeing, some help, some harm. The prior says so: a share ``improve`` of ideas moves the
metric up, a share ``harm`` down, by a size that is exponential with mean ``size``; all others have no effect at all. The
estimate is taken as normal around the effect. Then every quantity has a closed form. With
:math:`b` the estimate, :math:`\varsigma` its standard error and :math:`s` the size, the weights of the three parts are
proportional to

.. math:: \frac{a}{s}\,e^{\varsigma^2/2s^2-b/s}\,\Phi\!\left(\frac{b}{\varsigma}-\frac{\varsigma}{s}\right),\qquad
          \frac{1-a-h}{\varsigma}\,\varphi\!\left(\frac{b}{\varsigma}\right),\qquad
          \frac{h}{s}\,e^{\varsigma^2/2s^2+b/s}\,\Phi\!\left(-\frac{b}{\varsigma}-\frac{\varsigma}{s}\right),

and an effect that is not zero is normal around :math:`b\mp\varsigma^2/s`, cut at zero: the estimate shrinks by a fixed
amount, so that a large effect that is well measured stays what it is, and one that was picked because it was significant
is no longer too large on average.

Reference: Johnstone and Silverman (2004), Annals of Statistics 32 (an atom at zero and exponential tails); Kohavi, Deng
and Vermeer (2022), KDD (what a significant result is worth, the winner's curse); van Zwet, Schwab and Senn (2021),
Statistics in Medicine 40 (shrinkage from what experiments of a kind show).
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.config import Prior
from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.summaries.summary import Summary, standard_error
from helpers.stats.validation import FloatArray

_ROOT = math.log(2 * math.pi) / 2


@dataclass(frozen=True)
class Belief:
    """Belief about an effect in the unit of its estimate; above zero is better.

    Attributes:
        estimate: what the experiment shows, or what it and a later look show together.
        standard_error: of the estimate, above zero.
        improve, harm: shares of ideas that move the metric up and down before any data, each above 0, below 1 in sum.
        size: mean absolute effect of those, in the unit of the estimate.

    Raises ReportError for what is no belief.

    Example:
        >>> belief = Belief(0.02, 0.005, improve=0.2, harm=0.2, size=0.05)
        >>> round(belief.risk, 4), round(belief.mean, 4)
        (0.006, 0.0194)
    """

    estimate: float
    standard_error: float
    improve: float
    harm: float
    size: float

    def __post_init__(self) -> None:
        sound = (
            math.isfinite(self.estimate)
            and 0 < self.standard_error < math.inf
            and 0 < self.size < math.inf
            and min(self.improve, self.harm) > 0
            and self.improve + self.harm < 1
        )
        if not sound:
            raise ReportError(
                "no belief can be stated about the effect",
                got=f"an estimate of {self.estimate:g} with standard error {self.standard_error:g}, and a prior of {self.improve:g} better, {self.harm:g} worse, size {self.size:g}",
                expected="a finite estimate, a standard error and a size above 0, and shares that leave room for no effect",
            )

    def after(self, seen: float, noise: float) -> "Belief":
        """The belief once another estimate of the same effect, with standard error ``noise``, is seen as well."""
        mine, other = self.standard_error**-2, noise**-2
        estimate = (mine * self.estimate + other * seen) / (mine + other)
        return Belief(estimate, (mine + other) ** -0.5, self.improve, self.harm, self.size)

    @property
    def chance_of_improvement(self) -> float:
        """P(effect > 0)."""
        return math.exp(self._log_weights[0])

    @property
    def chance_of_harm(self) -> float:
        """P(effect < 0)."""
        return math.exp(self._log_weights[2])

    @property
    def risk(self) -> float:
        """P(effect <= 0): the chance that there is no improvement."""
        return math.exp(self._log_weights[1]) + self.chance_of_harm

    @property
    def chance_of_nothing(self) -> float:
        """P(effect = 0)."""
        return math.exp(self._log_weights[1])

    def density(self, effects: FloatArray) -> FloatArray:
        """Density of the belief at effects that are not zero; what is missing to one lies at zero."""
        sides = [(weight, centre, sign) for (weight, centre), sign in ((self._good, 1.0), (self._bad, -1.0))]
        above, below = (
            np.exp(
                weight - special.log_ndtr(centre / self.standard_error) - _ROOT
                - ((sign * effects - centre) / self.standard_error) ** 2 / 2
            ) / self.standard_error
            for weight, centre, sign in sides
        )  # fmt: skip
        return np.asarray(np.where(effects > 0, above, below))

    @property
    def mean(self) -> float:
        """The expected effect, which is the estimate as shrunk."""
        return float(expected(self.estimate, self.standard_error, self.improve, self.harm, self.size))

    def expected_above(self, level: float) -> float:
        """E[max(effect - level, 0)]: what lies above a level on average; above the cost it is the loss of waiting."""
        if level < 0:
            return self.mean - level + self.expected_below(level)
        return self._beyond(level, self._good)

    def expected_below(self, level: float) -> float:
        """E[max(level - effect, 0)]: what lies below a level on average; below the cost it is the loss of shipping."""
        if level > 0:
            return level - self.mean + self.expected_above(level)
        return self._beyond(-level, self._bad)

    def chance_above(self, level: float) -> float:
        """P(effect > level)."""
        if level >= 0:
            return self._tail(level, self._good)
        return 1 - self._tail(-level, self._bad)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Equal-tailed credible interval; an end at zero where the tail holds less than no effect does."""
        tail = (1 - confidence) / 2
        return self._exceeded(1 - tail), self._exceeded(tail)

    @cached_property
    def _good(self) -> tuple[float, float]:
        """Log weight of improvements, and the centre of the normal that is cut at zero."""
        return self._log_weights[0], self.estimate - self.standard_error**2 / self.size

    @cached_property
    def _bad(self) -> tuple[float, float]:
        """The same of harms, as if down were up."""
        return self._log_weights[2], -self.estimate - self.standard_error**2 / self.size

    @cached_property
    def _log_weights(self) -> tuple[float, float, float]:
        """Of better, none and worse; their exponentials sum to 1."""
        found = log_weights(self.estimate, self.standard_error, self.improve, self.harm, self.size)
        better, nothing, worse = map(float, found)
        return better, nothing, worse

    def _tail(self, level: float, part: tuple[float, float]) -> float:
        weight, centre = part
        se = self.standard_error
        log = special.log_ndtr((centre - level) / se) - special.log_ndtr(centre / se)
        return math.exp(min(weight + float(log), 0.0))

    def _beyond(self, level: float, part: tuple[float, float]) -> float:
        """E[(X - level)+] over the normal cut at zero, times its weight, for levels of 0 and more."""
        _, centre = part
        return self._tail(level, part) * float(_cut(centre - level, self.standard_error))

    def _exceeded(self, chance: float) -> float:
        """The level that the effect is above with this chance; zero where the belief in no effect lies across it."""
        if chance < self.chance_of_improvement:
            return self._reached(chance, self._good)
        if 1 - chance < self.chance_of_harm:
            return -self._reached(1 - chance, self._bad)
        return 0.0

    def _reached(self, tail: float, part: tuple[float, float]) -> float:
        """The level that so much of the belief lies beyond, on the side of ``part``."""
        weight, centre = part
        log = math.log(tail) - weight + float(special.log_ndtr(centre / self.standard_error))
        return max(centre - self.standard_error * float(special.ndtri_exp(log)), 0.0)


def believed(control: Summary, treatment: Summary, prior: Prior, *, higher_is_better: bool = True) -> Belief:
    """The belief about the absolute effect of two arms, in the metric's unit and in its good direction.

    The sizes of the prior are fractions of the control's estimate, which must not be zero; the arms must vary.
    """
    effect = treatment.estimate - control.estimate
    error = math.hypot(standard_error(control), standard_error(treatment))
    size = prior.size * abs(control.estimate)
    return Belief(effect if higher_is_better else -effect, error, prior.improve, prior.harm, size)


def log_weights(
    estimate: ArrayLike, error: ArrayLike, improve: float, harm: float, size: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logs of the chances that an effect is better, none and worse, for estimates side by side; see :class:`Belief`."""
    z, ratio = np.divide(estimate, error), np.divide(error, size)
    better = np.log(improve) - np.log(size) + _tilted(z, ratio)
    none = math.log(1 - improve - harm) - np.log(error) - z * z / 2 - _ROOT
    worse = np.log(harm) - np.log(size) + _tilted(-z, ratio)
    total = np.logaddexp(np.logaddexp(better, none), worse)
    return better - total, none - total, worse - total


def expected(estimate: ArrayLike, error: ArrayLike, improve: float, harm: float, size: ArrayLike) -> FloatArray:
    """Expected effects, which are the estimates as shrunk, side by side; see :class:`Belief`."""
    estimate, error = np.asarray(estimate, dtype=float), np.asarray(error, dtype=float)
    better, _, worse = log_weights(estimate, error, improve, harm, size)
    shift = np.square(error) / size
    return np.asarray(np.exp(better) * _cut(estimate - shift, error) - np.exp(worse) * _cut(-estimate - shift, error))


def _cut(centre: FloatArray | float, error: FloatArray | float) -> FloatArray:
    """Mean of a normal that is cut off below zero."""
    z = np.divide(centre, error)
    hazard = np.where(
        z > 0,
        np.exp(-np.square(np.maximum(z, 0)) / 2 - _ROOT - special.log_ndtr(np.maximum(z, 0))),
        math.sqrt(2 / math.pi) / special.erfcx(-np.minimum(z, 0) / math.sqrt(2)),
    )
    return np.asarray(error * np.maximum(z + hazard, 0.0))


def _tilted(z: FloatArray, ratio: FloatArray) -> FloatArray:
    r""":math:`\log\bigl(e^{r^2/2-rz}\,\Phi(z-r)\bigr)`, which neither overflows nor cancels."""
    x = z - ratio
    above = ratio * ratio / 2 - ratio * z + special.log_ndtr(x)
    below = np.log(special.erfcx(-np.minimum(x, 0) / math.sqrt(2)) / 2) - z * z / 2
    return np.asarray(np.where(x > 0, above, below))
