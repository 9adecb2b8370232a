"""Plain ANCOVA, one slope for both arms: what Lin's interacted regression improves on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.covariates import SINGULAR, centred_basis, checked_columns
from helpers.stats.validation import InputError


@dataclass(frozen=True)
class Ancova:
    """Additive regression adjustment, for comparison with :func:`~helpers.stats.lin_adjustment`.

    Attributes:
        absolute: coefficient of the treatment.
        standard_error_classical: from one residual variance (divisor n - 2 - rank of the covariates).
        standard_error_hc0: White's, from squared residuals as they are.
        theta: one slope a covariate.
        df: n - 2 - rank.

    Example:
        >>> Ancova(0.1, 0.3, 0.3, (0.8,), 397).theta
        (0.8,)
    """

    absolute: float
    standard_error_classical: float
    standard_error_hc0: float
    theta: tuple[float, ...]
    df: int


def ancova(y: ArrayLike, treated: ArrayLike, covariates: Mapping[str, ArrayLike]) -> Ancova:
    r"""The coefficient of :math:`z` in :math:`y\sim z+x` with classical and HC0 standard errors.

    One slope for both arms. Unequal arms can make it *less* precise than the plain difference, and the classical error
    is then wrong as well (Freedman 2008): decide by :func:`~helpers.stats.lin_adjustment`. Computed by partialling the
    covariates out of outcome and treatment.

    Args:
        y, treated, covariates: as for ``lin_adjustment``.

    Raises:
        InputError: as ``lin_adjustment``, and when the covariates determine the treatment.

    Reference: Freedman (2008), Advances in Applied Mathematics 40, 180-193; White (1980).

    Example:
        >>> r = ancova([1, 2, 4, 2, 4, 5], [0, 0, 0, 1, 1, 1], {"x": [1, 2, 3, 1, 2, 3]})
        >>> round(r.absolute, 4), round(r.standard_error_classical, 4)
        (1.3333, 0.2722)
    """
    outcome, arm, columns = checked_columns(y, treated, covariates)
    n, z = outcome.size, arm.astype(np.float64)
    basis, slopes_of, rank = centred_basis(columns)
    rest = z - z.mean() - basis @ (basis.T @ z)
    within = float(rest @ rest)
    if within <= SINGULAR * n:
        raise InputError(
            "covariates",
            got="covariates that determine who is treated",
            expected="covariates from before the assignment",
            cause="the variant itself, or something it changes, among the covariates",
            remedy="leave it out",
        )
    effect = float(rest @ outcome) / within
    remaining = outcome - effect * z
    centred = remaining - remaining.mean()
    residual = centred - basis @ (basis.T @ centred)
    df = n - 2 - int(rank)
    classical = math.sqrt(float(residual @ residual) / df / within) if df > 0 else math.nan
    hc0 = math.sqrt(float((rest * residual) @ (rest * residual))) / within
    theta = slopes_of @ (basis.T @ centred)
    return Ancova(effect, classical, hc0, tuple(theta.tolist()), df)
