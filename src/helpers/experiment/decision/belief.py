r"""What is believed of an effect once the experiment is seen: one prior, one posterior, one risk.

Most ideas change nothing worth seeing, some help, some harm. The prior says so: a share ``improve`` of ideas moves the
metric up, a share ``harm`` down, all others have no effect at all. Sizes are a mixture of exponentials (:data:`TAILS`):
four in five have the mean ``size``, the rest are far larger, for the effects of experiments have fat tails. The estimate
is taken as normal around the effect. Then every quantity has a closed form. With :math:`b` the estimate,
:math:`\varsigma` its standard error and :math:`s_k, w_k` the mean and share of a part, the weights of what is better,
nothing and worse are proportional to

.. math:: \sum_k \frac{a w_k}{s_k}\,e^{\varsigma^2/2s_k^2-b/s_k}\,\Phi\!\left(\frac{b}{\varsigma}-\frac{\varsigma}{s_k}\right),\qquad
          \frac{1-a-h}{\varsigma}\,\varphi\!\left(\frac{b}{\varsigma}\right),\qquad
          \sum_k \frac{h w_k}{s_k}\,e^{\varsigma^2/2s_k^2+b/s_k}\,\Phi\!\left(-\frac{b}{\varsigma}-\frac{\varsigma}{s_k}\right),

and in each part an effect that is not zero is normal around :math:`b\mp\varsigma^2/s_k`, cut at zero: a large effect that
is well measured stays what it is, and one that was picked because it was significant is no longer too large on average.

Reference: Johnstone and Silverman (2004), Annals of Statistics 32 (an atom at zero and exponential tails); Azevedo, Deng,
Montiel Olea, Rao and Weyl (2020), Journal of Political Economy 128 (fat tails); Kohavi, Deng and Vermeer (2022), KDD (what
a significant result is worth, the winner's curse); van Zwet, Schwab and Senn (2021), Statistics in Medicine 40 (shrinkage
from what experiments of a kind show).
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.config import Prior
from helpers.defaults import ALPHA, CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.comparisons.linear import satterthwaite
from helpers.stats.inference import critical
from helpers.stats.roots import decreasing_root
from helpers.stats.summaries.summary import Summary, WholeClusters, standard_error
from helpers.stats.validation import FloatArray

if TYPE_CHECKING:
    from helpers.experiment.results import MetricEffect

TAILS = ((0.80, 1.0), (0.15, 5.0), (0.05, 25.0))
"""Parts of the effects that are not zero: their share, and how many times the typical size their mean is."""
_SHARES, _TIMES = (np.array(column) for column in zip(*TAILS, strict=True))
_ROOT = math.log(2 * math.pi) / 2
_FAR = 100.0
"""Standard errors below zero from which on the mean of what is left of a normal is a series."""
CLOSE = 1e-3
"""Share to which a number of units is told that rests on the effect staying as it is."""
_STEPS = np.linspace(0.0, 1.0, 65)
_SIMPSON = np.array([1.0, *[4.0, 2.0] * 31, 4.0, 1.0]) / 192
"""Simpson's rule on these steps."""


@dataclass(frozen=True)
class Belief:
    """Belief about an effect in the unit of its estimate; above zero is better.

    Attributes:
        estimate: what the experiment shows, or what it and a later look show together.
        standard_error: of the estimate, above zero.
        improve, harm: shares of ideas that move the metric up and down before any data, each above 0, below 1 in sum.
        size: typical absolute effect of those, in the unit of the estimate.

    Raises ReportError for what is no belief.

    Example:
        >>> belief = Belief(0.02, 0.005, improve=0.2, harm=0.2, size=0.05)
        >>> round(belief.risk, 4), round(belief.mean, 4)
        (0.0071, 0.0194)
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

    def under(self, prior: Prior, instead_of: Prior) -> "Belief":
        """The belief that the same estimate leaves to somebody with another prior."""
        size = self.size / instead_of.size * prior.size
        return Belief(self.estimate, self.standard_error, prior.improve, prior.harm, size)

    def times_to_settle(self, risk: float, most: float) -> float | None:
        """About how many times the units bring the risk below a level if the estimate stays as it is; None beyond ``most``."""

        def short(times: float) -> bool:
            return replace(self, standard_error=self.standard_error / math.sqrt(times)).risk >= risk

        low, high = 1.0, float(most)
        if short(high):
            return None
        while high - low > CLOSE * low:
            middle = (low + high) / 2
            low, high = (middle, high) if short(middle) else (low, middle)
        return high

    @property
    def chance_of_improvement(self) -> float:
        """P(effect > 0)."""
        return min(float(np.exp(self._logs[0]).sum()), 1.0)

    @property
    def chance_of_harm(self) -> float:
        """P(effect < 0)."""
        return min(float(np.exp(self._logs[2]).sum()), 1.0)

    @property
    def chance_of_nothing(self) -> float:
        """P(effect = 0)."""
        return float(np.exp(self._logs[1]))

    @property
    def risk(self) -> float:
        """P(effect <= 0): the chance that there is no improvement."""
        return min(self.chance_of_nothing + self.chance_of_harm, 1.0)

    @property
    def mean(self) -> float:
        """The expected effect, which is the estimate as shrunk."""
        return float(expected(self.estimate, self.standard_error, self.improve, self.harm, self.size))

    def density(self, effects: FloatArray) -> FloatArray:
        """Density of the belief at effects that are not zero; what is missing to one lies at zero."""
        se, at = self.standard_error, np.asarray(effects, dtype=float)
        found = np.zeros(at.shape)
        for side, weights, centres, sign in (
            (at > 0, self._logs[0], self._good, 1.0),
            (at <= 0, self._logs[2], self._bad, -1.0),
        ):
            z = (sign * at[side][..., None] - centres) / se
            found[side] = np.exp(weights - special.log_ndtr(centres / se) - _ROOT - z * z / 2).sum(axis=-1) / se
        return found

    def expected_above(self, level: float) -> float:
        """E[max(effect - level, 0)]: what lies above a level on average; above the cost it is the loss of waiting."""
        if level < 0:
            above = -level * (self.chance_of_nothing + self.chance_of_improvement) + self._beyond(
                0.0, self._logs[0], self._good
            )
            return above + self._short(-level, self._logs[2], self._bad)
        return self._beyond(level, self._logs[0], self._good)

    def expected_below(self, level: float) -> float:
        """E[max(level - effect, 0)]: what lies below a level on average; below the cost it is the loss of shipping."""
        if level > 0:
            short = level * self.risk + self._beyond(0.0, self._logs[2], self._bad)
            return short + self._short(level, self._logs[0], self._good)
        return self._beyond(-level, self._logs[2], self._bad)

    def chance_above(self, level: float) -> float:
        """P(effect > level)."""
        if level >= 0:
            return float(self._tails(level, self._logs[0], self._good).sum())
        return 1 - float(self._tails(-level, self._logs[2], self._bad).sum())

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Equal-tailed credible interval; an end at zero where the tail holds less than no effect does."""
        tail = (1 - confidence) / 2
        return self._exceeded(1 - tail), self._exceeded(tail)

    @cached_property
    def _logs(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Log chances of the parts that are better, of no effect, and of those that are worse."""
        return _parts(self.estimate, self.standard_error, self.improve, self.harm, self.size)

    @cached_property
    def _good(self) -> FloatArray:
        """Centres of the normals of the better parts, which are cut at zero."""
        return np.asarray(self.estimate - self.standard_error**2 / (self.size * _TIMES))

    @cached_property
    def _bad(self) -> FloatArray:
        """The same of the worse ones, as if down were up."""
        return np.asarray(-self.estimate - self.standard_error**2 / (self.size * _TIMES))

    def _tails(self, level: float, weights: FloatArray, centres: FloatArray) -> FloatArray:
        """Chances of the parts of one side beyond a level of 0 or more."""
        return np.asarray(np.exp(np.minimum(weights + _log_tail(level, centres, self.standard_error), 0.0)))

    def _beyond(self, level: float, weights: FloatArray, centres: FloatArray) -> float:
        """E[max(X - level, 0)] over the parts of one side, for levels of 0 and more."""
        return float((self._tails(level, weights, centres) * _cut(centres - level, self.standard_error)).sum())

    def _short(self, level: float, weights: FloatArray, centres: FloatArray) -> float:
        """E[max(level - X, 0)] over the parts of one side, for levels above 0.

        A part whose normal has its centre below zero is nearly an exponential, and large numbers would hide what is left of
        them: below its mean it is the integral of P(X <= t) up to the level, above it the level less the mean, and what
        lies beyond. Of the others tails are taken where they are small.
        """
        se = self.standard_error
        low = np.where(centres < 0, centres, -se)
        mean, beyond = _cut(low, se), np.exp(_log_tail(level, low, se)) * _cut(low - level, se)
        below = -np.expm1(_log_tail((level * _STEPS)[:, None], low, se))
        integral = level * (_SIMPSON[:, None] * below).sum(axis=0)
        steep = np.exp(weights) * np.where(level < mean, integral, level - mean + beyond)
        return float(np.where(centres < 0, steep, self._short_of_normals(level, weights, centres)).sum())

    def _short_of_normals(self, level: float, weights: FloatArray, centres: FloatArray) -> FloatArray:
        se = self.standard_error
        u, v = (level - centres) / se, -centres / se
        whole = weights - special.log_ndtr(centres / se)
        near, far = (np.where(v > 0, -each, each) for each in (u, v))
        inside = np.where(v > 0, -1.0, 1.0) * (
            np.exp(whole + special.log_ndtr(near)) - np.exp(whole + special.log_ndtr(far))
        )
        edge = np.exp(whole - u * u / 2 - _ROOT) - np.exp(whole - v * v / 2 - _ROOT)
        return np.asarray(np.maximum((level - centres) * inside + se * edge, 0.0))

    def _exceeded(self, chance: float) -> float:
        """The level that the effect is above with this chance; zero where the belief in no effect lies across it."""
        if chance < self.chance_of_improvement:
            return self._reached(chance, self._logs[0], self._good)
        if 1 - chance < self.chance_of_harm:
            return -self._reached(1 - chance, self._logs[2], self._bad)
        return 0.0

    def _reached(self, tail: float, weights: FloatArray, centres: FloatArray) -> float:
        """The level that so much of the belief lies beyond, on one side."""

        def excess(level: float) -> float:
            return float(self._tails(level, weights, centres).sum()) - tail

        high = self.standard_error + float(np.abs(centres).max())
        while excess(high) > 0:
            high *= 2
        return decreasing_root(excess, 0.0, high)


def believed(control: Summary, treatment: Summary, prior: Prior, *, higher_is_better: bool = True) -> Belief:
    """The belief about the absolute effect of two arms, in the metric's unit and in its good direction.

    The sizes of the prior are fractions of the control's estimate, which must not be zero; the arms must vary.
    """
    effect = treatment.estimate - control.estimate
    error = _normal_error(control, treatment)
    size = prior.size * abs(control.estimate)
    return Belief(effect if higher_is_better else -effect, error, prior.improve, prior.harm, size)


def _normal_error(control: Summary, treatment: Summary) -> float:
    """Standard error of the difference; of clusters, that of the normal with the same interval as the t of so few."""
    errors = standard_error(control), standard_error(treatment)
    if not (isinstance(control, WholeClusters) and isinstance(treatment, WholeClusters)):
        return math.hypot(*errors)
    df = float(satterthwaite(errors[0] ** 2, control.df, errors[1] ** 2, treatment.df))
    return math.hypot(*errors) * float(critical(ALPHA, df) / critical(ALPHA))


def belief_of(found: "MetricEffect", prior: Prior) -> Belief | None:
    """The belief about an effect, in its metric's good direction; None where it has no error or the control is zero."""
    better = found.metric.better == "higher"
    return belief_between(found.control, found.treatment, prior, higher_is_better=better)


def belief_between(
    control: Summary, treatment: Summary, prior: Prior, *, higher_is_better: bool = True
) -> Belief | None:
    """The belief about the effect of two arms; None where it has no error or the control is zero."""
    if not control.variance + treatment.variance > 0 or control.estimate == 0 or min(control.n, treatment.n) < 2:
        return None
    if not math.isfinite(_normal_error(control, treatment)):
        return None
    return believed(control, treatment, prior, higher_is_better=higher_is_better)


def log_weights(
    estimate: ArrayLike, error: ArrayLike, improve: float, harm: float, size: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logs of the chances that an effect is better, none and worse, for estimates side by side; see :class:`Belief`."""
    better, none, worse = _parts(estimate, error, improve, harm, size)
    return np.logaddexp.reduce(better, axis=-1), none, np.logaddexp.reduce(worse, axis=-1)


def expected(estimate: ArrayLike, error: ArrayLike, improve: float, harm: float, size: ArrayLike) -> FloatArray:
    """Expected effects, which are the estimates as shrunk, side by side; see :class:`Belief`."""
    better, _, worse = _parts(estimate, error, improve, harm, size)
    b, e = (np.asarray(each, dtype=float)[..., None] for each in (estimate, error))
    shift = e * e / (np.asarray(size, dtype=float)[..., None] * _TIMES)
    gain, loss = np.exp(better) * _cut(b - shift, e), np.exp(worse) * _cut(-b - shift, e)
    return np.asarray((gain - loss).sum(axis=-1))


def _parts(
    estimate: ArrayLike, error: ArrayLike, improve: float, harm: float, size: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logs of the chances of each part of :data:`TAILS` (last axis) that is better, of nothing, and of those worse."""
    z = np.divide(estimate, error)
    sizes = np.asarray(size, dtype=float)[..., None] * _TIMES
    ratio = np.asarray(error, dtype=float)[..., None] / sizes
    better = np.log(improve * _SHARES) - np.log(sizes) + _tilted(z[..., None], ratio)
    none = math.log(1 - improve - harm) - np.log(error) - z * z / 2 - _ROOT
    worse = np.log(harm * _SHARES) - np.log(sizes) + _tilted(-z[..., None], ratio)
    total = np.logaddexp(np.logaddexp.reduce(better, axis=-1), np.logaddexp(none, np.logaddexp.reduce(worse, axis=-1)))
    return better - total[..., None], none - total, worse - total[..., None]


def _cut(centre: FloatArray, error: FloatArray | float) -> FloatArray:
    """Mean of a normal that is cut off below zero."""
    z = np.divide(centre, error)
    far = np.minimum(z, -_FAR)  # the series of what is left of two large numbers
    series = (1 + (-2 + (10 - 74 / far**2) / far**2) / far**2) / -far
    hazard = np.where(
        z > 0,
        np.exp(-np.square(np.maximum(z, 0)) / 2 - _ROOT - special.log_ndtr(np.maximum(z, 0))),
        math.sqrt(2 / math.pi) / special.erfcx(-np.minimum(z, 0) / math.sqrt(2)),
    )
    return np.asarray(error * np.where(z < -_FAR, series, np.maximum(z + hazard, 0.0)))


def _log_tail(level: FloatArray | float, centres: FloatArray, error: float) -> FloatArray:
    """Log of P(X > level) of normals that are cut off below zero, for levels of 0 and more."""
    u, v = (level - centres) / error, -centres / error
    near = np.maximum(v, 0.0)
    steep = -level / error * (u + v) / 2 + np.log(
        special.erfcx(np.maximum(u, 0.0) / math.sqrt(2)) / special.erfcx(near / math.sqrt(2))
    )
    return np.asarray(np.where(v > 0, steep, special.log_ndtr(-u) - special.log_ndtr(-v)))


def _tilted(z: FloatArray, ratio: FloatArray) -> FloatArray:
    r""":math:`\log\bigl(e^{r^2/2-rz}\,\Phi(z-r)\bigr)`, which neither overflows nor cancels."""
    x = z - ratio
    above = ratio * ratio / 2 - ratio * z + special.log_ndtr(x)
    below = np.log(special.erfcx(-np.minimum(x, 0) / math.sqrt(2)) / 2) - z * z / 2
    return np.asarray(np.where(x > 0, above, below))
