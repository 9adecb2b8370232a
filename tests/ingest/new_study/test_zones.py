"""Local times beside times in UTC: nothing tells the zone, so it is asked of, and not where all of them tell one or none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from helpers.ingest import new_study
from tests.ingest.new_study.tables import proposed

WAYS: dict[str, Callable[[datetime], str]] = {
    "Z": lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
    "offset": lambda at: f"{at:%Y-%m-%d %H:%M:%S}-0500",
    "none": lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
    "day": lambda at: f"{at:%Y-%m-%d}",
}
ZONED = {"Z", "offset"}
START = datetime(2026, 3, 2, 1)


def log(first: str, second: str) -> pd.DataFrame:
    rows = []
    for n in range(160):
        at = START + timedelta(minutes=71 * n)
        rows.append((f"u{n}", ["control", "new"][n % 2], "visit", WAYS[first](at)))
        rows += [(f"u{n}", ["control", "new"][n % 2], "purchase", WAYS[second](at + timedelta(minutes=9)))] * (
            n % 3 == 0
        )
    return pd.DataFrame(rows, columns=["user_id", "variant", "event", "created_at"])


@pytest.mark.parametrize(("first", "second"), [("Z", "none"), ("none", "offset"), ("Z", "offset"), ("none", "none")])
def test_times_of_one_column(tmp_path: Path, first: str, second: str) -> None:
    log(first, second).to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    bare = {first: 160, second: 54}.get("none", 0)
    mixed = len({first in ZONED, second in ZONED}) > 1
    assert (f"Are the {bare:,} of 214 times of 'created_at' in UTC that name no zone" in said) == mixed


@pytest.mark.parametrize(
    ("first", "second"), [("Z", "none"), ("none", "Z"), ("Z", "Z"), ("none", "none"), ("Z", "day")]
)
def test_times_of_two_tables(tmp_path: Path, first: str, second: str) -> None:
    rows = log(first, second)
    seen, bought = (
        rows[rows.event == event].rename(columns={"created_at": f"{event}_at"}) for event in ("visit", "purchase")
    )
    seen.drop(columns="event").to_csv(tmp_path / "assignments.csv", index=False)
    bought.drop(columns=["event", "variant"]).assign(total=9.5).to_csv(tmp_path / "orders.csv", index=False)
    said = new_study.propose_tables([str(tmp_path / f) for f in ("assignments.csv", "orders.csv")], base=tmp_path).said
    asked = "day" not in (first, second) and (first in ZONED) != (second in ZONED)
    local = "purchase_at' of orders.csv" if first in ZONED else "visit_at' of assignments.csv"
    assert (f"Are the times of '{local} in UTC? They name no zone" in said) == asked
    assert ("data.facts.orders.timezone" in said) == (asked and first in ZONED)
