"""Several tests at once: adjusted p-values that keep the promised error rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import ALPHA
from helpers.stats.validation import FloatArray, InputError, between, one_of

Method = Literal["holm", "bonferroni", "hochberg", "bh", "by"]
METHODS: tuple[Method, ...] = ("holm", "bonferroni", "hochberg", "bh", "by")


@dataclass(frozen=True)
class AdjustedPValues:
    """Adjusted p-values in the order given; ``rejected`` compares them with ``alpha``.

    Example:
        >>> adjust([0.01, 0.04]).rejected
        (True, True)
    """

    method: Method
    alpha: float
    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]
    rejected: tuple[bool, ...]
    note: str = ""


def adjust(p_values: ArrayLike | Sequence[float], method: Method = "holm", *, alpha: float = ALPHA) -> AdjustedPValues:
    r"""Adjust the p-values of one family of ``m`` tests.

    With the p-values in rising order, and minima or maxima running so that the order is kept:

    - "bonferroni": :math:`m p_i`; "holm": :math:`(m-i+1)p_{(i)}` stepping down. Both hold the
      chance of any false alarm under every dependence; Holm is never worse.
    - "hochberg": the same factors stepping up; needs independence or positive dependence.
    - "bh": :math:`m p_{(i)}/i` stepping up: expected share of false discoveries, same condition.
    - "by": "bh" times :math:`\sum_{j\le m}1/j`: any dependence.

    A NaN (no test could be made) stays NaN but counts as one of the ``m``: the family is what was
    planned, and dropping a member after the fact would favour the others.

    Raises:
        InputError: for a p-value outside [0, 1] or an unknown method.

    Reference: Holm (1979); Hochberg (1988); Benjamini and Hochberg (1995); Benjamini and Yekutieli
    (2001).

    Example:
        >>> adjust([0.01, 0.04, 0.03]).adjusted
        (0.03, 0.06, 0.06)
    """
    one_of("method", method, METHODS)
    between("alpha", alpha, 0, 1)
    p = np.atleast_1d(np.asarray(p_values, np.float64))
    if p.ndim != 1 or ((p < 0) | (p > 1)).any():
        raise InputError(
            "p_values",
            got=f"values from {np.nanmin(p)} to {np.nanmax(p)} in shape {p.shape}",
            expected="one list of numbers in [0, 1]",
            cause="statistics passed in place of p-values",
            remedy="pass Effect.p_value of every test in the family",
        )
    missing = np.isnan(p)
    adjusted = np.where(missing, np.nan, _adjusted(np.where(missing, 1.0, p), method))
    count = int(missing.sum())
    note = f"{count} of {p.size} tests could not be made; they count in the family" if count else ""
    rejected = tuple((adjusted < alpha).tolist())
    return AdjustedPValues(method, alpha, tuple(p.tolist()), tuple(adjusted.tolist()), rejected, note)


def _adjusted(p: FloatArray, method: Method) -> FloatArray:
    m = p.size
    if method == "bonferroni" or m == 0:
        return np.minimum(m * p, 1.0)
    order = np.argsort(p, kind="stable")
    rank = np.arange(1, m + 1)
    if method in ("holm", "hochberg"):
        factor = (m - rank + 1).astype(np.float64)
    else:
        factor = m / rank * (np.sum(1 / rank) if method == "by" else 1.0)
    scaled = p[order] * factor
    running = np.maximum.accumulate(scaled) if method == "holm" else np.minimum.accumulate(scaled[::-1])[::-1]
    result = np.empty(m)
    result[order] = np.minimum(running, 1.0)
    return result
