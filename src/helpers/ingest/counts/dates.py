"""What the dates of a table of counts stand for."""

import itertools
import math
from collections.abc import Sequence


def step_of(days: Sequence[int]) -> int:
    """How many days each of some dates stands for: 7 where counts are of weeks, told by their first day.

    >>> step_of([1, 8, 15, 29]), step_of([1, 2, 4]), step_of([3]), step_of([])
    (7, 1, 1, 1)
    """
    return math.gcd(*(later - day for day, later in itertools.pairwise(days))) if len(days) > 1 else 1
