"""An outcome whose moment lies before that of the exposure is asked about, with the query that counts only later ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.printed import query as printed_query
from tests.ingest.new_study.tables import proposed


def moments(earlier: float) -> pd.DataFrame:
    dice = np.random.default_rng(4)
    exposed = pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.integers(0, 14 * 86_400, 600), "s")
    apart = pd.to_timedelta(np.where(dice.random(600) < earlier, -1, 1) * dice.integers(100_000, 500_000, 600), "s")
    bought = dice.random(600) < 0.3
    return pd.DataFrame({
        "visitor_id": [f"v{i}" for i in range(600)], "variant": dice.permutation(["control", "new"] * 300), "exposed_at": exposed,
        "converted_at": pd.Series(exposed + apart).where(bought), "order_value": np.where(bought, np.round(dice.gamma(2, 20, 600), 2), 0),
    })  # fmt: skip


@pytest.mark.parametrize(("earlier", "primary"), [(0.5, "converted_at"), (0.5, "order_value"), (0, "converted_at"), (0, "order_value")])  # fmt: skip
def test_outcomes_from_before_the_exposure_are_asked(tmp_path: Path, earlier: float, primary: str) -> None:
    file = tmp_path / "shop.csv"
    moments(earlier).drop(columns="order_value" if primary == "converted_at" else []).to_csv(file, index=False)
    _, _, told = proposed(tmp_path, file, primary=primary)
    asked = "Do outcomes from before the exposure count? 'converted_at' lies before 'exposed_at'" in told
    assert asked is bool(earlier)


def test_its_query_leaves_the_later_ones(tmp_path: Path) -> None:
    made = moments(0.5)
    made.to_csv(tmp_path / "shop.csv", index=False)
    _, _, told = proposed(tmp_path, tmp_path / "shop.csv", primary="order_value")
    query = printed_query(told)
    (tmp_path / "later.sql").write_text(query, encoding="utf-8")
    _, _, told = proposed(tmp_path, tmp_path / "later.sql")
    later = (made["converted_at"] >= made["exposed_at"]).mean()
    assert f"zero in {1 - later:.0%}" in (tmp_path / "studies" / "later.yml").read_text(encoding="utf-8")
    assert "from before the exposure" not in told


@pytest.mark.parametrize("nothing", [0.0, np.nan])
@pytest.mark.parametrize("earlier", [0.3, 0.6])
def test_its_query_writes_what_the_column_has_where_nothing_came_about(
    tmp_path: Path, nothing: float, earlier: float
) -> None:
    """A nought only where the column has some; else the mean of those who bought would be one of noughts too."""
    made = moments(earlier)
    made["order_value"] = made["order_value"].where(made["order_value"] > 0, nothing)
    made.to_csv(tmp_path / "shop.csv", index=False)
    _, _, told = proposed(tmp_path, tmp_path / "shop.csv", primary="converted_at", outcomes=("order_value",))
    query = printed_query(told)
    (tmp_path / "later.sql").write_text(query, encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "later.sql", primary="converted_at", outcomes=("order_value",))
    value = made["order_value"].where(~(made["converted_at"] < made["exposed_at"]), nothing)
    found = sums(study, tmp_path)[next(m.name for m in study.metrics if "order_value" in m.event)]
    truth = value.groupby(made["variant"]).agg(["count", "sum"])
    assert {arm: (n, float(total)) for arm, (n, total) in found.items()} == {
        {"new": "treatment"}.get(arm, arm): (row["count"], pytest.approx(row["sum"])) for arm, row in truth.iterrows()
    }
