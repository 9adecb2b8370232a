"""Revenue is no sum of prices: a price of one piece is multiplied by how many there are, in tables of facts and of units."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.ingest.new_study import pieces
from helpers.ingest.new_study.profile import Column
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

PAIRS = [("price", "units"), ("item_price", "item_count"), ("share_price", "shares"), ("price_per_litre", "litres"), ("price_per_kg_cents", "kg"),
         ("nightly_rate", "nights"), ("hourly_rate", "hours"), ("tariff_per_kwh", "kwh"), ("Einzelpreis", "Menge"), ("list_price", "qty"), ("unit_price", "quantity"),
         ("rate_per_night", "nights"), ("daily_rate", "days"), ("cena", "ilosc"), ("単価", "数量"),
         ("stueckpreis", "anzahl"), ("precio_unidad", "unidades"), ("price_m", "metres"), ("price_l", "litres"), ("stuksprijs", "stuks"), ("cena_jednostkowa", "sztuk"),
         ("styckpris", "antal"), ("prezzo_unitario", "pezzi"), ("egységár", "mennyiség"), ("birim_fiyat", "adet"), ("prix_unitaire", "unités")]  # fmt: skip
OTHERS = [("price", "user_id"), ("price", "discount_pct"), ("price", "rating"), ("total_price", "quantity"), ("revenue_per_user", "users"), ("conversion_rate", "units"),
          ("price", "age"), ("orders_per_day", "days"), ("price", "units_viewed"), ("price", "items_returned"), ("price_m", "minutes_on_site")]  # fmt: skip


def number(name: str, position: int = 0) -> Column:
    return Column(name, "DOUBLE", position, 9, 9, 5, 9, 4, 0, 0, 0, 0, 0, 0, 0, 1.5, 70.5, 3.0, 10.0, None, None)


@pytest.mark.parametrize(("price", "many"), PAIRS)
def test_a_price_of_one_piece_finds_how_many_there_are(price: str, many: str) -> None:
    columns = [number(name, i) for i, name in enumerate(("user_id", "rating", many, price, "vat"))]
    found = pieces.beside(columns, columns[3])
    assert found is columns[2]


@pytest.mark.parametrize(("price", "many"), OTHERS)
def test_no_other_number_is_multiplied(price: str, many: str) -> None:
    columns = [number(price), number(many)]
    assert pieces.beside(columns, columns[0]) is None


@pytest.mark.parametrize("off", ["", "discount_pct", "Rabatt (%)", "discount"])
def test_the_unit_price_of_a_unit_table_is_no_outcome(tmp_path: Path, off: str) -> None:
    dice = np.random.default_rng(4)
    made = pd.DataFrame({"customer_id": range(600), "variant": dice.choice(["control", "treatment"], 600),
                         "quantity": dice.integers(1, 6, 600), "unit_price": dice.integers(500, 2_000, 600) / 100})  # fmt: skip
    less = made.quantity * made.unit_price * 0.05 if off else 0
    if off:
        share = np.where(made.customer_id % 2, 5, 0)
        made[off] = [f"{each}%" for each in share] if off == "discount" else share
    made.to_csv(tmp_path / "baskets.csv", index=False)
    with pytest.raises(ReportError, match="what was paid is 'unit_price' times 'quantity'") as caught:
        proposed(tmp_path, tmp_path / "baskets.csv")
    query = re.search(r"(select \*, .*? from read_csv\(.baskets.csv., [^)]*\))", str(caught.value))
    assert query
    (tmp_path / "paid.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "paid.sql", primary="revenue")
    paid = made.quantity * made.unit_price - np.where(made.customer_id % 2, less, 0)
    told = sums(study, tmp_path)["revenue"]
    for arm, values in paid.groupby(made.variant):
        assert float(told[arm][1]) == pytest.approx(float(values.sum()), abs=0.01 * len(values))


def test_of_a_query_the_printed_one_reads_its_rows_and_not_a_file_of_its_name(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    made = pd.DataFrame({"customer_id": range(600), "variant": dice.choice(["control", "treatment"], 600),
                         "quantity": dice.integers(1, 6, 600), "unit_price": dice.integers(500, 2_000, 600) / 100})  # fmt: skip
    made.to_csv(tmp_path / "baskets.csv", index=False)
    (tmp_path / "q.sql").write_text('select * from "baskets.csv"', encoding="utf-8")
    with pytest.raises(ReportError, match="what was paid is 'unit_price' times 'quantity'") as caught:
        proposed(tmp_path, tmp_path / "q.sql")
    query = re.search(r'(select \*, .*? from \(select \* from "baskets.csv"\))', str(caught.value))
    assert query
    (tmp_path / "paid.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "paid.sql", primary="revenue")
    total = sum(float(total) for _, total in sums(study, tmp_path)["revenue"].values())
    assert total == pytest.approx(float((made.quantity * made.unit_price).sum()), abs=0.01 * len(made))


@pytest.mark.parametrize(
    ("price", "many", "apart"),
    [
        ("zzz", "qqq", True),
        ("单价", "个数", True),
        ("zzz", "qqq", False),
        ("spend", "sessions", True),
        ("amount", "pages", True),
    ],
)
def test_an_amount_that_no_count_beside_it_moves_is_asked_about_in_any_language(
    tmp_path: Path, price: str, many: str, apart: bool
) -> None:
    dice = np.random.default_rng(8)
    n = 1_500
    pieces_of, each = dice.poisson(1.3, n) + 1, dice.gamma(9, 1, n)
    made = pd.DataFrame({"user_id": range(n), "variant": dice.choice(["A", "B"], n), many: pieces_of,
                         price: np.round(each if apart else each * pieces_of, 2)})  # fmt: skip
    made.to_csv(tmp_path / "baskets.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "baskets.csv")
    asked = f"Is '{price}' the price of one piece, and '{many}' how many there were?" in said
    assert asked == (apart and price not in ("spend", "amount"))


def baskets(beside: str, values: tuple[float, ...]) -> pd.DataFrame:
    """Units that bought pieces at a price, with another number beside these."""
    dice = np.random.default_rng(4)
    return pd.DataFrame({"customer_id": [f"c{i}" for i in range(600)], "variant": dice.choice(["control", "treatment"], 600),
                         "quantity": dice.integers(1, 6, 600), "unit_price": dice.integers(500, 2_000, 600) / 100,
                         beside: dice.choice(np.array(values), 600)})  # fmt: skip


@pytest.mark.parametrize("name", ["promo", "promo_pct", "alennus", "markdown", "off", "price_reduction", "student_deal", "campaign_pct", "Aktion_Prozent", "zľava",
                                  "deduction", "gift_card", "promo_amount", "promo_code_value", "credit_used", "list_price", "promo_depth", "Lagerrabatte", "points"])  # fmt: skip
def test_of_what_no_name_explains_beside_a_price_no_query_is_printed(tmp_path: Path, name: str) -> None:
    """It may have been taken off what was paid: what would have to be known is asked."""
    baskets(name, (0, 10, 25)).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=f"'{name}' \\(from 0 to 25\\): if it was taken off") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "select" not in str(caught.value) and f"--primary {name}" not in str(caught.value)


@pytest.mark.parametrize("name", ["age", "pages_viewed", "visits_30d", "previous_orders", "shipping_fee", "vat", "tenure_days", "store_id"])  # fmt: skip
def test_what_its_name_explains_leaves_the_query_of_what_was_paid(tmp_path: Path, name: str) -> None:
    made = baskets(name, (3, 10, 25))
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    query = re.search(r"(select \*, .*? from read_csv\(.t.csv., [^)]*\))", str(caught.value))
    assert query
    (tmp_path / "paid.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "paid.sql", primary="revenue")
    told = sums(study, tmp_path)["revenue"]
    for arm, values in (made.quantity * made.unit_price).groupby(made.variant):
        assert (told[str(arm)][0], float(told[str(arm)][1])) == (len(values), pytest.approx(values.sum()))


@pytest.mark.parametrize("some", [False, True])
def test_an_amount_before_its_discount_is_no_outcome_that_is_offered(tmp_path: Path, some: bool) -> None:
    made = baskets("discount", (0, 10, 25)).drop(columns="quantity").rename(columns={"unit_price": "subtotal"})
    if some:
        made.loc[made.index % 5 > 0, ["subtotal", "discount"]] = np.nan
    made.to_csv(tmp_path / "t.csv", index=False)
    asked = "find out whether 'discount' is taken off 'subtotal' already" if some else "such as --primary subtotal"
    with pytest.raises(ReportError, match=asked) as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert ("--primary subtotal" in str(caught.value)) != some


def test_an_amount_beside_a_discount_is_asked_about(tmp_path: Path) -> None:
    made = baskets("discount", (0, 10, 25)).drop(columns="quantity").rename(columns={"unit_price": "amount"})
    made.to_csv(tmp_path / "t.csv", index=False)
    asked = [
        line
        for line in proposed(tmp_path, tmp_path / "t.csv")[2].splitlines()
        if "Is 'discount' taken off 'amount' already?" in line
    ]
    assert len(asked) == 1 and "select" not in asked[0]


@pytest.mark.parametrize("amount", ["revenue", "total_net"])
def test_what_came_in_is_not_asked_about_a_discount(tmp_path: Path, amount: str) -> None:
    made = baskets("discount_pct", (0, 10, 25)).drop(columns="quantity").rename(columns={"unit_price": amount})
    made.to_csv(tmp_path / "t.csv", index=False)
    assert "taken off" not in proposed(tmp_path, tmp_path / "t.csv")[2]


@pytest.mark.parametrize("case", ["stock", "asked", "stated"])
def test_prices_that_nobody_paid_as_they_stand_are_told(tmp_path: Path, case: str) -> None:
    """The stock is not decided by in silence beside a price of one piece, and neither that price nor one asked for is summed so."""
    dice = np.random.default_rng(8)
    table = pd.DataFrame({"user_id": [f"u{i}" for i in range(600)], "variant": ["control", "new"] * 300})
    bought = dice.random(600) < (1 if case == "stated" else 0.4)
    prices = np.round(dice.gamma(2, 20, 600) + 3, 2)
    if case == "asked":
        days = pd.Series(["2026-03-20"] * 600).where(pd.Series(bought))
        table = table.assign(listed_on="2026-03-02", price=prices, sold_on=days)
    else:
        pieces = pd.Series(dice.integers(1, 5, 600)).where(pd.Series(bought)).astype("Int64")
        table = table.assign(unit_price=pd.Series(prices).where(pd.Series(bought)), quantity=pieces)
    if case == "stock":
        table["stock_left"] = dice.integers(0, 50, 600)
    table.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", **({"primary": "quantity"} if case == "stated" else {}))
    asked = {
        "stock": "Is it decided by 'stock_left', and not by what was paid? 'unit_price'",
        "asked": "Was 'price' paid in all 600 rows?",
        "stated": "unit_price: the price of one piece: what was paid is 'unit_price' times 'quantity'",
    }
    assert asked[case] in said
    assert case != "stated" or [m.name for m in study.metrics] == ["quantity"]
