"""Cox regression: hazard ratios of the arm and of covariates beside it, by lifelines (imported on first use)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.hazards import HazardRatio, wald_hazard_ratio
from helpers.stats.survival import Lifetimes
from helpers.stats.validation import FloatArray, InputError, alpha_of, finite_vector

_PRECISION = {"precision": 1e-12, "r_precision": 1e-14}  # lifelines stops at a coefficient good to 1e-5
_SINGULAR = 1e-9  # relative size below which a direction of the covariates counts as constant


@dataclass(frozen=True)
class Cox:
    """A Cox model: one hazard ratio a covariate, each with the others held fixed.

    Attributes:
        ratios: in the order of the covariates.
        n, events: units, and how many of them had the event.

    Example:
        >>> from helpers.stats import hazard_ratio
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
        wald_hazard_ratio(
            name, float(fitter.params_[name]), float(fitter.standard_errors_[name]), float(chi2[name]), confidence
        )
        for name in table
    )
    return Cox(ratios, lifetimes.n, int((event * count).sum()))


def _convergence_warning() -> type[Warning]:
    from lifelines.exceptions import ConvergenceWarning

    kind: type[Warning] = ConvergenceWarning
    return kind


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
