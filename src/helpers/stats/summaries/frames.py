"""From one row a unit to the columns of each variant. pandas is the caller's: nothing is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.stats.validation import FloatArray, InputError

if TYPE_CHECKING:
    import pandas as pd


def columns_by_variant(frame: pd.DataFrame, variant: str, columns: Sequence[str]) -> dict[Any, list[FloatArray]]:
    """The named columns of every variant as floats, in one group-by; variants in sorted order.

    Args:
        frame: one row a unit; it is not changed.
        variant: column that says which arm a unit was in.
        columns: numbers or booleans; missing ones become NaN, which every summary refuses.

    Raises:
        InputError: for a column that is not there or holds no numbers, or a unit without a variant.

    Example:
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"variant": ["b", "a", "b"], "spent": [1, 2, 3]})
        >>> columns_by_variant(frame, "variant", ["spent"])
        {'a': [array([2.])], 'b': [array([1., 3.])]}
    """
    absent = [name for name in (variant, *columns) if name not in frame.columns]
    if absent:
        raise InputError(
            "frame",
            got=f"no column {', '.join(map(repr, absent))}",
            expected=f"columns {', '.join(map(repr, (variant, *columns)))}",
            cause="a column renamed in the query, or a misspelling",
            remedy=f"choose among {', '.join(map(repr, frame.columns))}",
        )
    without = int(frame[variant].isna().sum())
    if without:
        raise InputError(
            "frame",
            got=f"{without} unit(s) without a {variant}",
            expected="a variant for every unit",
            cause="units joined that were never assigned",
            remedy="keep assigned units only, chosen by assignment and never by outcome",
        )
    try:
        numbers = [frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in columns]
    except (TypeError, ValueError) as error:
        raise InputError(
            "frame",
            got=str(error),
            expected="columns of numbers or booleans",
            cause="a text column passed as a value",
            remedy="convert it first",
        ) from None
    rows = frame.groupby(variant, observed=True, sort=True).indices
    return {name: [column[index] for column in numbers] for name, index in rows.items()}
