"""Salted-hash assignment: unit to variant, equal in Python and in every SQL engine.

A unit's bucket is the first 13 hexadecimal digits of SHA-256 of ``salt:unit_id`` divided by 16^13: a number in
[0, 1) with 52 bits, which a double holds exactly. The variant is the one whose stretch of the running sum of
weights holds the bucket. The SQL twin is ``warehouse/macros/assignment.sql``.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError

if TYPE_CHECKING:
    import numpy as np

HEX_DIGITS = 13
BUCKETS = 16**HEX_DIGITS


def bucket(salt: str, unit_id: str) -> float:
    """Position of a unit in [0, 1) under a salt.

    >>> bucket("cart_checkout-2026-07", "u00000001") == bucket("cart_checkout-2026-07", "u00000001")
    True
    >>> round(bucket("a", "b"), 6)
    0.404352
    """
    digest = hashlib.sha256(f"{salt}:{unit_id}".encode()).hexdigest()
    return float(int(digest[:HEX_DIGITS], 16) / BUCKETS)


def buckets(salt: str, unit_ids: Iterable[str]) -> "np.ndarray":
    """Buckets of many units, float64 of the same length and equal to :func:`bucket` bit for bit.

    >>> buckets("a", ["b", "c"]).round(6).tolist()[0]
    0.404352
    """
    import numpy as np

    digests = b"".join(hashlib.sha256(f"{salt}:{unit_id}".encode()).digest()[:8] for unit_id in unit_ids)
    # the first 13 of 16 hexadecimal digits: drop the last 12 of 64 bits
    positions: np.ndarray = (np.frombuffer(digests, dtype=">u8") >> np.uint64(12)).astype(np.float64) / BUCKETS
    return positions


def hex_cut(share: float) -> str:
    """The share as hexadecimal digits: a unit's bucket lies below ``share`` exactly when the hexadecimal SHA-256 of
    ``salt:unit_id`` sorts before them. Spares the arithmetic where millions are hashed.

    >>> hex_cut(0.5)
    '8000000000000'
    """
    from math import ceil

    return f"{min(ceil(share * BUCKETS), BUCKETS - 1):0{HEX_DIGITS}x}"


def cut_points(weights: Sequence[float]) -> list[float]:
    """Running sums of the weights; a bucket below the k-th and not below the one before falls to variant k.

    Raises :class:`~helpers.errors.ReportError` when a weight is negative or they do not add up to 1.

    >>> cut_points([0.9, 0.1])
    [0.9, 1.0]
    """
    total = sum(weights)
    if abs(total - 1) > 1e-9 or any(w < 0 for w in weights):
        raise ReportError(
            "the weights of the variants are wrong", got=", ".join(map(str, weights)), expected="none negative, sum 1"
        )
    cuts, running = [], 0.0
    for weight in weights:
        running += weight
        cuts.append(running)
    cuts[-1] = 1.0
    return cuts


def variant(position: float, names: Sequence[str], weights: Sequence[float]) -> str:
    """Variant that holds a bucket.

    >>> variant(0.95, ["control", "treatment"], [0.9, 0.1])
    'treatment'
    """
    return next(name for name, cut in zip(names, cut_points(weights), strict=True) if position < cut)


def assign(salt: str, unit_id: str, names: Sequence[str], weights: Sequence[float]) -> str:
    """Variant of a unit under a salt.

    >>> assign("a", "b", ["control", "treatment"], [0.5, 0.5])
    'control'
    """
    return variant(bucket(salt, unit_id), names, weights)
