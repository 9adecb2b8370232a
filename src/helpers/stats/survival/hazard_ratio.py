"""How many times as fast: hazard ratios of two arms by Cox's partial likelihood, and whether they hold at all times.

Two arms need no more than risk sets, by the array as well; for covariates beside the arm there is lifelines' CoxPHFitter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.effects import NO_TEST
from helpers.stats.inference import critical, p_values
from helpers.stats.roots import decreasing_roots
from helpers.stats.survival.curves import Lifetimes
from helpers.stats.survival.risk_sets import RiskSets
from helpers.stats.validation import BoolArray, FloatArray, alpha_of

_FAR = 40.0  # log hazard ratio beyond which no data can tell
_SINGULAR = 1e-9  # share of its information left to time below which there is none


@dataclass(frozen=True)
class HazardRatio:
    """What multiplies the hazard, the rate of the event among those it has not happened to yet.

    Attributes:
        name: the arm.
        log_ratio, standard_error: the coefficient and its standard error.
        ratio, ratio_low, ratio_high: hazard ratio and its Wald interval; above 1 the event comes sooner.
        statistic, p_value: Wald z of ``log_ratio``; p < alpha if and only if 1 lies outside the interval.
        proportional_chi2, proportional_p_value: Schoenfeld residuals against time, one degree of freedom; a small p
            says that the ratio changes with time, so that one number does not tell the story.
        note: why something is missing; empty otherwise.

    Example:
        >>> fast, slow = Lifetimes([1, 5], [1, 0], [60, 40]), Lifetimes([1, 5], [1, 0], [40, 60])
        >>> round(hazard_ratio(fast, slow).ratio, 3)
        0.571
    """

    name: str
    confidence: float
    log_ratio: float
    standard_error: float
    ratio: float
    ratio_low: float
    ratio_high: float
    statistic: float
    p_value: float
    proportional_chi2: float
    proportional_p_value: float
    note: str = ""

    @property
    def alpha(self) -> float:
        """Error rate that belongs to ``confidence``."""
        return 1 - self.confidence

    @property
    def significant(self) -> bool:
        """Whether p < alpha; False when no test can be made (read ``note``)."""
        return self.p_value < self.alpha

    @property
    def proportional(self) -> bool:
        """Whether nothing speaks against one ratio at all times; a proof of it there is not."""
        return not self.proportional_p_value < self.alpha

    @property
    def text(self) -> str:
        """One sentence.

        Example:
            >>> days = list(range(1, 21))
            >>> r = hazard_ratio(Lifetimes(days, [1] * 20), Lifetimes([2 * d for d in days], [1] * 20))
            >>> r.text.split(":")[0]
            'Hazard ratio of treatment 0.2469 (95/100 interval 0.1104 to 0.5521), p = 0.000657; proportional hazards'
        """
        p, check = (
            "not available" if math.isnan(value) else f"{value:.3g}"
            for value in (self.p_value, self.proportional_p_value)
        )
        note = f"; {self.note}" if self.note else ""
        return (
            f"Hazard ratio of {self.name} {self.ratio:.4g} ({100 * self.confidence:g}/100 interval "
            f"{self.ratio_low:.4g} to {self.ratio_high:.4g}), p = {p}; proportional hazards: p = {check}{note}."
        )


@dataclass(frozen=True, eq=False)
class HazardArrays:
    """Hazard ratios of two arms by the array, named as in :class:`HazardRatio`; NaN where none can be estimated.

    Attributes:
        separated: 1 where every event with both arms at risk is of the treatment, -1 of the control, so that the
            estimate is infinite; 0 elsewhere.

    Example:
        >>> arm = RiskSets.of([1, 2], [1, 1])
        >>> float(hazard_ratios(arm, arm).log_ratio.round(12))
        0.0
    """

    log_ratio: FloatArray
    standard_error: FloatArray
    proportional_chi2: FloatArray
    separated: FloatArray

    @property
    def statistic(self) -> FloatArray:
        """Wald z."""
        return self.log_ratio / self.standard_error

    @property
    def p_value(self) -> FloatArray:
        """Two-sided, of equal hazards."""
        return p_values(self.statistic)

    @property
    def proportional_p_value(self) -> FloatArray:
        """Of one ratio at all times."""
        tail: FloatArray = special.chdtrc(1, self.proportional_chi2)
        return tail


def hazard_ratios(control: RiskSets, treatment: RiskSets) -> HazardArrays:
    r"""Cox's maximum partial likelihood for one 0/1 covariate, ties by Efron, and the test of proportionality.

    The score :math:`\sum x_i-\bar x_i(\beta)` falls in :math:`\beta`, so its root is bracketed and always found. The
    check is the score test of :math:`x\,g(t)` beside :math:`x`, as ``cox.zph`` of R's survival package has it since
    version 3, with g one minus the pooled Kaplan-Meier curve just before t.

    Args:
        control, treatment: risk sets over one and the same times, ``(..., K)``.

    Reference: Efron (1977), JASA 72; Grambsch and Therneau (1994), Biometrika 81.

    Example:
        >>> a, b = (RiskSets.of([1, 5], [1, 0], n) for n in ([60, 40], [40, 60]))
        >>> float(hazard_ratios(a, b).log_ratio.round(4))
        -0.56
    """
    lead = np.broadcast_shapes(control.events.shape, treatment.events.shape)[:-1]
    d_c, y_c, d_t, y_t = (
        np.broadcast_to(part, (*lead, control.time.size)).reshape(-1, control.time.size)
        for part in (control.events, control.at_risk, treatment.events, treatment.at_risk)
    )
    sets, size = d_c.shape
    ties = (d_c + d_t).astype(np.int64).ravel()
    cell = np.repeat(np.arange(ties.size), ties)  # one entry an event
    passed = (np.arange(cell.size) - np.repeat(np.cumsum(ties) - ties, ties)) / ties[cell]
    of_t = y_t.ravel()[cell] - passed * d_t.ravel()[cell]
    of_c = y_c.ravel()[cell] - passed * d_c.ravel()[cell]
    row = cell // size

    def total(values: FloatArray | BoolArray) -> FloatArray:
        return np.asarray(np.bincount(row, values, sets), np.float64)

    seen = d_t.sum(-1)

    def share(beta: FloatArray) -> FloatArray:
        weighted = of_t * np.exp(beta)[row]
        return weighted / (weighted + of_c)

    upward, downward = seen >= total(of_t > 0), seen <= total(of_c <= 0)  # the likelihood rises for ever
    finite = ~(upward | downward)
    scale = np.sqrt(np.maximum(ties.reshape(sets, size).sum(-1), 1))
    far = np.full(sets, _FAR)
    beta = decreasing_roots(lambda b: (seen - total(share(b))) / scale, -far, far)
    p = share(beta)
    spread = p * (1 - p)
    pooled = RiskSets(control.time, d_c + d_t, y_c + y_t).survival
    before = np.concatenate([np.ones((sets, 1)), pooled[:, :-1]], -1)
    g = (1 - before).ravel()
    drift = (g.reshape(sets, size) * d_t).sum(-1) - total(g[cell] * p)
    information, cross, square = total(spread), total(g[cell] * spread), total(g[cell] ** 2 * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(finite, 1 / np.sqrt(information), np.nan)
        free = square - cross**2 / information
        chi2 = np.where(finite & (free > _SINGULAR * square), drift**2 / free, np.nan)
    fields = (np.where(finite, beta, np.nan), error, chi2, upward.astype(np.float64) - downward)
    return HazardArrays(*(field.reshape(lead) for field in fields))


def hazard_ratio(control: Lifetimes, treatment: Lifetimes, *, confidence: float = CONFIDENCE) -> HazardRatio:
    """Hazard of the treatment over that of the control, with a check that one number will do.

    Cox's partial likelihood with Efron's ties, Wald interval and test, Schoenfeld residuals against time: see
    :func:`hazard_ratios`. Counts of equal rows are as good as the rows.

    Assumes proportional hazards and censoring that says nothing about the event. Where the hazards are not
    proportional the ratio is an average that depends on the censoring: use
    :func:`~helpers.stats.compare_restricted_means`.

    Example:
        >>> days = list(range(1, 21))
        >>> r = hazard_ratio(Lifetimes(days, [1] * 20), Lifetimes([2 * d for d in days], [1] * 20))
        >>> round(r.ratio, 3), r.significant, r.proportional
        (0.247, True, True)
    """
    time = np.union1d(control.duration, treatment.duration)
    found = hazard_ratios(control.risk_sets(time), treatment.risk_sets(time))
    note = ""
    if np.isnan(found.log_ratio):
        note = f"{NO_TEST}no event while units of both arms were at risk"
        if found.separated:
            arm, ratio = ("treatment", "infinite") if found.separated > 0 else ("control", "0")
            note = f"{NO_TEST}every event with both arms at risk is of the {arm}, so the estimated ratio is {ratio}"
    elif np.isnan(found.proportional_chi2):
        note = "proportional hazards cannot be checked: the events that tell all happen at one time"
    numbers = (float(found.log_ratio), float(found.standard_error), float(found.proportional_chi2))
    return wald_hazard_ratio("treatment", *numbers, confidence, note)


def wald_hazard_ratio(
    name: str, log_ratio: float, error: float, chi2: float, confidence: float, note: str = ""
) -> HazardRatio:
    """Wald interval and test of a log hazard ratio, with the chi-square of its check of proportionality.

    Example:
        >>> round(wald_hazard_ratio("treatment", 0.0, 0.1, 0.5, 0.95).ratio_high, 4)
        1.2165
    """
    reach = float(critical(alpha_of(confidence))) * error
    statistic = log_ratio / error
    return HazardRatio(
        name,
        confidence,
        log_ratio,
        error,
        math.exp(log_ratio),
        math.exp(log_ratio - reach),
        math.exp(log_ratio + reach),
        statistic,
        float(p_values(statistic)),
        chi2,
        float(special.chdtrc(1, chi2)),
        note,
    )
