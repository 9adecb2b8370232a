"""A few cases in the place of a product of kinds that have nothing to do with one another."""

from collections.abc import Sequence
from typing import Any


def spread(*kinds: Sequence[Any]) -> list[tuple[Any, ...]]:
    """As many cases as the longest kind has values: each value of each kind stands in one, beside others each time.

    >>> spread(["csv", "parquet"], [0, 1, 2])
    [('csv', 0), ('parquet', 1), ('parquet', 2)]
    """
    return [
        tuple(values[(i + i // len(values)) % len(values)] for values in kinds) for i in range(max(map(len, kinds)))
    ]
