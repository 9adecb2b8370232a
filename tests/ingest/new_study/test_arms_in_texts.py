"""An arm inside of a text: told with the query that makes a column of it, by which every unit is in its arm."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

WAYS = {
    "notes": "ab_test: {}\ngift: for {}",
    "address": "https://shop.example/cart?page=2&variant={}&x={}",
    "pairs": "experiment={};mail={}",
}


def asked(base: Path, made: pd.DataFrame) -> Path:
    """The file of the query that is printed."""
    made.to_csv(base / "export.csv", index=False)
    with pytest.raises(ReportError, match="the arm stands inside of the text of") as error:
        proposed(base, base / "export.csv")
    query = re.search(r'select .* from read_csv\(.export.csv., [^)]*\)(?: group by "\w+")?', str(error.value))
    assert query is not None
    (base / "made.sql").write_text(query[0])
    return base / "made.sql"


@pytest.mark.parametrize("way", WAYS)
def test_of_events_it_is_a_column_of_their_rows(tmp_path: Path, way: str) -> None:
    rows = []
    for n in range(120):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=53 * n)
        rows.append((f"u{n}", "view", str(at), WAYS[way].format("AB"[n % 2], n)))
        rows += [(f"u{n}", "purchase", str(at + pd.Timedelta(minutes=3)), "")] * (n % 3 == 0)
    made = pd.DataFrame(rows, columns=["client_id", "event", "time", "page_location"])
    study, _, _ = proposed(tmp_path, asked(tmp_path, made), control="A")
    assert {n for n, _ in sums(study, tmp_path)["purchase_rate"].values()} == {60}


def test_of_lines_of_orders_it_is_that_of_their_customer(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    rows = []
    for n in range(150):
        for line in range(1 + n % 3):
            total = round(float(dice.gamma(2, 20)), 2) if not line else ""
            rows.append((f"#{n}", f"c{n // 2}@ex.com", f"2026-03-{2 + n % 12:02d} 10:00:00", total, WAYS["notes"].format("AB"[n // 2 % 2], n) if not line else ""))  # fmt: skip
    made = pd.DataFrame(rows, columns=["Name", "Email", "Created at", "Total", "Note Attributes"])
    study, _, _ = proposed(tmp_path, asked(tmp_path, made), control="A", primary="Total")
    truth = pd.to_numeric(made.Total).groupby(made.Email).sum()
    arm = made[made["Note Attributes"] != ""].groupby("Email")["Note Attributes"].first().str[9]
    expected = {name: (int((arm == level).sum()), round(100 * float(truth[arm == level].sum()))) for name, level in (("control", "A"), ("treatment", "B"))}  # fmt: skip
    assert {
        name: (n, int(100 * total)) for name, (n, total) in sums(study, tmp_path)[study.primary.name].items()
    } == expected
