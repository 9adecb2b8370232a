"""A price that is the variant beside whether somebody bought: their product is named with its query; whole amounts are no ids."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("words", [False, True])
def test_what_is_paid_is_asked_where_the_price_is_the_variant(tmp_path: Path, words: bool) -> None:
    dice = np.random.default_rng(6)
    made = pd.DataFrame(
        {
            "visitor": range(900),
            "variant": dice.permutation(["A", "B", "B"] * 300),
            "converted": dice.integers(0, 2, 900),
        }
    )
    made["price_shown"] = made["variant"].map({"A": 39, "B": 59})
    truth = (made["price_shown"] * made["converted"]).max()
    if words:
        made["converted"] = made["converted"].map({0: "no", 1: "yes"})
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert "1. Does what is paid decide, not how many pay? 'price_shown' is 39 in 'A', 59 in 'B'" in said
    query = said[said.index("select *, ") :].split(";")[0]
    (tmp_path / "paid.sql").write_text(query, encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "paid.sql", primary="revenue")
    assert study.primary.unit == "money" and "Does what is paid" not in said and truth == 59


def test_a_price_that_is_no_variant_is_not_asked(tmp_path: Path) -> None:
    dice = np.random.default_rng(6)
    made = pd.DataFrame({"visitor": range(900), "variant": dice.permutation(["A", "B", "B"] * 300), "converted": dice.integers(0, 2, 900),
                         "price_shown": dice.choice([39, 59], 900)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    assert "Does what is paid" not in proposed(tmp_path, tmp_path / "t.csv")[2]


@pytest.mark.parametrize("written", ["${:,}", "{}"])
def test_whole_amounts_that_are_all_different_are_no_ids(tmp_path: Path, written: str) -> None:
    dice = np.random.default_rng(6)
    amounts = dice.choice(np.arange(20_000, 60_000), 500, replace=False)
    made = pd.DataFrame(
        {
            "user_id": range(500),
            "variant": dice.permutation(["A", "B"] * 250),
            "revenue": [written.format(a) for a in amounts],
        }
    )
    made.to_csv(tmp_path / "t.csv", index=False, sep=";")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv")
    assert (study.primary.event, study.primary.unit) == ("revenue", "money")


@pytest.mark.parametrize("many", ["quantity", "units", "seats", "x7", "promo"])
def test_no_product_is_printed_where_another_number_may_say_how_many(tmp_path: Path, many: str) -> None:
    dice = np.random.default_rng(6)
    made = pd.DataFrame({"visitor": range(900), "variant": dice.permutation(["A", "B", "B"] * 300), "converted": dice.integers(0, 2, 900)})  # fmt: skip
    made["price_shown"], made[many] = made["variant"].map({"A": 39, "B": 59}), made.converted * dice.integers(1, 5, 900)
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    asked = next(line for line in said.splitlines() if "Does what is paid decide" in line)
    assert (
        f"Nothing says what to make of '{many}' (from 0 to 4): if" in asked
        and "select" not in asked
        and "product" not in asked
    )


def test_how_many_are_bought_at_a_price_that_is_the_variant_is_asked_about_without_a_query(tmp_path: Path) -> None:
    dice = np.random.default_rng(6)
    made = pd.DataFrame({"visitor": range(900), "variant": dice.permutation(["A", "B", "B"] * 300), "tickets": dice.poisson(1, 900)})  # fmt: skip
    made["price"] = made["variant"].map({"A": 39, "B": 59})
    made.to_csv(tmp_path / "t.csv", index=False)
    said = proposed(tmp_path, tmp_path / "t.csv")[2]
    assert "Does what is paid decide, not how many 'tickets' there are?" in said and "select " not in said
