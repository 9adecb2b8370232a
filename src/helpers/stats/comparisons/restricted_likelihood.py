"""Maximum-likelihood rates of two arms when their difference or ratio is held at a null value.

Every formula is written once and runs on floats (``math``: fast for one comparison) or on arrays
(``numpy``: fast for ten thousand), through the few functions in ``Ops``.

Reference: Miettinen and Nurminen (1985), Statistics in Medicine 4, 213-226; Farrington and Manning
(1990), Statistics in Medicine 9, 1447-1454.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

TINY = 1e-300  # keeps 0 / 0 at 0 and x / 0 at a huge finite number


@dataclass(frozen=True)
class Ops:
    """The few functions that differ between a float and an array."""

    sqrt: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    expm1: Callable[[Any], Any]
    acos: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    copysign: Callable[[Any, Any], Any]
    low: Callable[[Any, Any], Any]
    high: Callable[[Any, Any], Any]
    where: Callable[[Any, Any, Any], Any]


FLOAT = Ops(
    math.sqrt,
    math.exp,
    math.expm1,
    math.acos,
    math.cos,
    math.copysign,
    lambda a, b: a if a < b else b,  # four times as fast as min
    lambda a, b: a if a > b else b,
    lambda c, a, b: a if c else b,
)
ARRAY = Ops(np.sqrt, np.exp, np.expm1, np.arccos, np.cos, np.copysign, np.minimum, np.maximum, np.where)


def restricted_difference(x_c: Any, n_c: Any, x_t: Any, n_t: Any, delta: Any, ops: Ops = FLOAT) -> tuple[Any, Any]:
    """Most likely rates (control, treatment) given ``p_t - p_c = delta``.

    The one root of the likelihood cubic in the admissible range, in closed form, then two Newton
    steps that win back the digits which the cosine loses on rare rates.

    Example:
        >>> r_c, r_t = restricted_difference(30.0, 100.0, 40.0, 100.0, 0.0)
        >>> round(r_c, 12), round(r_t, 12)
        (0.35, 0.35)
    """
    total = n_c + n_t
    w_c, a_c, a_t = n_c / total, x_c / total, x_t / total
    l2 = (1 + w_c) * delta - 1 - a_c - a_t
    l1 = (w_c * delta - 1 - 2 * a_c) * delta + a_c + a_t
    l0 = a_c * delta * (1 - delta)
    third = l2 / 3
    q = third * third * third - l1 * l2 / 6 + l0 / 2
    m = ops.sqrt(ops.high(third * third - l1 / 3, 0.0))
    angle = (math.pi + ops.acos(ops.low(abs(q) / (m * m * m + TINY), 1.0))) / 3
    root = 2 * ops.copysign(m, q) * ops.cos(angle) - third
    floor, ceiling = ops.high(-delta, 0.0), ops.low(1 - delta, 1.0)
    root = ops.low(ops.high(root, floor), ceiling)
    for _ in range(2):
        value = ((root + l2) * root + l1) * root + l0
        slope = (3 * root + 2 * l2) * root + l1
        step = value * slope / (slope * slope + TINY)
        root = ops.low(ops.high(root - step, floor), ceiling)
    return root, ops.low(ops.high(root + delta, 0.0), 1.0)


def restricted_ratio(x_c: Any, n_c: Any, x_t: Any, n_t: Any, ratio: Any, ops: Ops = FLOAT) -> tuple[Any, Any]:
    """Most likely rates (control, treatment) given ``p_t = ratio * p_c``: the smaller root of a
    quadratic, divided the stable way round.

    Example:
        >>> r_c, r_t = restricted_ratio(30.0, 100.0, 40.0, 100.0, 1.0)
        >>> round(r_c, 12), round(r_t, 12)
        (0.35, 0.35)
    """
    total = n_c + n_t
    b = (n_t * ratio + x_t + n_c + x_c * ratio) / total
    c = (x_t + x_c) / total
    root = 2 * c / (b + ops.sqrt(ops.high(b * b - 4 * ratio * c, 0.0)))
    r_c = ops.low(ops.low(root, 1.0), 1 / (ratio + TINY))
    return r_c, ops.low(ratio * r_c, 1.0)


def restricted_failures(f_c: Any, n_c: Any, f_t: Any, n_t: Any, excess: Any, ops: Ops = FLOAT) -> tuple[Any, Any]:
    """Most likely *failure* rates given ``p_t = (1 + excess) p_c``.

    The same quadratic in 1 - p: near p = 1 its two roots in p lie too close to be told apart.

    Example:
        >>> q_c, q_t = restricted_failures(1.0, 100.0, 2.0, 100.0, 0.0)
        >>> round(q_c, 12), round(q_t, 12)
        (0.015, 0.015)
    """
    total, ratio = n_c + n_t, 1 + excess
    b = excess + (ratio * f_c + f_t) / total
    c = excess * (f_c / total)
    root = ops.sqrt(ops.high(b * b - 4 * ratio * c, 0.0))
    far = abs(b) + root  # the sum that does not cancel
    q_c = ops.where(b >= 0, far / (2 * ratio + TINY), -2 * c / (far + TINY))
    q_c = ops.low(ops.high(q_c, 0.0), 1.0)
    return q_c, ops.low(ops.high(ratio * q_c - excess, 0.0), 1.0)
