"""Refunds in a log lower sums, and cost no unit its sum; what came to nothing is not called as what is wanted."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import config
from helpers.ingest import new_study
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def invoices(seed: int, *, after: bool = True, paid: str = "invoice_paid") -> pd.DataFrame:
    """Trials, some of them paid for, some of these given back in part or whole; or, not ``after``, amounts below zero alone."""
    dice = np.random.default_rng(seed)
    rows = []
    for unit in range(300):
        arm, start = ["control", "treatment"][unit % 2], pd.Timestamp("2026-03-01") + pd.Timedelta(minutes=17 * unit)
        rows.append((f"acc-{unit}", arm, start, "trial_started", None))
        if dice.random() < 0.5:
            amount = Decimal(int(dice.integers(500, 9_000))) / 100
            if after or dice.random() > 0.3 + 0.2 * (unit % 2):
                rows.append((f"acc-{unit}", arm, start + pd.Timedelta(hours=5), paid, amount))
            if dice.random() < 0.3 + 0.2 * (unit % 2):
                back = amount if dice.random() < 0.5 else (amount / 3).quantize(Decimal("0.01"))
                rows.append(
                    (f"acc-{unit}", arm, start + pd.Timedelta(hours=5 + int(dice.integers(0, 90))), paid, -back)
                )
    return pd.DataFrame(rows, columns=["account", "variant", "at", "type", "amount"])


def spent(rows: pd.DataFrame) -> dict[str, tuple[int, Decimal]]:
    return {
        arm: (some.account.nunique(), sum(some.amount.dropna(), Decimal(0))) for arm, some in rows.groupby("variant")
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_was_given_back_lowers_the_sum_of_all_units(tmp_path: Path, seed: int) -> None:
    rows = invoices(seed)
    rows.sample(frac=1, random_state=seed).to_csv(tmp_path / "invoices.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "invoices.csv")
    below = (rows.amount.dropna() < 0).sum()
    assert (
        f"refunds: {below} amounts below zero take back what their unit paid before" in said and "unknown" not in said
    )
    assert sums(study, tmp_path)["revenue_per_unit"] == spent(rows)


def test_amounts_below_zero_that_take_nothing_back_are_asked_about(tmp_path: Path) -> None:
    invoices(1, after=False).to_csv(tmp_path / "scores.csv", index=False)
    study, text, said = proposed(tmp_path, tmp_path / "scores.csv")
    assert study.data.negative == "error" and "refunds:" not in said  # type: ignore[union-attr]
    assert "Are the amounts below zero refunds" in text


@pytest.mark.parametrize("failed", ["payment_failed", "order_cancelled", "subscription.refunded"])
def test_what_came_to_nothing_is_not_called_as_what_is_wanted(tmp_path: Path, failed: str) -> None:
    rows = invoices(2, paid="payment_succeeded").assign(amount=None)
    rows = rows[rows.type == "payment_succeeded"].drop_duplicates("account")
    lost = rows.iloc[::3].assign(type=failed, at=rows["at"] + pd.Timedelta(days=1))
    pd.concat([rows, lost]).to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert (
        "called as what is wanted" not in said
        and "says that something came to nothing (a guess; else --primary)" in said
    )


def test_refunds_in_a_table_of_orders_lower_sums_and_are_no_orders(tmp_path: Path) -> None:
    rows = invoices(5)
    paid = rows.dropna(subset=["amount"]).assign(order_id=lambda some: [f"o{i}" for i in range(len(some))])
    assigned = rows[rows.type == "trial_started"].rename(columns={"at": "assigned_at"})
    assigned[["account", "variant", "assigned_at"]].to_csv(tmp_path / "assigned.csv", index=False)
    paid[["order_id", "account", "at", "amount"]].to_csv(tmp_path / "orders.csv", index=False)
    files = [str(tmp_path / name) for name in ("assigned.csv", "orders.csv")]
    made = new_study.propose_tables(files, name="orders", base=tmp_path)
    assert "refunds: amounts below zero take back" in made.said and "unknown" not in made.said
    found = sums(config.load(made.file), tmp_path)
    assert found["revenue_per_unit"] == spent(rows)
    bought = paid[paid.amount > 0].groupby("variant").size()
    assert {arm: total for arm, (_, total) in found["orders_per_unit"].items()} == {
        arm: int(n) for arm, n in bought.items()
    }
