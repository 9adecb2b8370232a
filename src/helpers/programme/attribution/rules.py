"""Attribution by rule: which touchpoint of one journey gets how much of the conversion's credit.

Each rule is a convention and not an estimate: none knows what would have happened without a touchpoint. A data-driven
model compares many journeys, those without a conversion too, so nothing of the kind can be had from one journey.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from helpers.errors import ReportError

Rule = Literal["first_touch", "last_touch", "linear", "time_decay", "position_based"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)

HALF_LIFE_DAYS: Final = 7.0
"""Age at which a touchpoint counts half as much as one on the day of the conversion."""
ENDS: Final = 0.4
"""Credit of the first touchpoint, and of the last one, by position; those between share the rest."""


@dataclass(frozen=True)
class Touch:
    """One contact: its channel and the day of the journey on which it happened (any origin, fractions allowed)."""

    channel: str
    day: float


def credit(touches: Sequence[Touch], rule: Rule, *, half_life: float = HALF_LIFE_DAYS) -> tuple[float, ...]:
    """Shares of the credit, one a touchpoint in the order given; they add up to 1.

    ``first_touch`` and ``last_touch`` give all to one end and ``linear`` the same to each. ``time_decay`` is in
    proportion to 2^(-age / half_life); ages are counted from the last touchpoint, for the day of the conversion cancels
    out of the shares. ``position_based`` gives 40 % to
    each end and 20 % to those between in equal parts; two touchpoints get half each and a single one everything.

    Args:
        touches: one journey; touchpoints of one day keep the order given, earliest first.
        rule: one of :data:`RULES`.
        half_life: in days.

    Raises:
        ReportError: no touchpoint, days that go back, a half-life that is not positive, an unknown rule.

    Reference:
        The conventions of web analytics. What they leave out: Shao and Li (2011), Data-driven multi-touch attribution
        models, Proceedings of KDD.

    Example:
        >>> journey = [Touch("blog", 1), Touch("email", 8), Touch("direct", 15)]
        >>> [round(c, 3) for c in credit(journey, "time_decay")]
        [0.143, 0.286, 0.571]
        >>> [round(c, 3) for c in credit(journey, "position_based")]
        [0.4, 0.2, 0.4]
    """
    _check(touches, half_life)
    n = len(touches)
    match rule:
        case "first_touch":
            weights = [1.0] + [0.0] * (n - 1)
        case "last_touch":
            weights = [0.0] * (n - 1) + [1.0]
        case "linear":
            weights = [1.0] * n
        case "time_decay":
            weights = [2.0 ** ((t.day - touches[-1].day) / half_life) for t in touches]
        case "position_based":
            weights = [1.0] * n if n < 3 else [ENDS] + [(1 - 2 * ENDS) / (n - 2)] * (n - 2) + [ENDS]
        case _:
            raise ReportError(f"there is no attribution rule {rule!r}", expected=f"one of {', '.join(RULES)}")
    total = sum(weights)
    return tuple(w / total for w in weights)


def by_channel(touches: Sequence[Touch], shares: Sequence[float]) -> dict[str, float]:
    """Credit summed over the touchpoints of each channel, in the order in which channels first appear.

    >>> journey = [Touch("email", 1), Touch("blog", 2), Touch("email", 3)]
    >>> by_channel(journey, credit(journey, "first_touch"))
    {'email': 1.0, 'blog': 0.0}
    """
    summed: dict[str, float] = {}
    for touch, share in zip(touches, shares, strict=True):
        summed[touch.channel] = summed.get(touch.channel, 0.0) + share
    return summed


def _check(touches: Sequence[Touch], half_life: float) -> None:
    if not touches:
        raise ReportError("a journey without touchpoints has no credit to give", expected="one touchpoint or more")
    days = [t.day for t in touches]
    if any(later < earlier for earlier, later in itertools.pairwise(days)):
        raise ReportError("the touchpoints are not in the order of their days", got=", ".join(f"{d:g}" for d in days))
    if not half_life > 0:
        raise ReportError("the half-life is not positive", got=half_life, expected="a number of days above 0")
