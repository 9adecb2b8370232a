"""How many times as fast: hazard ratios by Cox's partial likelihood, and whether they hold at all times.

Two arms need no more than risk sets and are computed here, by the array as well; covariates beside the arm go
through lifelines (imported on first use).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.effects import NO_TEST
from helpers.stats.inference import critical, p_values
from helpers.stats.risk_sets import RiskSets
from helpers.stats.roots import decreasing_roots
from helpers.stats.survival import Lifetimes
from helpers.stats.validation import BoolArray, FloatArray, InputError, alpha_of, finite_vector

_FAR = 40.0  # log hazard ratio beyond which no data can tell
_PRECISION = {"precision": 1e-12, "r_precision": 1e-14}  # lifelines stops at a coefficient good to 1e-5
_SINGULAR = 1e-9  # relative size below which a direction of the covariates counts as constant


@dataclass(frozen=True)
class HazardRatio:
    """What multiplies the hazard, the rate of the event among those it has not happened to yet.

    Attributes:
        name: the arm or the covariate; for a covariate the ratio is per unit of it.
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
    return _made("treatment", *numbers, confidence, note)


@dataclass(frozen=True)
class Cox:
    """A Cox model: one hazard ratio a covariate, each with the others held fixed.

    Attributes:
        ratios: in the order of the covariates.
        n, events: units, and how many of them had the event.

    Example:
        >>> ratio = hazard_ratio(Lifetimes([1, 2], [1, 1]), Lifetimes([1, 2], [1, 1]))
        >>> Cox((ratio,), 4, 4)["treatment"].ratio
        1.0
    """

    ratios: tuple[HazardRatio, ...]
    n: int
    events: int

    def __getitem__(self, name: str) -> HazardRatio:
        for ratio in self.ratios:
            if ratio.name == name:
                return ratio
        raise KeyError(name)


def cox(lifetimes: Lifetimes, covariates: Mapping[str, ArrayLike], *, confidence: float = CONFIDENCE) -> Cox:
    """Hazard ratios of several covariates at once, by lifelines, with Schoenfeld's check of each.

    In an experiment the arm is one of the covariates (0 and 1); others measured before it sharpen its estimate.
    Efron's ties, Wald intervals. The check is Grambsch and Therneau's approximation against the Kaplan-Meier
    transform of time, as R had it before survival 3; with few events in one group it is a rough one.

    Args:
        lifetimes: durations and events, one row a unit or counted.
        covariates: one number for each row of ``lifetimes`` by name; code categories as 0 and 1.
        confidence: level of the intervals.

    Raises:
        InputError: without events or covariates, for columns that do not match, that are constant or combinations of
            each other, or when the likelihood has no maximum (a covariate that tells the events apart).

    Reference: Cox (1972), JRSS B 34.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> arm, age = np.arange(400) % 2, rng.uniform(20, 60, 400)
        >>> time = rng.exponential(np.exp(0.7 * arm - 0.05 * age))
        >>> model = cox(Lifetimes(time, np.ones(400)), {"arm": arm, "age": age})
        >>> model["arm"].significant, model["arm"].ratio < 1 < model["age"].ratio
        (True, True)
    """
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError
    from lifelines.statistics import proportional_hazard_test

    alpha_of(confidence)
    duration, event, count = lifetimes.columns()
    table = {name: finite_vector(name, values) for name, values in covariates.items()}
    _check_covariates(table, duration.size, int(event.sum()))
    # lifelines weights a row's ties otherwise than it treats equal rows, so that counted rows are written out
    frame = pd.DataFrame({**table, "duration": duration, "event": event})
    frame = frame.loc[np.repeat(np.arange(duration.size), count.astype(np.int64))].reset_index(drop=True)
    fitter = CoxPHFitter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", category=_convergence_warning())
            fitter.fit(frame, "duration", "event", fit_options=_PRECISION)
    except (ConvergenceError, _convergence_warning()) as error:
        raise InputError(
            "covariates",
            got=str(error).strip().splitlines()[0],
            expected="a likelihood with a maximum",
            cause="a covariate whose one value has no events, or almost a copy of another",
            remedy="leave it out, or pool its categories",
        ) from None
    check = proportional_hazard_test(fitter, frame, time_transform="km")
    chi2 = dict(zip(check.name, np.atleast_1d(check.test_statistic), strict=True))
    ratios = tuple(
        _made(name, float(fitter.params_[name]), float(fitter.standard_errors_[name]), float(chi2[name]), confidence)
        for name in table
    )
    return Cox(ratios, lifetimes.n, int((event * count).sum()))


def _convergence_warning() -> type[Warning]:
    from lifelines.exceptions import ConvergenceWarning

    kind: type[Warning] = ConvergenceWarning
    return kind


def _made(name: str, log_ratio: float, error: float, chi2: float, confidence: float, note: str = "") -> HazardRatio:
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


def _check_covariates(table: dict[str, FloatArray], rows: int, events: int) -> None:
    sizes = {name: column.size for name, column in table.items()}
    if not table or set(sizes.values()) != {rows} or not events:
        raise InputError(
            "covariates",
            got=f"{sizes} for {rows} rows with {events} events",
            expected="at least one covariate, one number a row, and at least one event",
            cause="covariates of the units beside rows that count them, or an empty segment",
            remedy="pass one row a unit, or aggregate over the covariates too",
        )
    centred = np.column_stack([column - column.mean() for column in table.values()])
    length = np.linalg.norm(centred, axis=0)
    flat = [name for name, size in zip(table, length, strict=True) if size == 0]
    if flat or np.linalg.svd(centred / length, compute_uv=False)[-1] < _SINGULAR:
        raise InputError(
            "covariates",
            got=f"{', '.join(flat)} constant" if flat else "columns that are combinations of each other",
            expected="columns that each say something of their own",
            cause="all categories of one variable coded, or a filter that left one value",
            remedy="leave one category out as the reference",
        )
