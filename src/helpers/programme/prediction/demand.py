"""Orders of the days ahead, with intervals; judged from many days of the past against last week once more."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.programme.prediction.level_and_week import WEEK, fitted
from helpers.stats.estimate import Estimate
from helpers.stats.inference import critical
from helpers.stats.validation import finite_vector
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

Floats = NDArray[np.float64]

FIRST_ORIGIN = 112
"""Days that the first forecast of the backtest has seen."""


@dataclass(frozen=True)
class Forecast:
    """Orders of the days from ``origin`` on, seen from the day before.

    Attributes:
        origin: number of days that were seen.
        point: the median forecast; ``low`` and ``high`` are its interval a day.
        naive: the same day of the last week seen.
        seen: what came.
        scale: mean absolute error of the naive forecast within the days seen, by which errors are told.
    """

    origin: int
    point: Floats
    low: Floats
    high: Floats
    naive: Floats
    seen: Floats
    scale: float


@dataclass(frozen=True)
class Backtest:
    """Forecasts from rolling origins, and how they did; intervals are of the mean over origins.

    Attributes:
        mase: mean absolute scaled error (Hyndman and Koehler 2006) of the model.
        naive: of the seasonal naive forecast.
        gain: naive minus model, paired by origin; above zero the model is better.
        coverage: share of days inside their interval.
    """

    forecasts: tuple[Forecast, ...]
    mase: Estimate
    naive: Estimate
    gain: Estimate
    coverage: Estimate


def daily(con: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """Orders of every day of the year."""
    return query.query(con, "daily_orders")


def forecast(orders: ArrayLike, ahead: int) -> tuple[Floats, Floats, Floats]:
    """Median and interval of each of the next ``ahead`` days: a local level and a fixed week, on the square root of orders.

    An unobserved-components model by maximum likelihood (:mod:`~helpers.programme.prediction.level_and_week`); the root makes the noise of counts even, and ends
    of the interval are squared back. Assumptions: the level wanders, the week does not change, errors are normal on the
    root. It lies on days that a calendar knows and it does not (sales, outages): they come as surprises, and once seen
    they widen what follows; and its intervals hold for each day, not for all days at once.

    >>> orders = np.random.default_rng(1).poisson([90, 95, 92, 99, 108, 115, 96] * 12)
    >>> point, low, high = forecast(orders, 3)
    >>> bool((low < point).all() and (point < high).all())
    True
    """
    middle, error = fitted(np.sqrt(_counts(orders) + 3 / 8)).ahead(ahead)
    reach = float(critical(1 - CONFIDENCE)) * error
    point, low, high = (np.maximum(v, 0.0) ** 2 - 3 / 8 for v in (middle, middle - reach, middle + reach))
    return np.maximum(point, 0.0), np.maximum(low, 0.0), np.maximum(high, 0.0)


def backtest(orders: ArrayLike, ahead: int) -> Backtest:
    """Forecast ``ahead`` days from every ``ahead``-th day on, each time from what had been seen by then.

    Assumption: origins are nearly independent, since their days do not overlap. It lies as a promise: it is an average
    over the days there were, and the next ones may be of another kind.

    Raises :class:`~helpers.errors.ReportError` for too few days, or weeks that are all the same: no error can be scaled by them.
    """
    y = _counts(orders)
    origins = range(FIRST_ORIGIN, len(y) - ahead + 1, ahead)
    if len(origins) < 2 or (y[WEEK:FIRST_ORIGIN] == y[: FIRST_ORIGIN - WEEK]).all():
        raise ReportError(
            "the forecasts cannot be judged",
            got=f"{len(y)} days, {'' if len(origins) > 1 else f'{len(origins)} of them forecast from, '}{ahead} days ahead",
            expected=f"{FIRST_ORIGIN + 2 * ahead} days or more, of weeks that differ",
            remedy="lower prediction.ahead_days, or bring a longer log",
        )
    made = tuple(_from(y, origin, ahead) for origin in origins)
    errors = np.array([np.abs(f.point - f.seen).mean() / f.scale for f in made])
    naive = np.array([np.abs(f.naive - f.seen).mean() / f.scale for f in made])
    inside = np.array([((f.low <= f.seen) & (f.seen <= f.high)).mean() for f in made])
    return Backtest(made, _mean(errors), _mean(naive), _mean(naive - errors), _mean(inside))


def _counts(orders: ArrayLike) -> Floats:
    y = finite_vector("orders", orders)
    if (y < 0).any():
        raise ReportError("orders of a day cannot be below zero", got=f"{y.min():g}", expected="counts")
    return y


def _from(y: Floats, origin: int, ahead: int) -> Forecast:
    seen = y[:origin]
    scale = float(np.abs(seen[WEEK:] - seen[:-WEEK]).mean())
    naive = np.resize(seen[-WEEK:], ahead)
    return Forecast(origin, *forecast(seen, ahead), naive, y[origin : origin + ahead], scale)


def _mean(each: Floats) -> Estimate:
    return Estimate.of(float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each))), CONFIDENCE)
