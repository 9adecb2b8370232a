"""Recency, frequency, monetary value: scores by fifths, and named groups of them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from helpers.defaults import ALPHA
from helpers.stats.summaries.mean import Mean
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from helpers.config.programme import Programme

NONE: Final = "no order yet"
"""The group of shoppers without an order: they have no recency, and no score."""

GROUPS: Final = {
    "champions": "recency >= 4 and frequency >= 4 and monetary >= 4",
    "big spenders": "monetary == 5",
    "loyal": "recency >= 3 and frequency >= 4",
    "promising": "recency >= 4",
    "fading": "recency == 3",
    "at risk": "frequency >= 4",
    "hibernating": "recency <= 2",
}
"""Rules over the scores in the order in which they are asked; the first that holds names the group, one always does."""


@dataclass(frozen=True)
class Group:
    """One group of shoppers: how many, and what one spends in the next interval, with its interval in cents."""

    name: str
    shoppers: int
    next_cents: float
    low: float
    high: float


def intervals(programme: "Programme") -> int:
    """Whole intervals of ``segments.interval_days`` in the year; the days behind the last are left out."""
    return programme.data.days // programme.segments.interval_days


def moment(programme: "Programme", back: int = 1) -> datetime:
    """The time at which ``back`` whole intervals of the year are still to come."""
    days = (intervals(programme) - back) * programme.segments.interval_days
    return _midnight(programme.data.first) + timedelta(days=days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def shoppers(con: "duckdb.DuckDBPyConnection", programme: "Programme", back: int = 1) -> "pd.DataFrame":
    """A row a shopper known at :func:`moment`, with ``group`` by :data:`GROUPS` and ``state`` of the interval before it.

    Scores are fifths of those who ordered; tied shoppers share the fifth of their middle rank, so fifths can be unequal
    and, where one value is very common, empty. ``state`` is as in :mod:`helpers.programme.customers.lifecycle`.

    When it lies: scores are ranks among the shoppers of one day. A shop that halves keeps its fifths, so a group's size
    says nothing on the shop's health, and a shopper can move without doing anything, because others did.
    """
    days = programme.segments.interval_days
    frame = query.query(con, "shoppers", at=moment(programme, back), interval_days=days)
    return frame.assign(group=named(frame), state=_states(frame))


def named(frame: "pd.DataFrame") -> "pd.Series[str]":
    """The group of each row of scores.

    >>> import pandas as pd
    >>> scores = {"recency": [5, 1, 2, None], "frequency": [5, 5, 1, None], "monetary": [5, 4, 2, None]}
    >>> list(named(pd.DataFrame(scores)))
    ['champions', 'at risk', 'hibernating', 'no order yet']
    """
    import pandas as pd

    group = pd.Series(NONE, index=frame.index)
    for name, rule in reversed(GROUPS.items()):
        group[frame.eval(rule)] = name
    return group


def _states(frame: "pd.DataFrame") -> "pd.Series[str]":
    import pandas as pd

    state = pd.Series("dormant", index=frame.index)
    state[frame.now > 0] = "resurrecting"
    state[(frame.now > 0) & (frame["last"] > 0)] = "returning"
    state[(frame.now > 0) & (frame.now == frame.orders)] = "new"
    state[frame.orders == 0] = "prospect"
    return state


def spending(frame: "pd.DataFrame", segment: str) -> tuple[Group, ...]:
    """Shoppers by ``segment`` and what one of them spends in the next interval, the most first.

    The mean with its Student t interval; shoppers are independent, and spending is skewed, so a group needs some dozens
    for the interval to hold (the least size pools those that have not).
    """
    from scipy.special import stdtrit

    found = []
    for name, part in frame.groupby(segment):
        mean = Mean.from_values(part.next_cents)
        reach = float(stdtrit(mean.n - 1, 1 - ALPHA / 2)) * (mean.variance / mean.n) ** 0.5
        found.append(Group(str(name), mean.n, mean.estimate, mean.estimate - reach, mean.estimate + reach))
    return tuple(sorted(found, key=lambda group: -group.next_cents))
