"""What every statistic asks of its input, and how it says so when the answer is no."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.errors import ReportError

LARGEST = 1e150
"""Size of a value up to which its square is a float."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class InputError(ReportError, ValueError):
    """An input no estimate can be made of: says what, got, expected, likely cause and remedy.

    Example:
        >>> print(InputError("n", got=-1, expected="at least 0", cause="a typo", remedy="count"))
        n cannot be used
          got:          -1
          expected:     at least 0
          likely cause: a typo
          remedy:       count
    """

    def __init__(self, what: str, *, got: object, expected: str, cause: str, remedy: str) -> None:
        super().__init__(f"{what} cannot be used", got=got, expected=expected, cause=cause, remedy=remedy)


def whole_number(what: str, value: Any) -> int:
    """``value`` as a Python int of at least 0; a float is taken only when it is integral.

    Example:
        >>> whole_number("n", 5.0)
        5
    """
    number: int | None = None
    with suppress(TypeError, ValueError, OverflowError):
        if isinstance(value, int | np.integer) or float(value).is_integer():
            number = int(value)
    if isinstance(value, bool | np.bool_) or number is None or number < 0:
        raise InputError(
            what,
            got=repr(value),
            expected="a whole number of at least 0",
            cause="a missing group in the mart, or a rate passed where a count belongs",
            remedy="pass counts, and 0 for an empty group",
        )
    return number


def exact(what: str, value: Any) -> Fraction:
    """``value`` as an exact fraction, so that sums of integers lose nothing.

    Example:
        >>> exact("sum", 3), exact("sum", 0.5)
        (Fraction(3, 1), Fraction(1, 2))
    """
    try:
        if isinstance(value, int | np.integer):
            return Fraction(int(value))
        if isinstance(value, Fraction | Decimal):
            return Fraction(value)
        return Fraction(float(value))
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            what,
            got=repr(value),
            expected="a finite number",
            cause="a NULL or an overflow in the mart",
            remedy="coalesce empty groups to 0 and sum in a wide integer type",
        ) from None


def finite(what: str, value: Any) -> float:
    """``value`` as a finite float.

    Example:
        >>> finite("mean", 3)
        3.0
    """
    return float(exact(what, value))


def between(what: str, value: Any, low: float, high: float) -> float:
    """``value`` as a float strictly between ``low`` and ``high``.

    Example:
        >>> between("power", 0.8, 0, 1)
        0.8
    """
    number = finite(what, value)
    if not low < number < high:
        raise InputError(
            what,
            got=value,
            expected=f"a number strictly between {low:g} and {high:g}",
            cause="percent passed where a fraction belongs, or a sign the wrong way round",
            remedy="pass a fraction, for instance 0.05 for five percent",
        )
    return number


def alpha_of(confidence: float) -> float:
    """The error rate that belongs to ``confidence``, which must lie in [0.5, 1).

    Example:
        >>> round(alpha_of(0.95), 12)
        0.05
    """
    level = finite("confidence", confidence)
    if not 0.5 <= level < 1:
        raise InputError(
            "confidence",
            got=confidence,
            expected="a fraction in [0.5, 1)",
            cause="alpha or a percentage passed in its place",
            remedy="pass 0.95 for a 95 percent interval",
        )
    return 1 - level


def one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not among ``allowed``.

    Example:
        >>> one_of("bad", "increase", ("increase", "decrease"))
    """
    if value not in allowed:
        raise InputError(
            what,
            got=repr(value),
            expected="one of " + ", ".join(map(repr, allowed)),
            cause="a misspelling",
            remedy=f"write {allowed[0]!r}",
        )


def finite_vector(what: str, values: ArrayLike) -> FloatArray:
    """``values`` as a one-dimensional array of finite floats.

    Example:
        >>> finite_vector("revenue", [1, 2])
        array([1., 2.])
    """
    array = np.asarray(values, dtype=np.float64)
    bad = int(np.size(array) - np.count_nonzero(np.isfinite(array)))
    if array.ndim != 1 or bad:
        raise InputError(
            what,
            got=f"shape {array.shape} with {bad} values that are missing or infinite",
            expected="a one-dimensional array of finite numbers",
            cause="units without an outcome joined as NULL",
            remedy="fill units without an outcome with 0; never drop them by their outcome",
        )
    largest = float(np.abs(array).max(initial=0.0))
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        raise InputError(
            what,
            got=f"values up to {largest:g} in size",
            expected=f"sizes between {1 / LARGEST:g} and {LARGEST:g}, whose squares are floats of full precision",
            cause="a unit that is far too small or too large for what is measured",
            remedy="choose a unit in which values are of ordinary size",
        )
    return array + 0.0  # no zero below zero


def finite_array(what: str, values: ArrayLike) -> FloatArray:
    """``values`` as an array of finite floats, of any shape; refused as :func:`finite_vector` does.

    Example:
        >>> finite_array("revenue", [[1, 2]]).shape
        (1, 2)
    """
    array = np.asarray(values, np.float64)
    found: FloatArray = np.reshape(finite_vector(what, array.ravel()), array.shape)
    return found
