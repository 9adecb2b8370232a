"""A table with a row for each metric of a unit, or of an arm, is told, and the query of the message makes the wide one."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def wide(tmp_path: Path, table: pd.DataFrame, **said: str) -> tuple[Path, str]:
    table.sample(frac=1, random_state=1).to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(ReportError, match="is a long table: each row holds one metric") as caught:
        proposed(tmp_path, tmp_path / "long.csv", **said)
    query = re.search(r"select .* group by all", str(caught.value))
    assert query
    (tmp_path / "wide.sql").write_text(query[0], encoding="utf-8")
    return tmp_path / "wide.sql", str(caught.value)


@pytest.mark.parametrize(
    ("metric", "value", "more"), [("metric", "value", {}), ("kpi_name", "kpi_value", {"date": "2026-03-20"}), ("Kennzahl", "Wert", {"region": "north"})]
)  # fmt: skip
def test_a_row_for_each_metric_of_a_unit(tmp_path: Path, metric: str, value: str, more: dict[str, str]) -> None:
    dice = np.random.default_rng(len(metric))
    units = pd.DataFrame({"user": [f"u{i}" for i in range(200)], "variant": ["control", "new"] * 100, **more})
    units["converted"], units["Page views"] = dice.integers(0, 2, 200), dice.integers(0, 30, 200)
    table = units.melt([c for c in units if c not in ("converted", "Page views")], var_name=metric, value_name=value)
    file, _ = wide(tmp_path, table)
    study, _, _ = proposed(tmp_path, file)
    found = sums(study, tmp_path)
    assert found["converted"] == {
        arm: (100, Decimal(int(some.converted.sum())))
        for arm, some in units.groupby(units.variant.replace("new", "treatment"))
    }
    assert study.primary.name == "converted" and "page_views" in found


@pytest.mark.parametrize("all_of_them", [True, False])
def test_rows_that_are_not_there_are_asked_about(tmp_path: Path, all_of_them: bool) -> None:
    """Zeros that were not written, of some units or with them the units: no query can bring them back."""
    dice = np.random.default_rng(5)
    units = pd.DataFrame({"user": [f"u{i}" for i in range(300)], "variant": ["control", "new"] * 150})
    units["converted"], units["views"] = dice.integers(0, 2, 300), dice.integers(0, 3, 300)
    table = units.melt(["user", "variant"], var_name="metric", value_name="value")
    table = table[(table.value != 0) | (table.metric == "views") & all_of_them]
    table.to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(ReportError, match=r"is a long table.*not every unit has a row of each") as caught:
        proposed(tmp_path, tmp_path / "long.csv")
    assert "select" not in str(caught.value) and f"{table.user.nunique()} units" in str(caught.value)


@pytest.mark.parametrize("everybody", [True, False])
def test_a_table_of_those_alone_who_did_is_asked_about(tmp_path: Path, everybody: bool) -> None:
    """Where every unit has an order, those without one may not be in the file; where some have none, they are."""
    units = pd.DataFrame({"user": [f"u{i}" for i in range(300)], "variant": ["control", "new"] * 150})
    units["orders"] = np.random.default_rng(6).integers(0, 3, 300)
    units["revenue"] = units.orders * 12.5
    rows = units if everybody else units[units.orders > 0]
    rows.melt(["user", "variant"], var_name="metric", value_name="value").to_csv(tmp_path / "long.csv", index=False)
    with pytest.raises(ReportError, match="is a long table") as caught:
        proposed(tmp_path, tmp_path / "long.csv")
    assert ("group by all" in str(caught.value)) == everybody == ("list of all units" not in str(caught.value))
    orders = rows.loc[rows.index.repeat(rows.orders.clip(lower=1))].assign(
        order_id=lambda t: [f"O{i}" for i in range(len(t))]
    )
    orders = orders.assign(total=np.where(orders.orders > 0, 12.5 + np.arange(len(orders)) % 40, 0)).drop(
        columns=["orders", "revenue"]
    )
    orders.to_csv(tmp_path / "orders.csv", index=False)
    with pytest.raises(ReportError, match="several rows with different outcomes") as caught:
        proposed(tmp_path, tmp_path / "orders.csv", unit="user")
    assert ("Is everybody in the file" in str(caught.value)) != everybody
    _, _, said = proposed(tmp_path, tmp_path / "orders.csv", cluster="user")
    assert ("Is everybody in the file" in said) != everybody


def test_a_row_for_each_metric_of_an_arm(tmp_path: Path) -> None:
    rows = [(arm, m, 1_000 * (m == "users") + i + 50) for arm in ("control", "new") for i, m in enumerate(("users", "orders", "signups"))]  # fmt: skip
    file, _ = wide(tmp_path, pd.DataFrame(rows, columns=["variant", "metric", "value"]))
    study, _, said = proposed(tmp_path, file)
    assert study.data.source == "aggregates" and "control (1,050)" in said


def test_events_with_an_amount_are_no_metrics(tmp_path: Path) -> None:
    """Rows of a log repeat what happened to a unit, and none is called as a metric."""
    rows = [(f"u{i % 150}", ["control", "new"][i % 2], f"2026-03-02 10:{i % 60:02d}:{i // 60:02d}", ["view", "buy"][(i + i // 150) % 3 == 0], i % 7) for i in range(600)]  # fmt: skip
    pd.DataFrame(rows, columns=["user", "variant", "time", "event", "value"]).to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert study.data.source == "log"
