"""Control charts as arrays: individuals, p, CUSUM and EWMA."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.defaults import CUSUM_ALLOWANCE, EWMA_LIMIT, EWMA_WEIGHT
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.stream import DailyStream
from helpers.stats.validation import BoolArray, FloatArray

SIGMAS = 3.0
D2 = 1.1283791670955126
r"""Mean absolute difference of two standard normals, :math:`2/\sqrt\pi`: moving range over this is sigma."""


@dataclass(frozen=True)
class Chart:
    """Points with their centre and limits, one entry a day.

    Attributes:
        name: kind of chart.
        points, centre, low, high: shares, or standard errors for CUSUM and EWMA.
    """

    name: str
    points: FloatArray
    centre: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def outside(self) -> BoolArray:
        """Days beyond a limit; a missing day is not."""
        return (self.points < self.low) | (self.points > self.high)


def p_chart(stream: DailyStream, baseline: Baseline, sigmas: float = SIGMAS) -> Chart:
    r"""Deseasonalised daily rates with limits :math:`p\pm3\,s_t` that follow the day's checkouts.

    :math:`s_t` is :meth:`Baseline.errors`: binomial noise of the day and of the frozen baseline.

    Example:
        >>> from helpers.experiment.monitoring.stream import DailyWorld, simulate
        >>> stream = simulate(np.random.default_rng(1), DailyWorld(0.3, 1000, 20))
        >>> int(p_chart(stream, Baseline.of(stream)).outside.sum())
        0
    """
    centre = np.broadcast_to(baseline.rate[..., None], stream.units.shape).astype(float)
    reach = sigmas * baseline.errors(stream)
    return Chart("p", baseline.adjusted(stream), centre, centre - reach, centre + reach)


def individuals(stream: DailyStream, baseline: Baseline, sigmas: float = SIGMAS) -> Chart:
    r"""Deseasonalised daily rates with limits from their own moving range before the launch.

    :math:`p\pm3\,\overline{MR}/1.128`. It needs no binomial noise, so it stays right when days differ by more than
    chance; it takes all days as equally large. Missing days are left out, ranges span them.

    Example:
        >>> from helpers.experiment.monitoring.stream import DailyWorld, simulate
        >>> stream = simulate(np.random.default_rng(1), DailyWorld(0.3, 1000, 20))
        >>> chart = individuals(stream, Baseline.of(stream))
        >>> bool(0.02 < (chart.high - chart.centre)[0] < 0.06)
        True
    """
    points = baseline.adjusted(stream)
    before = points[..., : stream.launch - stream.wait]
    ranges = np.abs(np.diff(before[np.isfinite(before)])) if before.ndim == 1 else np.abs(np.diff(before, axis=-1))
    sigma = np.nanmean(ranges, axis=-1) / D2 if ranges.shape[-1] else np.full(before.shape[:-1], np.nan)
    centre = np.broadcast_to(baseline.rate[..., None], points.shape).astype(float)
    reach = sigmas * np.asarray(sigma)[..., None] * np.ones(points.shape)
    return Chart("individuals", points, centre, centre - reach, centre + reach)


def cusum(z: FloatArray, allowance: float = CUSUM_ALLOWANCE) -> tuple[FloatArray, FloatArray]:
    r"""Cumulative sums towards harm and towards gain, each in standard errors and never below 0.

    :math:`S_t=\max(0,S_{t-1}\mp z_t-k)`; either one signals above its limit :math:`h`. A missing day adds nothing.

    Args:
        z: standardised series on the last axis.
        allowance: :math:`k`, half the shift to be found, in standard errors.

    Reference: Page, "Continuous inspection schemes", Biometrika 41 (1954).

    Example:
        >>> low, high = cusum(np.array([-2.0, -2.0, np.nan, -2.0]))
        >>> low.tolist(), high.tolist()
        ([1.5, 3.0, 3.0, 4.5], [0.0, 0.0, 0.0, 0.0])
    """
    low, high = np.zeros(z.shape), np.zeros(z.shape)
    below, above = np.zeros(z.shape[:-1]), np.zeros(z.shape[:-1])
    for day in range(z.shape[-1]):
        there = np.isfinite(z[..., day])
        below = np.where(there, np.maximum(0.0, below - z[..., day] - allowance), below)
        above = np.where(there, np.maximum(0.0, above + z[..., day] - allowance), above)
        low[..., day], high[..., day] = below, above
    return low, high


def ewma(z: FloatArray, weight: float = EWMA_WEIGHT, limit: float = EWMA_LIMIT, *, exact: bool = True) -> Chart:
    r"""Exponentially weighted mean of standardised points, with its limits.

    :math:`E_t=\lambda z_t+(1-\lambda)E_{t-1}`, limits
    :math:`\pm L\sqrt{\tfrac{\lambda}{2-\lambda}\{1-(1-\lambda)^{2t}\}}` with :math:`t` counting observed points;
    ``exact=False`` takes the limit for large :math:`t` from the first day on. A missing day leaves all as it was.

    Reference: Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959).

    Example:
        >>> chart = ewma(np.array([1.0, 1.0]))
        >>> chart.points.round(2).tolist(), chart.high.round(3).tolist()
        ([0.2, 0.36], [0.592, 0.759])
    """
    points, high = np.zeros(z.shape), np.zeros(z.shape)
    mean, seen = np.zeros(z.shape[:-1]), np.zeros(z.shape[:-1])
    for day in range(z.shape[-1]):
        there = np.isfinite(z[..., day])
        mean = np.where(there, weight * z[..., day] + (1 - weight) * mean, mean)
        seen = seen + there
        points[..., day] = mean
        decay = 1 - (1 - weight) ** (2 * seen) if exact else 1.0
        high[..., day] = limit * np.sqrt(weight / (2 - weight) * decay)
    return Chart("EWMA", points, np.zeros(z.shape), -high, high)
