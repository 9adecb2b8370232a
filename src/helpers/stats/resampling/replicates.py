"""What the bootstrap draws: a statistic of the data, and of each of many resamples of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import RESAMPLES
from helpers.stats.resampling.samples import (
    CELLS,
    Statistic,
    check_finite,
    checked_resamples,
    checked_sample,
    counted,
    progress_bar,
)
from helpers.stats.row_order import in_order
from helpers.stats.validation import FloatArray

_CONSTANT: Final = 1e-12  # relative spread of resamples that is rounding


@dataclass(frozen=True, eq=False)
class Replicates:
    """Estimate and its bootstrap draws; arrays of shape (...) and (..., B).

    Attributes:
        n: units.
        value: the estimate on the data.
        draws: the estimate on each of B resamples.
        second, third: sums of squares and of cubes of the jackknife influences, for BCa; NaN where not asked for.

    Example:
        >>> replicates([1, 2, 6], resamples=99, rng=np.random.default_rng(1)).estimate
        3.0
    """

    n: int
    value: FloatArray
    draws: FloatArray
    second: FloatArray | float = math.nan
    third: FloatArray | float = math.nan

    @property
    def estimate(self) -> float:
        """The estimate, for replicates of one sample."""
        return float(self.value)

    @property
    def variance(self) -> float:
        """Bootstrap variance of one unit's contribution: ``variance / n`` is that of the estimate."""
        return 0.0 if bool(constant_draws(self.draws)) else float(self.n * self.draws.var(ddof=1))


def replicates(
    *samples: ArrayLike,
    statistic: Statistic = np.mean,
    resamples: int = RESAMPLES,
    rng: np.random.Generator,
    jackknife: bool = False,
    progress: bool | None = None,
) -> Replicates:
    """Draws of a statistic, each sample resampled with replacement on its own (``scipy.stats.bootstrap``).

    Args:
        samples: one or more, of at least two units each; units along the last axis, in any order, for they are drawn
            from by their values (:mod:`helpers.stats.row_order`). Rows beside it share the resampled positions, so many
            data sets of one size cost little more than one.
        statistic: vectorised: ``statistic(*samples, axis=-1)``.
        resamples: B. Memory holds ``CELLS`` resampled values, whatever B.
        jackknife: also leave out each unit once, which BCa needs: n evaluations of the statistic.
        progress: a bar on request, never (False), or by itself when the work is long and a terminal is there (None).

    Raises:
        InputError: for fewer than two units, or a statistic that is not finite on data or resamples.

    Example:
        >>> replicates(np.arange(20), statistic=np.median, resamples=50, rng=np.random.default_rng(1)).draws.shape
        (50,)
    """
    from scipy import stats

    arrays = [in_order(checked_sample(f"sample {i + 1}", sample)) for i, sample in enumerate(samples)]
    cells = sum(array.size for array in arrays)
    with progress_bar("bootstrap", checked_resamples(resamples), cells, progress) as bar:
        drawn = stats.bootstrap(
            arrays,
            partial(counted, statistic, bar),
            n_resamples=resamples,
            batch=max(1, CELLS // cells),
            vectorized=True,
            axis=-1,
            method="percentile",
            rng=rng,
        ).bootstrap_distribution
    value = np.asarray(statistic(*arrays, axis=-1), np.float64)
    draws = np.asarray(drawn, np.float64)
    check_finite(value, draws)
    moments = _influences(arrays, statistic) if jackknife else (math.nan, math.nan)
    return Replicates(sum(array.shape[-1] for array in arrays), value, draws, *moments)


def _influences(samples: list[FloatArray], statistic: Statistic) -> tuple[FloatArray, FloatArray]:
    """Sums of squares and of cubes of (n - 1) / n times what leaving a unit out changes, over all samples."""
    second, third = np.zeros(()), np.zeros(())
    for i, sample in enumerate(samples):
        n = sample.shape[-1]
        step = max(1, CELLS // sample.size)
        rest, kept = [part[..., None, :] for part in samples], np.arange(n - 1)
        left_out = []
        for start in range(0, n, step):
            unit = np.arange(start, min(start + step, n))[:, None]
            rest[i] = sample[..., kept + (kept >= unit)]
            left_out.append(np.asarray(statistic(*rest, axis=-1), np.float64))
        without = np.concatenate(left_out, axis=-1)
        influence = (without.mean(axis=-1, keepdims=True) - without) * (n - 1) / n
        second, third = second + (influence**2).sum(axis=-1), third + (influence**3).sum(axis=-1)
    return second, third


def constant_draws(draws: FloatArray) -> Any:
    """Whether all draws, along the last axis, are one number but for rounding.

    Example:
        >>> constant_draws(np.array([[2.0, 2.0], [2.0, 3.0]])).tolist()
        [True, False]
    """
    return np.ptp(draws, axis=-1) <= _CONSTANT * np.abs(draws).max(axis=-1)
