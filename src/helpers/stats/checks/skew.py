"""Skewness of a difference of means: whether a t interval holds its level, and from how many units on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from helpers.defaults import UNITS_PER_SQUARED_SKEWNESS
from helpers.stats.comparisons.linear import satterthwaite
from helpers.stats.inference import p_values
from helpers.stats.validation import InputError


@dataclass(frozen=True)
class SkewOfDifference:
    """How skewed the estimate of a difference of two means is.

    Attributes:
        skewness: of the difference of the means, 0 where the arms' cancel; NaN where neither varies.
        factor: how many times the units must be so that the rule is kept; at most 1 where it is.

    Example:
        >>> SkewOfDifference(0.1, 3.55).heavy
        True
    """

    skewness: float
    factor: float

    @property
    def heavy(self) -> bool:
        """Whether the units are too few for the rule; False where nothing varies."""
        return self.factor > 1

    def missed(self, alpha: float) -> float:
        r"""Share of t intervals of level :math:`1-\alpha` that miss the truth on the side where more do, to first order.

        :math:`\frac{\alpha}{2}+\frac{|\gamma|(2z^2+1)}{6}\varphi(z)` by Hall's expansion of the studentised mean; the other side
        has as much less, so that both together keep :math:`\alpha` until :math:`\gamma` is large.

        >>> round(SkewOfDifference(0.138, 6.8).missed(0.05), 4)
        0.0367
        """
        z = -float(special.ndtri(alpha / 2))
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return alpha / 2 + abs(self.skewness) * (2 * z * z + 1) / 6 * density


def skew_of_difference(control: tuple[int, float, float], treatment: tuple[int, float, float]) -> SkewOfDifference:
    r"""Skewness of a difference of means, and the rule that a t interval needs :math:`n > 355\,g^2` units.

    The rule is for the mean of one arm, whose skewness is :math:`g/\sqrt n`: it asks for that to be below
    :math:`1/\sqrt{355}`, which keeps each tail of a 95 % interval within a quarter of a point or so. A comparison rests on the
    difference, so the rule is asked of its skewness

    .. math:: \frac{s_t^3g_t/n_t^2-s_c^3g_c/n_c^2}{(s_t^2/n_t+s_c^2/n_c)^{3/2}},

    which is that of the small arm where arms are unequal, and next to none where equal arms are equally skewed.

    Args:
        control, treatment: units, variance (divisor n - 1) and skewness of one unit.

    Raises:
        InputError: for an arm without units.

    Reference: Boos and Hughes-Oliver (2000), The American Statistician 54; Kohavi et al. (2014), Seven rules of thumb, KDD.

    Example:
        >>> round(skew_of_difference((90_000, 1.0, 6.0), (10_000, 1.0, 6.0)).factor, 2)
        0.91
    """
    if min(control[0], treatment[0]) < 1:
        raise InputError(
            "arms",
            got=f"{control[0]} and {treatment[0]} units",
            expected="units in both arms",
            cause="an arm nobody was in",
            remedy="ask only where both arms have units",
        )
    (n_c, v_c, g_c), (n_t, v_t, g_t) = control, treatment
    spread = v_t / n_t + v_c / n_c
    if not spread > 0:
        return SkewOfDifference(math.nan, math.nan)
    third = v_t**1.5 * (g_t if v_t else 0.0) / n_t**2 - v_c**1.5 * (g_c if v_c else 0.0) / n_c**2
    skewness = third / spread**1.5
    return SkewOfDifference(skewness, UNITS_PER_SQUARED_SKEWNESS * skewness**2)


def unskewed_p(statistic: float, df: float, skewness: float) -> float:
    r"""Two-sided p of a t statistic freed of the skewness :math:`\gamma` of its estimate, and never below the plain one.

    Hall's :math:`t+\gamma t^2/3+\gamma^2t^3/27+\gamma/6` is near Student's t where t itself is not. The larger of the two p-values
    is taken, for the skewness of a sample is mostly too small.

    Reference: Hall (1992), JRSS B 54, 221-228; of two samples, Zhou and Gao (2000), Statistics in Medicine 19.

    Example:
        >>> round(unskewed_p(-3.5, 100.0, 0.0), 5), round(unskewed_p(-3.5, 100.0, 0.3), 5)
        (0.0007, 0.01981)
    """
    freed = statistic + skewness * statistic**2 / 3 + skewness**2 * statistic**3 / 27 + skewness / 6
    return float(max(p_values(statistic, df), p_values(freed, df)))


def alike_p(control: tuple[int, float, float], treatment: tuple[int, float, float], skewness: float) -> float:
    """p of two samples of one skewed distribution having other means, freed of the skewness; NaN without variance.

    The standard error is once that of the arms' own variances, once that of their common one, and the larger p counts: a
    small arm that by chance holds none of a heavy tail has both too small a mean and too small a variance of its own.

    Args:
        control, treatment: units, mean and variance (divisor n - 1).
        skewness: of one unit, that of both arms.

    Example:
        >>> round(alike_p((900, 1.0, 1.0), (100, 1.4, 1.0), 0.0), 6), alike_p((900, 1.0, 4.0), (100, 0.7, 0.1), 9.0) > 0.3
        (0.000231, True)
    """
    (n_c, m_c, v_c), (n_t, m_t, v_t) = control, treatment
    if min(n_c, n_t) < 2 or not v_c + v_t > 0:
        return math.nan
    common = ((n_c - 1) * v_c + (n_t - 1) * v_t) / (n_c + n_t - 2)
    own_df = float(satterthwaite(v_c / n_c, n_c - 1, v_t / n_t, n_t - 1))
    found = []
    for c, t, df in ((v_c, v_t, own_df), (common, common, float(n_c + n_t - 2))):
        statistic = (m_t - m_c) / math.sqrt(c / n_c + t / n_t)
        found.append(unskewed_p(statistic, df, skew_of_difference((n_c, c, skewness), (n_t, t, skewness)).skewness))
    return max(found)
