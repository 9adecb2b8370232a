"""Days that are not like the weeks before them, at a stated rate of false alarms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.validation import finite_array, finite_vector

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WINDOW = 56
"""Days before a day that say what to expect of it: whole weeks."""
YEAR = 365.25


@dataclass(frozen=True)
class Watched:
    """Each day from the end of the first window on: what was to be expected, and whether it alarmed.

    Attributes:
        first: number of the first day watched.
        low: below it a day alarms; ``high``: above it.
        alarms: a day or not, for each day watched.
    """

    first: int
    low: Floats
    high: Floats
    alarms: Flags

    @property
    def days(self) -> tuple[int, ...]:
        """Numbers of the days that alarmed."""
        return tuple(int(d) + self.first for d in np.flatnonzero(self.alarms))


def watch(orders: ArrayLike, false_alarms_per_year: float) -> Watched:
    """Alarm when a day lies outside what the eight weeks before it leave to chance.

    On the root of the orders (2 sqrt(y + 3/8), even noise for counts) the window's weekdays and linear trend are regressed;
    the next day's residual over its standard error is t-distributed, and its two-sided limit is set so that healthy days
    alarm ``false_alarms_per_year`` times a year. A day that alarmed enters later windows at its
    limit: left as it is it would hide the next one, and left out it would make the days after it look too even.

    Assumptions: given weekday and trend, healthy days are independent and normal on the root. It lies where demand wanders
    or turns within eight weeks (more false alarms), and a change that lasts is told every day until the limit gives in; a
    slow decay is never told. Several series of one row give rows of results.

    Raises :class:`~helpers.errors.ReportError` for a series no longer than the window.
    """
    from scipy.stats import t

    y = finite_array("orders", orders)
    days = y.shape[-1]
    if days <= WINDOW:
        raise ReportError("too few days to watch", got=f"{days} days", expected=f"more than {WINDOW}")
    weights, residuals, spread, freedom = _window()
    limit = float(t.isf(false_alarms_per_year / YEAR / 2, freedom))
    root = 2 * np.sqrt(y + 3 / 8)
    low, high, alarms = (np.zeros((*y.shape[:-1], days - WINDOW)) for _ in range(3))
    for day in range(WINDOW, days):
        before = root[..., day - WINDOW : day]
        middle = before @ weights
        reach = limit * np.sqrt(((before @ residuals) ** 2).sum(axis=-1) / freedom * spread)
        alarm = np.abs(root[..., day] - middle) > reach
        root[..., day] = np.clip(root[..., day], middle - reach, middle + reach)
        for kept, value in ((low, middle - reach), (high, middle + reach), (alarms, alarm)):
            kept[..., day - WINDOW] = value
    low, high = (np.maximum(np.maximum(end, 0.0) ** 2 / 4 - 3 / 8, 0.0) for end in (low, high))
    return Watched(WINDOW, low, high, alarms.astype(np.bool_))


def _window() -> tuple[Floats, Floats, float, int]:
    """Weights of the next day's forecast, the maker of residuals, the forecast's variance over the noise's, the freedom."""
    day = np.arange(WINDOW + 1)
    design = np.column_stack([day[:, None] % 7 == np.arange(7), day - WINDOW]).astype(np.float64)
    x, ahead = design[:-1], design[-1]
    inverse = np.linalg.inv(x.T @ x)
    return (
        x @ inverse @ ahead,
        np.eye(WINDOW) - x @ inverse @ x.T,
        float(1 + ahead @ inverse @ ahead),
        WINDOW - x.shape[1],
    )


def healthy(orders: ArrayLike, runs: int, rng: np.random.Generator) -> Floats:
    """``runs`` series without anomalies like this one: Poisson about its monthly running median and its week.

    Assumption: days are independent given their mean; it lies where demand has bursts that chance alone does not make.
    """
    y = finite_vector("orders", orders)
    if len(y) <= WINDOW or (y < 0).any():
        raise ReportError(
            "no healthy series can be drawn", got=f"{len(y)} days", expected=f"counts of more than {WINDOW} days"
        )
    half = 14
    padded = np.pad(y, half, mode="reflect")
    level = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=-1)
    ratio = y / np.maximum(level, 1.0)
    week = np.array([np.median(ratio[k::7]) for k in range(7)])
    smooth = np.convolve(np.pad(level, half, mode="edge"), np.full(2 * half + 1, 1 / (2 * half + 1)), mode="valid")
    return np.asarray(rng.poisson(smooth * week[np.arange(len(y)) % 7], size=(runs, len(y))), np.float64)


@dataclass(frozen=True)
class Rate:
    """False alarms a year on healthy series, with the exact Poisson interval of their number."""

    alarms: int
    years: float
    per_year: float
    low: float
    high: float


def rate(series: ArrayLike, false_alarms_per_year: float) -> Rate:
    """How often healthy series alarm, a year of watching; the interval takes alarms as independent."""
    from scipy.stats import chi2

    seen = watch(series, false_alarms_per_year).alarms
    tail = (1 - CONFIDENCE) / 2
    alarms, years = int(seen.sum()), seen.size / YEAR
    low = float(chi2.ppf(tail, 2 * alarms)) / 2 if alarms else 0.0
    return Rate(alarms, years, alarms / years, low / years, float(chi2.isf(tail, 2 * alarms + 2)) / 2 / years)


@dataclass(frozen=True)
class Calibrated:
    """A watch whose rate of false alarms was set, and then measured, on healthy series like the one that it watches."""

    watched: Watched
    measured: Rate


def calibrated(orders: ArrayLike, false_alarms_per_year: float, runs: int, seed: int) -> Calibrated:
    """:func:`watch`, asked for the rate at which healthy series like this one alarm as often as stated.

    Counts are not quite normal and demand not quite straight, so healthy days alarm a little more often than asked for; one
    step in proportion makes up for it. The rate is then measured on other healthy series. It lies as :func:`healthy` does.
    """
    first, second = (healthy(orders, runs, np.random.default_rng((seed, k))) for k in (2, 3))
    seen = rate(first, false_alarms_per_year).per_year
    asked = false_alarms_per_year**2 / seen if seen else false_alarms_per_year
    return Calibrated(watch(orders, asked), rate(second, asked))


@dataclass(frozen=True)
class AlarmsAgainstTruth:
    """Planted days against alarms."""

    found: tuple[int, ...]
    missed: tuple[int, ...]
    false: tuple[int, ...]


def against(planted: list[int], watched: Watched) -> AlarmsAgainstTruth:
    """Which planted days alarmed, which did not, and which alarms nobody planted; days before the watch do not count.

    >>> against([3, 60, 70], Watched(56, np.zeros(30), np.zeros(30), np.arange(30) == 4))
    AlarmsAgainstTruth(found=(60,), missed=(70,), false=())
    """
    days = set(watched.days)
    due = [d for d in sorted(planted) if watched.first <= d < watched.first + len(watched.alarms)]
    return AlarmsAgainstTruth(
        tuple(d for d in due if d in days), tuple(d for d in due if d not in days), tuple(sorted(days - set(planted)))
    )
