"""The order of rows says nothing: what draws from rows, or looks for a best fit, first puts them in order by their values.

A sum over rows keeps nine digits in any order, and needs none of this. A draw does not: the seventh row is another unit
when the rows come in another order, and the same seed gives another answer. So wherever a ``Generator`` meets rows, and
wherever a search or a tie hangs on which row comes first, they are put into the order of their own values. Rows that are
equal in every value are one another's stand-ins, so nothing else needs to be known of them; where units have names, the
caller passes the names as the first column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.stats.validation import FloatArray


def row_order(*columns: ArrayLike) -> NDArray[np.intp]:
    """Positions of the rows in the order of their values: by the first column, ties by the second, and so on.

    Args:
        columns: of one length, each of values that can be compared with one another.

    Example:
        >>> row_order([2, 1, 2], ["b", "c", "a"]).tolist()
        [1, 2, 0]
    """
    return np.lexsort([_ranks(column) for column in reversed(columns)])


def in_order(units: FloatArray) -> FloatArray:
    """Units along the last axis in the order of their values; rows beside it keep a unit's values together.

    Example:
        >>> in_order(np.array([[2.0, 1.0, 2.0], [5.0, 6.0, 4.0]])).tolist()
        [[1.0, 2.0, 2.0], [6.0, 4.0, 5.0]]
    """
    if units.ndim == 1:
        return np.sort(units)
    flat = units.reshape(-1, units.shape[-1])
    return units[..., np.lexsort(flat[::-1])]


def _ranks(column: ArrayLike) -> NDArray[Any]:
    """What sorts as the column does: the numbers themselves, or the places of its words."""
    array = np.asarray(column)
    if array.dtype.kind in "biufmM":
        return array
    return np.unique(array.astype(str), return_inverse=True)[1]
