"""Time until something happens, when for some units it has not happened yet.

Curves and the log-rank test come from lifelines (imported on first use), fed with counts aggregated by duration. The
restricted mean is computed here: what lifelines 0.30 returns as its variance is not that of the estimate. All of them by the array: :mod:`helpers.stats.survival.risk_sets`.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.effects import NO_TEST, Effect, compare, comparison, effect_of
from helpers.stats.comparisons.linear import from_variances
from helpers.stats.inference import Alternative, critical
from helpers.stats.survival.risk_sets import RiskSets
from helpers.stats.validation import FloatArray, InputError, alpha_of, finite, finite_vector


@dataclass(frozen=True, eq=False)
class Lifetimes:
    """One arm: ``count[i]`` units seen for ``duration[i]``, ended by the event or censored.

    Args:
        duration: time under observation, >= 0, in any one unit.
        event: 1 where it ended with the event, 0 where it was censored.
        count: units in the row, whole; one each when left out.

    Raises:
        InputError: for rows that do not match or values out of range.

    Example:
        >>> Lifetimes([1, 2], [1, 0], [10, 30]).n
        40
    """

    duration: ArrayLike
    event: ArrayLike
    count: ArrayLike | None = None

    def __post_init__(self) -> None:
        duration = finite_vector("duration", self.duration)
        event = finite_vector("event", self.event)
        given = np.ones(duration.size) if self.count is None else self.count
        count = finite_vector("count", given)
        wrong = not (duration.size == event.size == count.size) or duration.size == 0
        if wrong or (duration < 0).any() or not np.isin(event, (0, 1)).all() or _uncounted(count):
            raise InputError(
                "lifetimes",
                got=f"{duration.size} durations, {event.size} events, {count.size} counts",
                expected="equally many: durations of at least 0, events 0 or 1, whole counts",
                cause="censoring coded the other way, weights in place of counts, or no unit",
                remedy="aggregate to one row for each duration and event",
            )
        keep = count > 0
        for name, array in (("duration", duration), ("event", event), ("count", count)):
            object.__setattr__(self, name, array[keep])

    @property
    def n(self) -> int:
        """Number of units."""
        return int(np.sum(np.asarray(self.count)))

    @property
    def last(self) -> float:
        """Longest time under observation."""
        return float(np.max(np.asarray(self.duration)))

    def columns(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Durations, events and counts as arrays, rows without units left out.

        Example:
            >>> [column.tolist() for column in Lifetimes([1, 2], [1, 0], [10, 0]).columns()]
            [[1.0], [1.0], [10.0]]
        """
        return np.asarray(self.duration), np.asarray(self.event), np.asarray(self.count)

    def risk_sets(self, time: ArrayLike | None = None) -> RiskSets:
        """Events and units at risk at ``time``, or at the durations of this arm.

        Example:
            >>> Lifetimes([1, 2], [1, 0], [10, 30]).risk_sets().at_risk
            array([40., 30.])
        """
        return RiskSets.of(*self.columns(), time=time)


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """Kaplan-Meier estimate at every time at which anything happened, starting at 0.

    Attributes:
        time: in the unit of the durations.
        survival: share for which the event has not happened by then; ``low`` and ``high`` its band.
        at_risk: units still under observation just before that time.
        confidence: pointwise level of the band.

    Example:
        >>> curve = kaplan_meier(Lifetimes([1, 2, 3], [1, 0, 1], [20, 30, 50]))
        >>> curve.at([0.5, 1, 2.5])
        array([1. , 0.8, 0.8])
    """

    time: FloatArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: FloatArray
    confidence: float

    def at(self, times: ArrayLike) -> FloatArray:
        """Survival at any times; NaN beyond the last observation.

        Example:
            >>> float(kaplan_meier(Lifetimes([1, 2], [1, 1])).at([9])[0])
            nan
        """
        wanted = np.asarray(times, np.float64)
        index = np.clip(np.searchsorted(self.time, wanted, side="right") - 1, 0, None)
        return np.where(wanted > self.time[-1], np.nan, self.survival[index])


@dataclass(frozen=True)
class LogRank:
    """Log-rank test of equal survival in two arms; p is NaN where no event happened.

    Example:
        >>> log_rank(Lifetimes([5], [0], [9]), Lifetimes([5], [0], [9])).note
        'no test: no event in either arm'
    """

    chi2: float
    df: int
    p_value: float
    n_control: int
    n_treatment: int
    note: str = ""


def kaplan_meier(lifetimes: Lifetimes, *, confidence: float = CONFIDENCE) -> SurvivalCurve:
    """Kaplan-Meier curve with the log(-log) band of Greenwood's variance, as lifelines has it.

    Assumes censoring that says nothing about the event (the end of the experiment, not churn).

    Example:
        >>> curve = kaplan_meier(Lifetimes([1, 2], [1, 0], [25, 75]))
        >>> curve.survival
        array([1.  , 0.75, 0.75])
    """
    from lifelines import KaplanMeierFitter

    duration, event, count = lifetimes.columns()
    fitter = KaplanMeierFitter(alpha=alpha_of(confidence))
    with warnings.catch_warnings():
        # log(-log S) at S = 1 or 0 is infinite: lifelines fills those bounds itself
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="lifelines")
        fitter.fit(duration, event_observed=event, weights=count)
    band = fitter.confidence_interval_
    return SurvivalCurve(
        fitter.survival_function_.index.to_numpy(np.float64),
        fitter.survival_function_.iloc[:, 0].to_numpy(np.float64),
        band.iloc[:, 0].to_numpy(np.float64),
        band.iloc[:, 1].to_numpy(np.float64),
        fitter.event_table["at_risk"].to_numpy(np.float64),
        confidence,
    )


def log_rank(control: Lifetimes, treatment: Lifetimes) -> LogRank:
    """Mantel's log-rank test: chi-square with one degree of freedom, no weights on time.

    Most powerful when one arm's hazard is a constant multiple of the other's; blind to curves that
    cross.

    Example:
        >>> fast, slow = Lifetimes([1, 5], [1, 0], [60, 40]), Lifetimes([1, 5], [1, 0], [40, 60])
        >>> round(log_rank(fast, slow).p_value, 4)
        0.0048
    """
    from lifelines.statistics import logrank_test

    a, b = control.columns(), treatment.columns()
    if not (a[1].any() or b[1].any()):
        note = "no test: no event in either arm"
        return LogRank(math.nan, 1, math.nan, control.n, treatment.n, note)
    result = logrank_test(a[0], b[0], event_observed_A=a[1], event_observed_B=b[1], weights_A=a[2], weights_B=b[2])
    chi2 = float(result.test_statistic)
    return LogRank(chi2, 1, float(special.chdtrc(1, chi2)), control.n, treatment.n)


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time up to a horizon of one arm: a summary, which ``compare`` and ``noninferiority`` take.

    Attributes:
        n: units.
        horizon: in the unit of the durations.
        estimate: area under the Kaplan-Meier curve up to the horizon, in the same unit.
        variance: ``n`` times the squared standard error of the estimate.

    Example:
        >>> compare(RestrictedMean(400, 30.0, 21.0, 90.0), RestrictedMean(400, 30.0, 23.0, 90.0)).significant
        True
    """

    n: int
    horizon: float
    estimate: float
    variance: float


def restricted_mean(lifetimes: Lifetimes, horizon: float) -> RestrictedMean:
    r"""Mean time until the event within ``horizon``, :math:`\int_0^\tau S(t)\,dt`, from the Kaplan-Meier curve.

    Variance: Greenwood's, :math:`\sum_k A_k^2\,d_k/(y_k(y_k-d_k))` with :math:`A_k` the area under the curve from
    :math:`t_k` to :math:`\tau`; as R's survival package has it.

    Args:
        lifetimes: one arm; censoring must say nothing about the event.
        horizon: > 0, and not beyond the last observation unless the curve has come down to 0 by then.

    Raises:
        InputError: for a horizon that the data do not reach.

    Reference: Royston and Parmar (2013), BMC Medical Research Methodology 13:152.

    Example:
        >>> restricted_mean(Lifetimes([1, 2, 3], [1, 1, 0]), 3).estimate
        2.0
    """
    sets, end = lifetimes.risk_sets(), finite("horizon", horizon)
    if end <= 0 or (end > lifetimes.last and sets.survival[-1] > 0):
        raise InputError(
            "horizon",
            got=f"{end:g}",
            expected=f"above 0 and at most {lifetimes.last:g}, where observation ends",
            cause="a horizon that no unit was followed to, or another unit of time",
            remedy="choose a horizon which units of both arms have reached",
        )
    mean, variance = sets.restricted_mean(end)
    return RestrictedMean(lifetimes.n, end, float(mean), lifetimes.n * float(variance))


def compare_restricted_means(
    control: Lifetimes,
    treatment: Lifetimes,
    horizon: float | None = None,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    """Difference and ratio of the mean times until the event within a horizon.

    Normal test of the difference, Fieller's interval for the relative change from the same statistic. Needs no
    proportional hazards, and says how much time was gained (or lost: decide which is good).

    Args:
        control, treatment: independent arms.
        horizon: the same for both, chosen before the data were seen; the earlier of the two last observations when
            left out.
        confidence, alternative: as in :func:`~helpers.stats.compare`.

    Raises:
        InputError: for a horizon that an arm does not reach.

    Example:
        >>> days = list(range(1, 11))
        >>> effect = compare_restricted_means(Lifetimes(days, [1] * 10), Lifetimes(days, [0] * 10), 10)
        >>> effect.control, effect.treatment, effect.significant
        (5.5, 10.0, True)
    """
    end = min(control.last, treatment.last) if horizon is None else horizon
    arms = restricted_mean(control, end), restricted_mean(treatment, end)
    return compare(*arms, confidence=confidence, alternative=alternative)


@comparison.register
def _restricted_means(
    control: RestrictedMean, treatment: RestrictedMean, confidence: float, alternative: Alternative
) -> Effect:
    if control.horizon != treatment.horizon:
        raise InputError(
            "arms",
            got=f"horizons {control.horizon:g} and {treatment.horizon:g}",
            expected="one horizon for both arms",
            cause="each arm followed to its own last observation",
            remedy="pass the same horizon to both",
        )
    alpha = alpha_of(confidence)
    arrays = from_variances(
        np.asarray(control.estimate),
        np.asarray(control.variance / control.n),
        np.asarray(treatment.estimate),
        np.asarray(treatment.variance / treatment.n),
        np.asarray(math.inf),
        alpha,
        alternative,
    )
    method = f"restricted mean to {control.horizon:g}, normal, Fieller"
    crit = float(critical(alpha, alternative=alternative))
    effect = effect_of(control, treatment, arrays, crit, confidence, alternative, method)
    if math.isnan(effect.p_value):
        return replace(effect, note=f"{NO_TEST}no event before the horizon leaves anything to chance in either arm")
    return effect


def _uncounted(count: FloatArray) -> bool:
    return bool((count < 0).any() or (count != np.floor(count)).any() or not count.sum())
