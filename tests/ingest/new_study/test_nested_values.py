"""Lists, objects and ids of two types are told as what they are, and the queries that mend them do."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def events(change: Any) -> tuple[str, int]:
    """A log of 300 users, of whom some buy, each row changed; and how many buy."""
    dice, lines, bought = np.random.default_rng(3), [], 0
    for n in range(300):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=61 * n)
        names = ["view", *(["purchase"] if dice.random() < 0.3 else [])]
        bought += len(names) - 1
        for i, name in enumerate(names):
            row: dict[str, Any] = {
                "ts": f"{at + pd.Timedelta(minutes=i)}",
                "user_id": f"{n:05}",
                "event": name,
                "variant": ["control", "new"][n % 2],
            }
            row["amount"] = round(float(dice.gamma(2, 20)), 2) if name == "purchase" else None
            lines.append(json.dumps(change(row, n + i)))
    return "\n".join(lines) + "\n", bought


def mended(base: Path, said: str, ends: str, **options: Any) -> Any:
    query = " ".join(said.split())
    query = query[query.index("select *") : query.index(ends) + len(ends)]
    (base / "made.sql").write_text(query)
    study, text, _ = proposed(base, base / "made.sql", **options)
    return study, text


@pytest.mark.parametrize("kind", ["padded", "object"])
def test_ids_now_so_now_so(tmp_path: Path, kind: str) -> None:
    def change(row: dict[str, Any], i: int) -> dict[str, Any]:
        if kind == "padded":
            return row if i % 2 else {**row, "user_id": int(row["user_id"])}
        user = row.pop("user_id")
        return {**row, "user": {"id": f"u{user}"} if i % 7 else f"u{user}"}

    written, bought = events(change)
    (tmp_path / "t.ndjson").write_text(written)
    with pytest.raises(
        ReportError,
        match="the same but for zeros ahead"
        if kind == "padded"
        else "now an object with the id in it, now the id itself",
    ) as error:
        proposed(tmp_path, tmp_path / "t.ndjson")
    study, _ = mended(
        tmp_path, str(error.value), 'from "t.ndjson"', **({} if kind == "padded" else {"unit": "unit_id"})
    )
    found = sums(study, tmp_path)[study.primary.name]
    assert {arm: n for arm, (n, _) in found.items()} == {"control": 150, "new": 150}
    assert sum(int(k) for _, k in found.values()) == bought


def test_ids_that_are_units_of_their_own_may_be_named(tmp_path: Path) -> None:
    rows = "".join(f"{i if i % 2 else f'{i - 1:05}'},{'ab'[i % 2]},{int(i % 7 == 0)}\n" for i in range(1, 401))
    (tmp_path / "t.csv").write_text("user_id,variant,converted\n" + rows)
    with pytest.raises(ReportError, match="zeros ahead"):
        proposed(tmp_path, tmp_path / "t.csv")
    assert proposed(tmp_path, tmp_path / "t.csv", unit="user_id")[0].name == "t"


def test_amounts_where_lists_stand_for_none(tmp_path: Path) -> None:
    written, bought = events(lambda row, i: {**row, "amount": row["amount"] or [[], {}][i % 2]})
    (tmp_path / "t.ndjson").write_text(written)
    _, _, said = proposed(tmp_path, tmp_path / "t.ndjson")
    line = next(line for line in said.splitlines() if line.strip().startswith("amount: not used"))
    assert "it holds lists in " in line and f"beside numbers in {bought}" in line
    study, text = mended(tmp_path, line, 'from "t.ndjson"')
    assert any(metric.measure == "sum" for metric in study.metrics), text


def test_a_column_of_lists_is_called_so(tmp_path: Path) -> None:
    made = pd.DataFrame({"user_id": range(200), "variant": ["a", "b"] * 100, "converted": [0, 1, 0, 0] * 50})
    made.assign(orders=[[{"amount": i / 7}] for i in range(200)], paid=[{"eur": i / 3} for i in range(200)]).to_parquet(
        tmp_path / "t.parquet"
    )
    _, _, said = proposed(tmp_path, tmp_path / "t.parquet")
    assert "orders: not used: it holds lists in 200 rows, and no number" in said


@pytest.mark.parametrize("text", [False, True])
def test_lists_of_numbers_are_summed_by_a_query_that_runs(tmp_path: Path, text: bool) -> None:
    """Also where the numbers are texts, and the lists of those who bought nothing are empty."""
    amounts: list[float] = []

    def change(row: dict[str, Any], i: int) -> dict[str, Any]:
        parts = [row["amount"], 5] if row["amount"] else []
        amounts.extend(parts)
        return {**row, "amount": [str(part) for part in parts] if text else parts}

    written, bought = events(change)
    (tmp_path / "t.ndjson").write_text(written)
    _, _, said = proposed(tmp_path, tmp_path / "t.ndjson")
    line = next(line for line in said.splitlines() if line.strip().startswith("amount: not used"))
    study, _ = mended(tmp_path, line, 'from "t.ndjson"', money="one_number")
    found = sums(study, tmp_path)
    assert sum(int(k) for _, k in found["purchase_rate"].values()) == bought
    assert float(sum(k for _, k in found["revenue_per_unit"].values())) == pytest.approx(sum(amounts))


def test_an_object_without_keys_is_nothing(tmp_path: Path) -> None:
    written, bought = events(lambda row, i: {**row, "amount": row["amount"] or {}})
    (tmp_path / "t.ndjson").write_text(written)
    study, text, _ = proposed(tmp_path, tmp_path / "t.ndjson")
    assert "wrong_type" not in text
    assert sum(int(k) for _, k in sums(study, tmp_path)["purchase_rate"].values()) == bought
