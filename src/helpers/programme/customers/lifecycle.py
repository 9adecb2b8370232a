"""Stages of life as a customer, interval by interval, and the growth accounting that follows from them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

    from helpers.config.programme import Programme

STATES: Final = {
    "prospect": "has joined and never ordered",
    "new": "orders for the first time",
    "returning": "orders in this interval and in the one before",
    "resurrecting": "orders in this interval and earlier, not in the one before",
    "dormant": "ordered earlier, not in this interval",
}
"""Every shopper who has joined is in exactly one of them in every interval."""


@dataclass(frozen=True)
class GrowthPeriod:
    """One interval of the growth accounting: counted shoppers, nothing is estimated.

    ``lapsed`` ordered in the interval before and not in this one; they are among the ``dormant``.
    """

    number: int
    prospect: int
    new: int
    returning: int
    resurrecting: int
    dormant: int
    lapsed: int

    @property
    def active(self) -> int:
        """Who orders.

        >>> GrowthPeriod(1, 5, new=4, returning=3, resurrecting=2, dormant=6, lapsed=1).active
        9
        """
        return self.new + self.returning + self.resurrecting

    @property
    def change(self) -> int:
        """Active shoppers more than in the interval before: new + resurrecting - lapsed, exactly.

        >>> GrowthPeriod(1, 5, new=4, returning=3, resurrecting=2, dormant=6, lapsed=1).change
        5
        """
        return self.new + self.resurrecting - self.lapsed


def growth(con: "duckdb.DuckDBPyConnection", programme: "Programme") -> tuple[GrowthPeriod, ...]:
    """Every whole interval of the year, the first one included, in which all who order are new.

    When it lies: the log begins with the year, so shoppers who had ordered before it look new in the first intervals; and
    whether a shopper is dormant or only slow is decided by the length of the interval: with a short one slow shoppers
    lapse and resurrect all the time, with a long one the departed stay active for weeks.
    """
    rows = query.query(con, "lifecycle", interval_days=programme.segments.interval_days)
    found = []
    for number, part in rows.groupby("period"):
        counts = dict.fromkeys(STATES, 0) | {str(s): int(n) for s, n in zip(part.state, part.shoppers, strict=True)}
        found.append(GrowthPeriod(int(number), **counts, lapsed=int(part.lapsed.sum())))
    return tuple(found)
