"""A query that is printed reckons with the numbers that the project reads: followed to the letter it gives the sums of pandas."""

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.ingest.new_study import profile, source, written_numbers
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

WRITTEN = {
    "plain": ["1", "2.50", " 3 ", "", "-4"],
    "comma": ["1,25", "2,5", "0,5", ""],
    "thousands": ["1,234.50", "12,000", "7.25", ""],
    "points": ["1.234,50", "12.000,5", "7,25"],
    "money": ["$1,234.50", "$7.00", "$ 3.10"],
    "euros": ["1.234,50 €", "7,25 €", "3,10 €"],
    "truth": ["true", "FALSE", ""],
    "percent": ["5 %", "12.5 %", "0 %"],
    "exponent": ["1e3", "2.5e-1", "4"],
}


def printed(text: str, behind: str = "") -> str:
    """The query of a message, behind some words, up to what is said after it."""
    text = text[text.index(behind) :]
    return re.split(r"\n|; |\. [A-Z]|, and --", text[text.index("select ") :])[0]


def typed(base: Path, query: str) -> Path:
    (base / "made.sql").write_text(query, encoding="utf-8")
    return base / "made.sql"


def message(base: Path, file: Path, **options: Any) -> str:
    """What is said of a file: the error, or what a person reads beside the study."""
    try:
        return proposed(base, file, **options)[2]
    except ReportError as error:
        return str(error)


def told(base: Path, query: str, metric: str, **options: Any) -> dict[str, tuple[int, float]]:
    """Units and sum of a metric by arm, of the study of a query."""
    study, _, _ = proposed(base, typed(base, query), primary=metric, force=True, **options)
    return {
        arm: (n, pytest.approx(float(total), abs=0.006 * n)) for arm, (n, total) in sums(study, base)[metric].items()
    }


def by_arm(arm: pd.Series, values: pd.Series) -> dict[str, tuple[int, float]]:
    grouped = values.groupby(arm)
    return {str(level): (int(some.count()), float(some.sum())) for level, some in grouped}


@pytest.mark.parametrize("called", WRITTEN)
@pytest.mark.parametrize("as_text", [True, False])
def test_a_number_in_a_query_is_the_one_that_is_read(tmp_path: Path, called: str, as_text: bool) -> None:
    """Of each way to write numbers, where the columns of the query are texts, and where DuckDB gives them types."""
    pd.DataFrame({"id": range(4 * len(WRITTEN[called])), "x": WRITTEN[called] * 4}).to_csv(
        tmp_path / "t.csv", index=False
    )
    with source.opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        column = next(c for c in profile.profile(table)[1] if c.name == "x")
        made = written_numbers.in_query(table, column)
        truth = [value for (value,) in table.rows(f"select {table.value('x')} from {{table}} order by id::integer")]
    assert made
    theirs = f"read_csv('{tmp_path / 't.csv'}', all_varchar = {str(as_text).lower()}, header = true)"
    assert duckdb.sql(f"select ({made})::double from {theirs} order by id::integer").fetchall() == [(v,) for v in truth]


def test_no_query_is_printed_of_numbers_that_none_reads(tmp_path: Path) -> None:
    pd.DataFrame({"id": range(9), "x": ["(1.50)", "2.5", "1 234"] * 3}).to_csv(tmp_path / "t.csv", index=False)
    with source.opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        column = next(c for c in profile.profile(table)[1] if c.name == "x")
        assert column.numeric and written_numbers.in_query(table, column) == ""


def baskets(rows: int = 900) -> pd.DataFrame:
    """Units of two arms of which some buy; of these some have a discount, and the others an empty one."""
    dice = np.random.default_rng(6)
    made = pd.DataFrame(
        {"shopper": [f"c{i}" for i in range(rows)], "variant": dice.permutation(["control", "treatment"] * (rows // 2))}
    )
    bought = dice.random(rows) < np.where(made.variant == "treatment", 0.4, 0.3)
    made["unit_price"] = np.where(bought, np.round(dice.gamma(3, 5, rows) + 2, 2), 0)
    made["quantity"] = np.where(bought, dice.integers(1, 6, rows), 0)
    made["discount"] = np.where(bought & (dice.random(rows) < 0.4), np.round(made.unit_price * 0.2, 2), np.nan)
    return made


@pytest.mark.parametrize("kind", ["t.csv", "comma.csv", "t.parquet"])
@pytest.mark.parametrize("off", [True, False])
def test_who_has_no_discount_pays_the_price(tmp_path: Path, kind: str, off: bool) -> None:
    made = baskets()
    paid = made.unit_price * made.quantity - made.discount.fillna(0) * off
    made = made if off else made.drop(columns="discount")
    file = tmp_path / kind
    if kind == "t.parquet":
        made.to_parquet(file)
    else:
        made.to_csv(file, index=False, **({"sep": ";", "decimal": ","} if kind == "comma.csv" else {}))  # type: ignore[call-overload]
    query = printed(message(tmp_path, file), "what was paid is")
    assert told(tmp_path, query, "revenue") == by_arm(made.variant, paid)


def test_a_discount_of_some_orders_of_a_log_leaves_no_buyer_out(tmp_path: Path) -> None:
    made = baskets()
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(np.arange(len(made)) * 5, "min")
    visits = pd.DataFrame({"ts": at, "action": "visit", "who": made.shopper, "variant": made.variant})
    orders = visits.assign(
        ts=at + pd.Timedelta(minutes=3),
        action="purchase",
        price=made.unit_price,
        qty=made.quantity,
        discount=made.discount,
    )
    pd.concat([visits, orders[made.quantity > 0]]).to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    query = printed(said, "takes it off")
    study, _, _ = proposed(tmp_path, typed(tmp_path, query), money="amount_paid")
    found = sums(study, tmp_path)["revenue_per_unit"]
    paid = made.unit_price * made.quantity - made.discount.fillna(0)
    assert {arm: (n, pytest.approx(float(total), abs=0.01)) for arm, (n, total) in found.items()} == by_arm(
        made.variant, paid
    )


@pytest.mark.parametrize(
    ("least", "sep", "decimal"), [("<0,5", ";", ","), ("< 0.5", ",", "."), ("Unter 0,5", ";", ",")]
)
@pytest.mark.parametrize("kind", ["t.csv", "t.parquet"])
def test_a_limit_is_the_number_that_is_written(tmp_path: Path, least: str, sep: str, decimal: str, kind: str) -> None:
    dice = np.random.default_rng(9)
    made = pd.DataFrame(
        {"patient": [f"p{i}" for i in range(800)], "variant": dice.permutation(["control", "treatment"] * 400)}
    )
    crp = np.round(dice.gamma(2, 1.5, 800) * np.where(made.variant == "treatment", 1.3, 1), 2)
    made["crp_mg_l"] = [
        least if x < 0.5 else "n/a" if i % 50 == 0 else f"{x:.2f}".replace(".", decimal) for i, x in enumerate(crp)
    ]
    made.loc[3, "crp_mg_l"] = " "
    known = pd.Series(crp).where(~made.crp_mg_l.isin(["n/a", " "]))
    if kind == "t.parquet":
        made.to_parquet(tmp_path / kind)
    else:
        made.to_csv(tmp_path / kind, index=False, sep=sep)
    said = message(tmp_path, tmp_path / kind, primary="crp_mg_l")
    assert told(tmp_path, printed(said), "crp_mg_l", empty="drop") == by_arm(made.variant, known.clip(lower=0.5))
    beyond = (known < 0.5).astype(int).where(known.notna())
    assert told(tmp_path, printed(said, "as yes and no"), "beyond", better="lower", empty="drop") == by_arm(
        made.variant, beyond
    )
