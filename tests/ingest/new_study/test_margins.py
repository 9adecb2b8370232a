"""Sales beside refunds, and beside what is left of them: which of them decides is asked first."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.tables import proposed


def shop(file: Path, sales: str, other: str) -> Path:
    dice = np.random.default_rng(2)
    amount = np.round(np.where(dice.random(800) < 0.4, dice.gamma(2, 30, 800), 0), 2)
    made = pd.DataFrame({"customer_id": range(800), "variant": dice.permutation(["control", "new"] * 400), sales: amount,
                         other: np.round(amount * (0.4 if "refund" not in other else dice.random(800) < 0.2), 2)})  # fmt: skip
    made.to_csv(file, index=False)
    return file


@pytest.mark.parametrize(("sales", "other", "first"), [
    ("gross_revenue", "refunded_amount", "1. Is 'refunded_amount' ("), ("net_sales", "gross_margin", "1. Is it decided by 'net_sales'"),
    ("net_sales", "contribution", "1. Is it decided by 'net_sales'"), ("revenue", "items", "1. Is the control right?"),
])  # fmt: skip
def test_what_takes_from_sales_is_asked_first(tmp_path: Path, sales: str, other: str, first: str) -> None:
    _, _, said = proposed(tmp_path, shop(tmp_path / "t.csv", sales, other))
    assert first in said


def test_what_was_said_is_not_asked(tmp_path: Path) -> None:
    _, _, said = proposed(tmp_path, shop(tmp_path / "t.csv", "net_sales", "gross_margin"), primary="net_sales")
    assert "Is it decided by" not in said
