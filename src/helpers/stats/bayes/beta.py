r"""Two independent Beta posteriors: chances, losses and quantiles by quadrature, for arrays of pairs.

An expectation over the narrower of the two posteriors is an integral over its normal score
:math:`s`, :math:`\int\varphi(s)\,g\{Q(\Phi(s))\}\,ds`, with :math:`Q` the Beta quantile function. The
integrand is smooth and dies off at both ends, where the trapezoidal rule converges exponentially. The
chance that a difference or a ratio lies below a value has corners where a rate would leave [0, 1];
there the integral over the probability :math:`u=\Phi(s)` runs between the corners by the
double-exponential rule (Takahasi and Mori 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.stats.roots import decreasing_roots
from helpers.stats.validation import BoolArray, FloatArray, between

_STEP, _REACH = 0.25, 12.0
_SCORES = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
_WEIGHTS = np.exp(-_SCORES * _SCORES / 2) * (_STEP / np.sqrt(2 * np.pi))
_KNOTS = np.arange(-3.25, 3.25 + 1e-9, 0.0625)
_SHARE = special.expit(np.pi * np.sinh(_KNOTS))
_SHARE_LEFT = special.expit(-np.pi * np.sinh(_KNOTS))
_SHARE_WEIGHTS = 0.0625 * np.pi * np.cosh(_KNOTS) * _SHARE * _SHARE_LEFT
_FAR = 60.0  # |log ratio| beyond which no quantile of two rates lies


@dataclass(frozen=True)
class BetaPrior:
    """Beta belief about a rate, as imagined successes and failures; Beta(1, 1) is flat.

    Raises:
        InputError: unless both are positive.

    Example:
        >>> BetaPrior()
        BetaPrior(successes=1.0, failures=1.0)
    """

    successes: float = 1.0
    failures: float = 1.0

    def __post_init__(self) -> None:
        between("prior successes", self.successes, 0, 1e12)
        between("prior failures", self.failures, 0, 1e12)


@dataclass(frozen=True, eq=False)
class Quantiles:
    """Equal-tailed credible limits and the median: arrays.

    Example:
        >>> float(Quantiles(*np.array([0.1, 0.2, 0.3])).median)
        0.2
    """

    low: FloatArray
    median: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Losses:
    """Expected loss of shipping the treatment and of waiting with the control: arrays.

    Example:
        >>> float(Losses(*np.array([0.1, 0.2])).waiting)
        0.2
    """

    shipping: FloatArray
    waiting: FloatArray


@dataclass(frozen=True, eq=False)
class BetaPair:
    """Posteriors Beta(a, b) of control and treatment: arrays of one shape, one entry a pair.

    Chances are good to 1e-12, and below 1e-30 they are no more than "practically none".

    Example:
        >>> pair = BetaPair.of(3, 10, 9, 10)
        >>> round(float(pair.chance_to_beat()), 4)
        0.9962
    """

    a_c: FloatArray
    b_c: FloatArray
    a_t: FloatArray
    b_t: FloatArray
    over_control: BoolArray
    nodes: FloatArray

    @classmethod
    def of(
        cls, x_c: ArrayLike, n_c: ArrayLike, x_t: ArrayLike, n_t: ArrayLike, prior: BetaPrior | None = None
    ) -> BetaPair:
        """Posteriors from successes and units, with one prior for both arms.

        Example:
            >>> float(BetaPair.of(3, 10, 9, 10).a_t)
            10.0
        """
        prior = prior or BetaPrior()
        counts = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (x_c, n_c, x_t, n_t)))
        xc, nc, xt, nt = counts
        a_c, b_c = xc + prior.successes, nc - xc + prior.failures
        a_t, b_t = xt + prior.successes, nt - xt + prior.failures
        narrow = _variance(a_c, b_c) <= _variance(a_t, b_t)
        a, b = np.where(narrow, a_c, a_t)[..., None], np.where(narrow, b_c, b_t)[..., None]
        low, high = special.ndtr(_SCORES[_SCORES <= 0]), special.ndtr(-_SCORES[_SCORES > 0])
        nodes = np.concatenate((special.betaincinv(a, b, low), special.betainccinv(a, b, high)), axis=-1)
        return cls(a_c, b_c, a_t, b_t, narrow, nodes)

    def below(
        self, edge: Callable[[FloatArray], FloatArray], inverse: Callable[[FloatArray], FloatArray]
    ) -> FloatArray:
        """P(treatment <= edge(control)), for an increasing ``edge`` with its ``inverse``.

        Example:
            >>> pair = BetaPair.of(3, 10, 3, 10)
            >>> round(float(pair.below(lambda c: c, lambda t: t)), 12)
            0.5
        """
        over = self.over_control[..., None]
        a, b = (
            np.where(over, self._of(self.a_c), self._of(self.a_t)),
            np.where(over, self._of(self.b_c), self._of(self.b_t)),
        )
        zero, one = np.zeros(over.shape), np.ones(over.shape)
        first = np.clip(np.where(over, inverse(zero), edge(zero)), 0, 1)
        last = np.clip(np.where(over, inverse(one), edge(one)), 0, 1)
        up_first, up_last = special.betainc(a, b, first), special.betainc(a, b, last)
        down_first, down_last = special.betaincc(a, b, first), special.betaincc(a, b, last)
        width = np.where(up_first < 0.5, up_last - up_first, down_first - down_last)
        up, down = up_first + width * _SHARE, down_last + width * _SHARE_LEFT
        at = np.where(up < 0.5, special.betaincinv(a, b, up), special.betainccinv(a, b, down))
        # the upper tail of the control is the lower tail of its failures: one call for every pair
        a, b = (
            np.where(over, self._of(self.a_t), self._of(self.b_c)),
            np.where(over, self._of(self.b_t), self._of(self.a_c)),
        )
        tail = special.betainc(a, b, np.clip(np.where(over, edge(at), 1 - inverse(at)), 0, 1))
        certain = np.where(over, down_last, up_first)[..., 0]
        found: FloatArray = certain + width[..., 0] * (tail @ _SHARE_WEIGHTS)
        return np.clip(found, 0.0, 1.0)

    def chance_to_beat(self) -> FloatArray:
        """P(treatment > control), summed directly so that small chances keep their digits."""
        over, tail = self.over_control[..., None], np.empty_like(self.nodes)
        special.betaincc(self.a_t[..., None], self.b_t[..., None], self.nodes, out=tail, where=over)
        special.betainc(self.a_c[..., None], self.b_c[..., None], self.nodes, out=tail, where=~over)
        found: FloatArray = tail @ _WEIGHTS
        return np.clip(found, 0.0, 1.0)

    def losses(self) -> Losses:
        r"""Expected losses: :math:`E[(X-Y)^+]=\int F_Y(x)\{1-F_X(x)\}\,dx`, which has no cancellation.

        The smaller one is integrated and the other follows from the difference of the means.
        """
        gap = self.a_t / (self.a_t + self.b_t) - self.a_c / (self.a_c + self.b_c)
        better = (gap >= 0)[..., None]
        a_low, b_low = (
            np.where(better, self._of(self.a_t), self._of(self.a_c)),
            np.where(better, self._of(self.b_t), self._of(self.b_c)),
        )
        a_top, b_top = (
            np.where(better, self._of(self.a_c), self._of(self.a_t)),
            np.where(better, self._of(self.b_c), self._of(self.b_t)),
        )
        a = np.where(self.over_control, self.a_c, self.a_t)[..., None]
        b = np.where(self.over_control, self.b_c, self.b_t)[..., None]
        x = self.nodes
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            density = special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b)
            step = np.where((x > 0) & (x < 1), _WEIGHTS * np.exp(-density), 0.0)
            height = special.betainc(a_low, b_low, x) * special.betaincc(a_top, b_top, x)
            small = np.sum(np.where(height > 0, height * step, 0.0), axis=-1)
        other = small + np.abs(gap)
        return Losses(np.where(gap >= 0, small, other), np.where(gap >= 0, other, small))

    def difference_quantiles(self, alpha: float) -> Quantiles:
        """Equal-tailed limits of treatment minus control."""

        def below(d: FloatArray) -> FloatArray:
            return self.below(lambda c: c + d[..., None], lambda t: t - d[..., None])

        one = np.ones_like(self.a_c)
        return Quantiles(*(_quantile(below, level, -one, one) for level in (alpha / 2, 0.5, 1 - alpha / 2)))

    def relative_quantiles(self, alpha: float) -> Quantiles:
        """Equal-tailed limits of treatment / control - 1, from the same tails: they exclude zero together."""

        def below(log_ratio: FloatArray) -> FloatArray:
            ratio = np.exp(log_ratio)[..., None]
            return self.below(lambda c: c * ratio, lambda t: t / ratio)

        far = np.full_like(self.a_c, _FAR)
        levels = (alpha / 2, 0.5, 1 - alpha / 2)
        return Quantiles(*(np.expm1(_quantile(below, level, -far, far)) for level in levels))

    @staticmethod
    def _of(parameter: FloatArray) -> FloatArray:
        return parameter[..., None]


def _variance(a: FloatArray, b: FloatArray) -> FloatArray:
    total = a + b
    variance: FloatArray = a * b / (total * total * (total + 1))
    return variance


def _quantile(below: Callable[[FloatArray], FloatArray], level: float, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where the chance ``below`` reaches ``level``, sought on the scale of normal scores."""
    goal = special.ndtri(level)
    return decreasing_roots(lambda at: goal - np.clip(special.ndtri(below(at)), -40, 40), low, high)
