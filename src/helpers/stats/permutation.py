"""Permutation tests: what the statistic would have been, had the units been dealt to the arms otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import RESAMPLES
from helpers.stats.effects import NO_TEST
from helpers.stats.inference import ALTERNATIVES, Alternative
from helpers.stats.resampling import (
    CELLS,
    Statistic,
    check_finite,
    checked_resamples,
    checked_sample,
    counted,
    progress_bar,
)
from helpers.stats.validation import FloatArray, one_of


@dataclass(frozen=True, eq=False)
class Permutation:
    """Permutation test: p-value(s) of the null that no unit would have differed in the other arm.

    Attributes:
        value: the statistic on the data; a float, or one for each row.
        p_value: NaN where no rearrangement changes the statistic.
        resamples: rearrangements looked at. ``exact`` when these are all there are.

    Example:
        >>> permutation([1, 2, 3], [4, 5, 6], rng=np.random.default_rng(1)).exact
        True
    """

    alternative: Alternative
    n_control: int
    n_treatment: int
    value: Any
    p_value: Any
    resamples: int
    exact: bool
    note: str = ""


def mean_difference(control: FloatArray, treatment: FloatArray, axis: int = -1) -> FloatArray:
    """Treatment mean minus control mean.

    Example:
        >>> float(mean_difference(np.array([1.0, 2.0]), np.array([4.0, 5.0])))
        3.0
    """
    return np.asarray(treatment.mean(axis=axis) - control.mean(axis=axis))


def welch_t(control: FloatArray, treatment: FloatArray, axis: int = -1) -> FloatArray:
    """The difference over its unpooled standard error, infinite (or 0) where that is 0.

    Permuting it keeps alpha in large samples also where the arms differ in variance and only the means are equal, which
    permuting the plain difference does not (Janssen 1997; Chung and Romano 2013).

    Example:
        >>> float(welch_t(np.array([1.0, 3.0]), np.array([4.0, 6.0])).round(4))
        2.1213
    """
    error = (
        control.var(axis=axis, ddof=1) / control.shape[axis] + treatment.var(axis=axis, ddof=1) / treatment.shape[axis]
    )
    difference = mean_difference(control, treatment, axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / np.sqrt(error))


def permutation(
    control: ArrayLike,
    treatment: ArrayLike,
    *,
    statistic: Statistic = mean_difference,
    resamples: int = RESAMPLES,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
    progress: bool | None = None,
) -> Permutation:
    """Test by rearranging the units over the arms (``scipy.stats.permutation_test``).

    Exact, over all rearrangements, where there are at most ``resamples`` of them; otherwise (hits + 1) / (B + 1) over B
    random ones, valid at any B. Two-sided p is twice the smaller tail. The null is that the whole distributions are
    equal; for equal means only, use ``statistic=welch_t``.

    Args:
        control, treatment: at least two units in all, one in each arm; units along the last axis. Rows beside it are
            tested one by one under shared rearrangements.
        statistic: vectorised and growing with the effect: ``statistic(control, treatment, axis=-1)``.

    Reference: Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9(1).

    Example:
        >>> permutation([1, 2, 3], [4, 5, 6, 7], rng=np.random.default_rng(1)).p_value == 2 / 35
        True
    """
    from scipy import stats

    one_of("alternative", alternative, ALTERNATIVES)
    arms = [checked_sample(name, v, least=1) for name, v in (("control", control), ("treatment", treatment))]
    n_control, n_treatment = (arm.shape[-1] for arm in arms)
    ways, cells = math.comb(n_control + n_treatment, n_control), sum(arm.size for arm in arms)
    count = min(ways, checked_resamples(resamples))
    check_finite(np.asarray(statistic(*arms, axis=-1)))
    with progress_bar("permutations", count, cells, progress) as bar:
        found = stats.permutation_test(
            arms,
            partial(counted, statistic, bar),
            permutation_type="independent",
            vectorized=True,
            n_resamples=resamples,
            batch=max(1, CELLS // cells),
            alternative=alternative,
            axis=-1,
            rng=rng,
        )
    same = np.ptp(found.null_distribution, axis=0) == 0
    p, value = np.where(same, np.nan, found.pvalue), np.asarray(found.statistic)
    note = f"{NO_TEST}every rearrangement of the units gives the same statistic" if same.all() else ""
    scalar = value.ndim == 0
    return Permutation(
        alternative, n_control, n_treatment, float(value) if scalar else value, float(p) if scalar else p,
        count, ways <= resamples, note,
    )  # fmt: skip
