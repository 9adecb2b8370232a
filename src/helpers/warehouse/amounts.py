"""Amounts out of the marts: whole numbers there, so that sums are exact; in the report's unit from here on.

The report counts money in hundredths of the currency's unit, whatever its smallest coin, and everything else in the
metric's own unit. Sums are brought there as fractions, after they were taken, so nothing is rounded on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from helpers.config import Metric
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

HUNDREDTHS = 100


@dataclass(frozen=True)
class AmountDigits:
    """Digits behind the point that the amounts of each event are kept to."""

    of_event: Mapping[str, int]

    @classmethod
    def read(cls, con: "duckdb.DuckDBPyConnection") -> "AmountDigits":
        rows = query.query(con, "amount_digits").itertuples(index=False)
        return cls({row.event_name: int(row.digits) for row in rows})

    def worth(self, metric: Metric) -> Fraction:
        """What one of a metric's sums in the marts is in the report: a part of a hundredth of money, one of a count.

        >>> spend = Metric(name="spend", label="Spend", role="primary", type="mean", event="order", measure="sum", unit="money")
        >>> [str(AmountDigits({"order": digits}).worth(spend)) for digits in (0, 2, 5)]
        ['100', '1', '1/1000']
        """
        if metric.measure != "sum" or metric.event is None:
            return Fraction(1)
        return Fraction(HUNDREDTHS if metric.unit == "money" else 1, 10 ** self.of_event.get(metric.event, 0))
