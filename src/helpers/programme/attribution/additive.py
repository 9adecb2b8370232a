"""Models whose credit is a sum over journeys: every rule, over all journeys at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from helpers.errors import ReportError
from helpers.programme.attribution.journeys import Floats, Journeys
from helpers.programme.attribution.rules import ENDS, HALF_LIFE_DAYS, RULES, Rule

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SAYS: Final[dict[Rule, str]] = {
    "first_touch": "First touch",
    "last_touch": "Last touch",
    "linear": "Linear",
    "time_decay": "Time decay",
    "position_based": "Position based",
}
"""What readers call a rule."""


def shares(journeys: Journeys, rule: Rule, half_life: float = HALF_LIFE_DAYS) -> Floats:
    """Share of its journey's credit for every touch; equal to :func:`helpers.programme.attribution.credit`, journey by journey.

    >>> from helpers.programme.attribution.journeys import of_paths
    >>> shares(of_paths(["ABA", "B"], [1, 1], [0, 0]), "position_based").round(3).tolist()
    [0.4, 0.2, 0.4, 1.0]
    """
    if not half_life > 0:
        raise ReportError("the half-life is not positive", got=half_life, expected="a number of days above 0")
    place, size = journeys.place, np.repeat(journeys.sizes, journeys.sizes)
    ends = (place == 0) | (place == size - 1)
    match rule:
        case "first_touch":
            weights = (place == 0).astype(np.float64)
        case "last_touch":
            weights = (place == size - 1).astype(np.float64)
        case "linear":
            weights = np.ones(len(place))
        case "time_decay":
            youngest = np.minimum.reduceat(journeys.age, journeys.starts[:-1])
            weights = 2.0 ** ((np.repeat(youngest, journeys.sizes) - journeys.age) / half_life)
        case "position_based":
            weights = np.where(size < 3, 1.0, np.where(ends, ENDS, (1 - 2 * ENDS) / np.maximum(size - 2, 1)))
        case _:
            raise ReportError(f"there is no attribution rule {rule!r}", expected=f"one of {', '.join(RULES)}")
    total = np.add.reduceat(weights, journeys.starts[:-1])
    found: Floats = weights / np.repeat(total, journeys.sizes)
    return found


def credits(journeys: Journeys, of_touches: Floats) -> csr_array:
    """Orders credited to each channel (columns) by each journey (rows), from shares of touches."""
    from scipy.sparse import coo_array

    orders = of_touches * np.repeat(journeys.won, journeys.sizes)
    shape = (len(journeys), len(journeys.channels))
    return coo_array((orders, (journeys.journey, journeys.channel)), shape=shape).tocsr()
