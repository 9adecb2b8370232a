"""Columns of covariates: checked against the outcome, and turned into directions that carry something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.validation import BoolArray, FloatArray, InputError, finite_vector

SINGULAR: Final = 1e-8  # relative size below which a direction of the covariates counts as constant


def centred_basis(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Orthonormal basis (..., n, r) of the centred columns, the matrix that takes loadings on it to least-norm slopes
    (..., k, r), and the rank; directions that carry nothing are zero in both.

    Example:
        >>> basis, slopes_of, rank = centred_basis(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]))
        >>> int(rank), (slopes_of @ (basis.T @ np.array([0.0, 2.0, 4.0]))).round(12).tolist()
        (1, [2.0, 0.0])
    """
    centred = x - x[..., :1, :]  # a constant column stays exactly constant
    centred = centred - centred.mean(axis=-2, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=-2, keepdims=True))
    scale = np.where(spread > 0, spread, 1.0)
    q, r = np.linalg.qr(centred / scale)
    u, s, vt = np.linalg.svd(r, full_matrices=False)
    kept = s > SINGULAR * np.maximum(s.max(axis=-1, keepdims=True, initial=0), 0.5)
    basis = (q @ u) * kept[..., None, :]
    inverse = np.where(kept, 1 / np.where(kept, s, 1.0), 0.0)
    slopes_of = np.swapaxes(vt, -1, -2) * inverse[..., None, :] / np.swapaxes(scale, -1, -2)
    return basis, slopes_of, kept.sum(axis=-1)


def checked_columns(
    y: ArrayLike, treated: ArrayLike, covariates: Mapping[str, ArrayLike]
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Outcome (n), who is treated (n) and the covariates (n, k), finite, of one length and with both arms present.

    Example:
        >>> checked_columns([1, 2], [0, 1], {"x": [3, 4]})[1]
        array([False,  True])
    """
    outcome = finite_vector("y", y)
    arm = finite_vector("treated", treated)
    columns = [finite_vector(f"covariate {name!r}", values) for name, values in covariates.items()]
    lengths = [outcome.size, arm.size, *(column.size for column in columns)]
    if len(set(lengths)) != 1:
        raise InputError(
            "columns",
            got=f"lengths {lengths}",
            expected="one value a unit in y, treated and every covariate",
            cause="columns that come from different queries",
            remedy="join them on the unit first",
        )
    if not np.isin(arm, (0.0, 1.0)).all() or np.unique(arm).size != 2:
        raise InputError(
            "treated",
            got=f"values {np.unique(arm)[:5].tolist()}",
            expected="0 or False for control and 1 or True for treatment, both present",
            cause="more than two variants, or an empty arm",
            remedy="pass two arms at a time: treated = variant == 'treatment'",
        )
    matrix = np.column_stack(columns) if columns else np.empty((outcome.size, 0))
    return outcome, arm == 1, matrix
