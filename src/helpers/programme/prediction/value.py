"""What customers will still order, and at what value: both models on the year, held against what came after."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.programme.prediction import lifetime, order_value
from helpers.programme.prediction.lifetime import Fit, LaterOrders
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class CustomerValue:
    """Models of how often and of how much, and the days after them.

    Attributes:
        purchases: BG/NBD, times in days.
        values: gamma-gamma, money in cents.
        days: after the calibration.
        expected: orders in them; ``seen`` are those that came.
        groups: the same by repeat orders before.
        expected_mean: value of an order in them, cents, weighted by the orders that came; ``seen_mean`` is what it was.
        correlation: of the number of orders with their mean value, which the gamma-gamma model takes for zero.
    """

    purchases: Fit
    values: Fit
    days: float
    expected: float
    seen: int
    groups: tuple[LaterOrders, ...]
    expected_mean: float
    seen_mean: float
    correlation: float


def of_customers(con: "duckdb.DuckDBPyConnection", calibration_days: int) -> CustomerValue:
    """Fit both models on the first ``calibration_days`` of the year, and compare the rest of it.

    Assumptions and when they lie: those of :func:`helpers.programme.prediction.lifetime.fit` and of
    :func:`helpers.programme.prediction.order_value.fit`; customers who first order later are in neither.
    """
    rows = query.query(con, "purchase_histories", calibration=calibration_days)
    history = rows["repeats"], rows["recency"], rows["age"]
    purchases, values = lifetime.fit(*history), order_value.fit(rows["orders"], rows["mean_cents"])
    told = lifetime.expected(purchases, rows["holdout"], *history)
    came = rows[rows["later"] > 0]
    worth = order_value.expected(values, came["orders"], came["mean_cents"])
    return CustomerValue(
        purchases,
        values,
        float(rows["holdout"].iloc[0]),
        float(told.sum()),
        int(rows["later"].sum()),
        lifetime.holdout(told, rows["later"], rows["repeats"]),
        float(np.average(worth, weights=came["later"])),
        float(np.average(came["later_mean_cents"], weights=came["later"])),
        float(np.corrcoef(np.log(rows["orders"]), np.log(rows["mean_cents"]))[0, 1]),
    )
