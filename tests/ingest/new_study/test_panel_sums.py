"""What the rows of a unit become: totals so far are not summed again, nor rows from before; averages keep their digits."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import config
from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

DAYS = [f"2026-03-{day:02d}" for day in range(1, 15)]
SPELLINGS = {
    "date": DAYS,
    "day": [str(n) for n in range(1, 15)],
    "week": [f"Week {n}" for n in range(1, 15)],
    "datum": [f"{day:02d}.{month:02d}.2026" for month in (3, 4) for day in (3, 9, 14, 20, 25, 29, 30)],
}
"""Periods in their order, which is not that of the alphabet."""


def rows_of(seed: int, period: str) -> pd.DataFrame:
    """Accounts by period in no order: what was bought in it, and all that was bought up to it; a stock, a share."""
    dice = np.random.default_rng(seed)
    rows = []
    for unit in range(60):
        orders, spent = 0, Decimal(0)
        for place, called in enumerate(SPELLINGS[period]):
            new = int(dice.poisson(0.4))
            orders, spent = orders + new, spent + new * Decimal(int(dice.integers(100, 9_000))) / 100
            rows.append((f"a{unit:03d}", ["control", "treatment"][unit % 2], called, new, orders, spent, int(dice.integers(0, 9)) / 100, place))  # fmt: skip
    made = pd.DataFrame(rows, columns=["account_id", "variant", period, "orders", "x", "paid", "error_rate", "place"])
    return made.sample(frac=1, random_state=seed)


def by_arm(units: pd.DataFrame, column: str) -> dict[str, tuple[int, Decimal]]:
    grouped = units.groupby("variant")[column]
    return {arm: (len(values), sum(map(Decimal, map(str, values)), Decimal(0))) for arm, values in grouped}


@pytest.mark.parametrize("period", SPELLINGS)
@pytest.mark.parametrize(("count", "amount"), [("orders_to_date", "cum_revenue"), ("total_orders", "revenue")])
def test_a_total_so_far_is_worth_its_largest(tmp_path: Path, period: str, count: str, amount: str) -> None:
    rows = rows_of(len(period) + len(count), period).rename(columns={"x": count, "paid": amount})
    rows.drop(columns=["place", "error_rate"]).to_csv(tmp_path / "panel.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "panel.csv", primary=count, outcomes=(amount, "orders"))
    last = rows.sort_values("place").groupby(["account_id", "variant"])[[count, amount]].last().reset_index()
    found = sums(study, tmp_path)
    assert found[count] == by_arm(last, count) and found[amount] == by_arm(last, amount)
    assert found["orders"] == by_arm(rows, "orders") | {
        arm: (30, total) for arm, (_, total) in by_arm(rows, "orders").items()
    }, "what is of a period alone is summed"
    assert f"{count} a total so far, so its largest" in said and "orders summed" in said


@pytest.mark.parametrize("seed", range(3))
def test_an_average_keeps_its_digits(tmp_path: Path, seed: int) -> None:
    rows = rows_of(seed, "day")
    rows.drop(columns=["place", "x", "paid"]).to_csv(tmp_path / "panel.csv", index=False)
    study, text, _ = proposed(tmp_path, tmp_path / "panel.csv", primary="error_rate", outcomes=("orders",))
    file = tmp_path / "studies" / "averaged.yml"
    file.write_text(
        text.replace("orders: sum", "orders: mean").replace("name: panel", "name: averaged"), encoding="utf-8"
    )
    counted = config.load(file)
    assert counted.data.panel.how["orders"] == "mean"  # type: ignore[union-attr]
    of_units = rows.groupby(["account_id", "variant"])[["error_rate", "orders"]].mean().reset_index()
    for each, columns in ((study, ["error_rate"]), (counted, ["error_rate", "orders"])):
        found = sums(each, tmp_path)
        for column in columns:
            for arm, values in of_units.groupby("variant")[column]:
                n, total = found[column][arm]
                assert n == len(values) and float(total) == pytest.approx(values.sum(), abs=1e-6 * n)


@pytest.mark.parametrize(
    ("column", "before", "after", "kept"),
    [("phase", "pre", "post", "\"phase\" <> 'pre'"), ("period", "before launch", "after launch", "\"period\" <> 'before launch'"),
     ("is_post", "0", "1", "\"is_post\" <> '0'"), ("baseline", "true", "false", "\"baseline\" <> 'true'")],
)  # fmt: skip
def test_rows_from_before_are_asked_about_and_left_out_as_the_message_says(
    tmp_path: Path, column: str, before: str, after: str, kept: str
) -> None:
    rows = rows_of(3, "date").drop(columns=["x", "paid", "error_rate"])
    rows[column] = [before if place < 7 else after for place in rows.pop("place")]
    rows.to_csv(tmp_path / "panel.csv", index=False)
    with pytest.raises(ReportError, match="rows from before the experiment would be summed up") as caught:
        proposed(tmp_path, tmp_path / "panel.csv")
    assert kept.replace('"', '\\"') in str(caught.value)
    study, _, _ = proposed(tmp_path, tmp_path / "panel.csv", where=kept)
    later = rows[rows[column] == after].groupby(["account_id", "variant"]).orders.sum().reset_index()
    assert sums(study, tmp_path)["orders"] == by_arm(later, "orders")
    study, _, said = proposed(tmp_path, tmp_path / "panel.csv", where="true", name="all")
    whole = rows.groupby(["account_id", "variant"]).orders.sum().reset_index()
    assert sums(study, tmp_path)["orders"] == by_arm(whole, "orders")
    assert "constant" not in said


CALLED = ("cumulative_net_revenue", "Ingresos acumulados", "Facturación acumulada", "Umsatz kum.", "Umsatz kumulierter", "total_revenue",
          "lifetime_value", "paid so far", "spend_to_date")  # fmt: skip


def refunded(seed: int, column: str, period: str, falls: float) -> pd.DataFrame:
    """Accounts by period in no order: what was paid up to it, less what was given back in some periods; a count of each."""
    dice = np.random.default_rng(seed)
    rows = []
    for unit in range(60):
        spent = Decimal(100)
        for place, called in enumerate(SPELLINGS[period]):
            spent += Decimal(int(dice.integers(100, 900)) * (-1 if dice.random() < falls else 1)) / 100
            rows.append(
                (f"a{unit:03d}", ["control", "treatment"][unit % 2], called, int(dice.poisson(3)), spent, place)
            )
    made = pd.DataFrame(rows, columns=["account_id", "variant", period, "logins", column, "place"])
    return made.sample(frac=1, random_state=seed)


@pytest.mark.parametrize(("column", "period"), [(name, [*SPELLINGS][i % 4]) for i, name in enumerate(CALLED)])
def test_a_total_so_far_that_falls_now_and_then_is_worth_its_last(tmp_path: Path, column: str, period: str) -> None:
    rows = refunded(len(column), column, period, 0.08)
    rows.drop(columns="place").to_csv(tmp_path / "panel.csv", index=False)
    study, text, said = proposed(tmp_path, tmp_path / "panel.csv", primary=column)
    last = rows.sort_values("place").groupby(["account_id", "variant"])[[column]].last().reset_index()
    assert sums(study, tmp_path)[study.primary.event] == by_arm(last, column)
    assert f"Is '{column}' a total so far?" in text and "so its last" in said
    assert "logins" not in study.segments


@pytest.mark.parametrize("column", ["cumulative_revenue", "total_revenue"])
def test_what_is_called_a_total_so_far_and_falls_often_is_asked_about(tmp_path: Path, column: str) -> None:
    rows = refunded(4, column, "week", 0.45)
    rows.drop(columns="place").to_csv(tmp_path / "panel.csv", index=False)
    study, text, _ = proposed(tmp_path, tmp_path / "panel.csv", primary=column)
    assert sums(study, tmp_path)[study.primary.event] == by_arm(
        rows.groupby(["account_id", "variant"])[[column]].sum().reset_index(), column
    )
    assert ("is called so, and falls in" in text.replace("It is", "is")) == (column == "cumulative_revenue")


def test_what_changes_within_a_unit_is_no_segment(tmp_path: Path) -> None:
    rows = refunded(5, "revenue", "date", 0.0).drop(columns="place").rename(columns={"logins": "retouren"})
    rows["open_tickets"], rows["region"] = rows.retouren % 3, [f"r{int(a[1:]) % 5}" for a in rows.account_id]
    rows.to_csv(tmp_path / "panel.csv", index=False)
    study, _text, said = proposed(tmp_path, tmp_path / "panel.csv", primary="revenue")
    assert study.segments == ["region"] and "segments: region" in said
