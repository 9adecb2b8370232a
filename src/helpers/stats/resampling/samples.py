"""What every bootstrap shares: statistics by the row, checks of what goes in and out, and progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.validation import FloatArray, InputError, finite_array, whole_number

Statistic = Callable[..., Any]
"""``statistic(*samples, axis=-1)``: one number a row, as NumPy's reductions do it."""
CELLS: Final = 2**22
"""Resampled values held at a time: 32 MB, and as much again for the indices."""
_LONG: Final = 2e9  # resampled values after which the progress bar shows itself: about ten seconds


def checked_sample(what: str, values: ArrayLike, least: int = 2) -> FloatArray:
    """``values`` as floats, finite and of at least ``least`` units along the last axis.

    Example:
        >>> checked_sample("values", [[1, 2], [3, 4]]).shape
        (2, 2)
    """
    array = finite_array(what, values)
    if array.ndim == 0 or array.shape[-1] < least:
        raise InputError(
            what,
            got=f"shape {array.shape}",
            expected=f"at least {least} unit(s) along the last axis",
            cause="an empty segment, or one number in place of one a unit",
            remedy="pass one value for each unit, or pool small segments",
        )
    return array


def checked_resamples(resamples: int) -> int:
    """A whole number of resamples, at least 1.

    Example:
        >>> checked_resamples(99)
        99
    """
    if whole_number("resamples", resamples) == 0:
        raise InputError("resamples", got=0, expected="at least 1", cause="a typo", remedy="pass 9,999")
    return int(resamples)


def check_finite(*found: FloatArray) -> None:
    """Refuses a statistic that is missing or infinite on the data or on a resample.

    Example:
        >>> check_finite(np.array([1.0, np.nan]))
        Traceback (most recent call last):
        ...
        helpers.stats.validation.InputError: statistic cannot be used
          got:          1 values that are missing or infinite, of 2
          expected:     a finite number for the data and for every resample
          likely cause: a resample without units, or a zero denominator, in an arm too small for it
          remedy:       pool segments, or choose a statistic that every resample has
    """
    missing = sum(int(np.size(part) - np.isfinite(part).sum()) for part in found)
    if missing:
        raise InputError(
            "statistic",
            got=f"{missing} values that are missing or infinite, of {sum(map(np.size, found))}",
            expected="a finite number for the data and for every resample",
            cause="a resample without units, or a zero denominator, in an arm too small for it",
            remedy="pool segments, or choose a statistic that every resample has",
        )


def progress_bar(what: str, total: int, cells: int, progress: bool | None) -> Any:
    """A bar over ``total`` steps of ``cells`` values each: on request, never (False), or where the work is long (None).

    Example:
        >>> progress_bar("bootstrap", 99, 10, progress=None).disable
        True
    """
    from tqdm import tqdm

    silent = not progress if progress is not None else None if float(total) * cells > _LONG else True
    return tqdm(desc=what, total=total, disable=silent)


def counted(statistic: Statistic, bar: Any, *samples: FloatArray, axis: int = -1) -> Any:
    """``statistic``, moving the bar by the resamples it was given.

    Example:
        >>> with progress_bar("bootstrap", 3, 2, progress=False) as bar:
        ...     counted(np.mean, bar, np.array([[1.0, 2.0], [2.0, 2.0], [1.0, 1.0]])).tolist()
        [1.5, 2.0, 1.0]
    """
    found = statistic(*samples, axis=axis)
    bar.update(min(samples[0].shape[-2] if samples[0].ndim > 1 else 1, bar.total - bar.n))
    return found
