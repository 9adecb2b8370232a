"""Events and units at risk, time by time: all that Kaplan-Meier, log-rank and Cox need to know of an arm.

The last axis is time; every axis before it holds independent data sets, so that ten thousand simulated experiments
are one array. For a single experiment with its note, see :mod:`helpers.stats.survival.curves` and
:mod:`helpers.stats.survival.hazard_ratio`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.inference import critical, p_values
from helpers.stats.validation import FloatArray, alpha_of


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Events at each time, and units still under observation just before it.

    Attributes:
        time: ``K`` rising times of at least 0, in the unit of the durations.
        events, at_risk: ``(..., K)``; a unit censored at an event's time is at risk for it.

    Example:
        >>> RiskSets.of([1, 2, 3], [1, 0, 1], [20, 30, 50]).at_risk
        array([100.,  80.,  50.])
    """

    time: FloatArray
    events: FloatArray
    at_risk: FloatArray

    @classmethod
    def of(
        cls, duration: ArrayLike, event: ArrayLike, count: ArrayLike | None = None, *, time: ArrayLike | None = None
    ) -> RiskSets:
        """Count units.

        Args:
            duration, event: ``(..., n)``, as in :class:`~helpers.stats.Lifetimes`.
            count: units in each row; one each when left out.
            time: rising times that hold every duration; the durations themselves when left out.

        Example:
            >>> RiskSets.of([[1, 2], [2, 2]], [[1, 0], [1, 1]]).events
            array([[1., 0.],
                   [0., 2.]])
        """
        seen, ended = np.asarray(duration, np.float64), np.asarray(event, np.float64)
        units = np.ones(seen.shape) if count is None else np.broadcast_to(np.asarray(count, np.float64), seen.shape)
        times = np.unique(seen) if time is None else np.asarray(time, np.float64)
        size, lead = times.size, seen.shape[:-1]
        sets = int(np.prod(lead))
        cell = np.searchsorted(times, seen).reshape(sets, -1) + size * np.arange(sets)[:, None]

        def total(weights: FloatArray) -> FloatArray:
            sums = np.bincount(cell.ravel(), weights.ravel(), sets * size)
            return np.asarray(sums, np.float64).reshape(*lead, size)

        at_risk = np.flip(np.cumsum(np.flip(total(units), -1), -1), -1)
        return cls(times, total(units * ended), at_risk)

    @property
    def survival(self) -> FloatArray:
        r"""Kaplan-Meier estimate :math:`\prod(1-d/y)` just after each time.

        Example:
            >>> RiskSets.of([1, 2], [1, 1], [1, 3]).survival
            array([0.75, 0.  ])
        """
        return np.asarray(np.cumprod(1 - over(self.events, self.at_risk), -1), np.float64)

    @property
    def greenwood(self) -> FloatArray:
        r"""Greenwood's terms :math:`d/(y(y-d))`, whose running sum is the variance of log S.

        0 where the last unit at risk has its event, as R's survival package has it.

        Example:
            >>> RiskSets.of([1, 2], [1, 1], [1, 3]).greenwood.round(4)
            array([0.0833, 0.    ])
        """
        return over(self.events, self.at_risk * (self.at_risk - self.events))

    def band(self, confidence: float = CONFIDENCE) -> tuple[FloatArray, FloatArray]:
        r"""Pointwise log(-log) band :math:`S^{\exp(\pm z\sqrt{\sum g}/\log S)}` of Greenwood's variance.

        S itself where it is 1 or 0, as lifelines has it.

        Example:
            >>> low, high = RiskSets.of([1, 2], [1, 0], [25, 75]).band()
            >>> low.round(4), high.round(4)
            (array([0.6529, 0.6529]), array([0.8236, 0.8236]))
        """
        survival, error = self.survival, np.sqrt(np.cumsum(self.greenwood, -1))
        z = float(critical(alpha_of(confidence)))
        inside = (survival > 0) & (survival < 1)
        reach = z * error / np.log(np.where(inside, survival, 0.5))
        low, high = (np.where(inside, survival ** np.exp(sign * reach), survival) for sign in (-1, 1))
        return low, high

    def restricted_mean(self, horizon: float) -> tuple[FloatArray, FloatArray]:
        r"""Mean time up to ``horizon``, :math:`\int_0^\tau S`, and its squared standard error.

        :math:`\sum_k A_k^2\,d_k/(y_k(y_k-d_k))` with :math:`A_k` the area under S between :math:`t_k` and
        :math:`\tau`. Beyond the last time S is taken to stay where it is.

        Example:
            >>> mean, variance = RiskSets.of([1, 2, 3], [1, 1, 0]).restricted_mean(3)
            >>> float(mean), float(variance.round(4))
            (2.0, 0.2222)
        """
        edges = np.minimum(np.append(self.time, np.inf), horizon)
        area = self.survival * np.diff(edges)
        after = np.flip(np.cumsum(np.flip(area, -1), -1), -1)
        return edges[0] + after[..., 0], np.sum(after**2 * self.greenwood, -1)


@dataclass(frozen=True, eq=False)
class LogRankArrays:
    """Log-rank tests by the array; NaN where no event happened.

    Attributes:
        statistic: normal under the null, positive where the treatment has more events than expected; its square is
            the usual chi-square.
        p_value: two-sided.

    Example:
        >>> arm = RiskSets.of([1, 2], [0, 0])
        >>> bool(np.isnan(log_ranks(arm, arm).p_value))
        True
    """

    statistic: FloatArray
    p_value: FloatArray


def log_ranks(control: RiskSets, treatment: RiskSets) -> LogRankArrays:
    r"""Mantel's log-rank test on risk sets over one and the same times.

    Observed minus expected events of the treatment, :math:`\sum d_t-dy_t/y`, over the root of the hypergeometric
    variance :math:`\sum d\,(y_ty_c/y^2)(y-d)/(y-1)`.

    Reference: Mantel (1966), Cancer Chemotherapy Reports 50.

    Example:
        >>> time = [1, 5]
        >>> fast, slow = (RiskSets.of(time, [1, 0], n, time=time) for n in ([60, 40], [40, 60]))
        >>> round(float(log_ranks(fast, slow).p_value), 4)
        0.0048
    """
    d, y = control.events + treatment.events, control.at_risk + treatment.at_risk
    share = over(treatment.at_risk, y)
    gap = np.sum(treatment.events - d * share, -1)
    variance = np.sum(d * share * (1 - share) * over(y - d, y - 1), -1)
    statistic = np.where(variance > 0, gap / np.sqrt(np.where(variance > 0, variance, 1)), np.nan)
    return LogRankArrays(statistic, p_values(statistic))


def over(a: FloatArray, b: FloatArray) -> FloatArray:
    """``a / b``, and 0 where ``b`` is not positive: there is nobody at risk there.

    Example:
        >>> over(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
        array([0.5, 0. ])
    """
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape)), where=b > 0)
