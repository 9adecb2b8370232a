"""What a segmentation is worth to an experiment: the variance that comparing like with like removes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.defaults import ALPHA
from helpers.programme.customers.movement import pooled
from helpers.stats.adjustment.cuped import cuped
from helpers.stats.adjustment.post_stratification import post_stratify
from helpers.stats.row_order import row_order
from helpers.stats.summaries.mean import Mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

UNITS = 1_000
"""Units of a plain experiment that a saving is told of."""
RUNS = 200
"""Resamplings of whole shoppers behind an interval."""


@dataclass(frozen=True)
class Gain:
    """Share of the variance of an effect on the next interval's spending that is removed, with its interval."""

    name: str
    removed: float
    low: float
    high: float

    @property
    def saved(self) -> int:
        """Units of :data:`UNITS` of a plain experiment that the same precision does without; never fewer than none.

        >>> Gain("rfm", 0.1234, 0.1, 0.15).saved
        123
        """
        return max(0, round(UNITS * self.removed))


def gains(
    frame: "pd.DataFrame", segmentations: Mapping[str, str], minimum: int, rng: "np.random.Generator", runs: int = RUNS
) -> tuple[Gain, ...]:
    r"""What each segmentation, and CUPED by the last interval's spending beside them, takes off the variance.

    Estimated is :math:`1-\sum_kw_ks_k^2/s^2` for an outcome ``next_cents`` and segments known before it: the shoppers were
    not treated, so both arms have a segment's summary, and the share is that of :func:`helpers.stats.post_stratify` and of
    :func:`helpers.stats.cuped`. Percentile bootstrap of whole shoppers.

    Args:
        frame: a row a shopper, with ``next_cents``, ``before_cents`` and a column for each of ``segmentations``.
        segmentations: what each is called -> its column.
        minimum: segments with fewer shoppers are pooled.
        rng: draws the resamples, ``runs`` of them.

    When it lies: a few large spenders hold most of the variance, so that another month can differ by more than the
    interval says; segments made with knowledge of the outcome's days remove more than they may; and what is removed for
    spending says nothing on another metric. A segmentation is not chosen by this alone: CUPED needs none.

    Reference: Miratrix, Sekhon and Yu (2013), JRSS B 75, 369-396; Deng, Xu, Kohavi and Walker (2013), WSDM, 123-132.
    """
    columns = frame.assign(**{c: pooled(frame[c], minimum) for c in segmentations.values()})
    used = ["next_cents", "before_cents", *segmentations.values()]
    columns = columns.iloc[row_order(*(columns[c] for c in used))]  # shoppers are drawn by value, not by position
    found = [_gain(name, columns, _stratified(column), rng, runs) for name, column in segmentations.items()]
    return (*found, _gain("CUPED by last spending", columns, _adjusted, rng, runs))


def _gain(
    name: str, frame: "pd.DataFrame", removed: "Callable[[pd.DataFrame], float]", rng: "np.random.Generator", runs: int
) -> Gain:
    import numpy as np

    drawn = [removed(frame.iloc[rng.integers(0, len(frame), len(frame))]) for _ in range(runs)]
    low, high = np.quantile(drawn, (ALPHA / 2, 1 - ALPHA / 2))
    return Gain(name, removed(frame), float(low), float(high))


def _stratified(column: str) -> "Callable[[pd.DataFrame], float]":
    def removed(frame: "pd.DataFrame") -> float:
        parts = {str(s): Mean.from_values(y.to_numpy()) for s, y in frame.next_cents.groupby(frame[column])}
        return 1 - post_stratify({s: (mean, mean) for s, mean in parts.items()}).reduction.share_remaining

    return removed


def _adjusted(frame: "pd.DataFrame") -> float:
    mean = Mean.from_values(frame.next_cents, {"before": frame.before_cents})
    return 1 - cuped(mean, mean).reduction.share_remaining
