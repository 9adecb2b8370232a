"""Revenue is the amounts of the event that is decided by, or of the one with most of them; what is left out is said."""

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ingest
from helpers.ingest.new_study import paying
from helpers.ingest.new_study.paying import Paid
from tests.ingest.new_study.tables import proposed

NAMES = ("joined", "renewed", "topped_up", "moved", "left")


@given(st.lists(st.integers(0, 400), min_size=5, max_size=5), st.sampled_from(NAMES), st.booleans())
def test_the_event_paid_for_is_the_primary_one_or_has_most_amounts(
    counts: list[int], primary: str, stated: bool
) -> None:
    counts[0] = 0  # nobody pays for joining
    found = {n: Paid(n, 400, 400, k, 10.0 * k) for n, k in zip(NAMES, counts, strict=True) if k}
    chosen = paying.of(found, primary, ("joined", "left"), stated=stated)
    if not any(counts):
        assert chosen is None
        return
    assert chosen is not None
    if primary in found:
        assert chosen.chosen.event == primary
    else:
        assert chosen.chosen.amounts == max(counts)
    assert {chosen.chosen.event, *(each.event for each in chosen.others)} == set(found)


def billing(file: Path, seed: int) -> pd.DataFrame:
    """Members who join, some of whom renew, fewer of whom move to another tariff last; renewals and moves cost something."""
    draw, rows = random.Random(seed), []
    for i in range(600):
        day = pd.Timestamp("2026-02-02") + pd.Timedelta(hours=draw.randrange(300))
        arm = ("usual", "coached")[i % 2]
        rows.append((f"m{i:04}", day, "joined", arm, 0))
        if draw.random() < 0.3:
            for month in range(draw.randint(1, 3)):
                rows.append((f"m{i:04}", day + pd.Timedelta(days=3 + month), "renewed", arm, draw.choice((1900, 2900))))
            if draw.random() < 0.2:
                rows.append((f"m{i:04}", day + pd.Timedelta(days=9), "tariff_moved", arm, 900))
    frame = pd.DataFrame(rows, columns=["member_id", "at", "what", "arm", "amt_cents"])
    frame.to_csv(file, index=False)
    return frame


@pytest.mark.parametrize("told", [{"primary": "renewed"}, {"primary": "amt_cents"}, {"money": "amt_cents"}], ids=str)
def test_amounts_of_the_rare_last_step_are_not_all_of_revenue(tmp_path: Path, told: dict[str, str]) -> None:
    frame = billing(tmp_path / "members.csv", 3)
    study, text, said = proposed(tmp_path, tmp_path / "members.csv", **told)
    revenue = study.metric(study.economics.revenue_metric or "")
    by_event = frame[frame.amt_cents != 0].groupby("what").amt_cents.agg(["count", "sum"])
    other = "tariff_moved" if revenue.event == "renewed" else "renewed"
    if "primary" in told:
        assert revenue.event == "renewed"
    for event in (revenue.event, other):
        n, total = by_event.loc[event]
        assert f"{event} ({n:,} amounts, {total:,} in all)" in said
    assert "Is revenue the amounts of" in text


def shop(file: Path, seed: int, columns: list[str]) -> pd.DataFrame:
    """Visits, some of which buy several pieces at a price, less a discount; ``columns`` of the amounts in their order."""
    draw, rows = random.Random(seed), []
    for i in range(400):
        day, arm = pd.Timestamp("2026-02-02") + pd.Timedelta(hours=draw.randrange(300)), ("usual", "coached")[i % 2]
        rows.append({"member_id": f"m{i:04}", "at": day, "event": "visit", "arm": arm})
        if draw.random() < 0.5:
            price, pieces = draw.randrange(500, 5000) / 100, draw.randint(1, 5)
            whole = round(price * pieces, 2)
            off = draw.randrange(0, 300) / 100
            amounts = {"unit_price": price, "price": price, "quantity": pieces, "total": whole, "gross_amount": whole, "discount_amount": off, "net_amount": round(whole - off, 2)}  # fmt: skip
            rows.append(
                {"member_id": f"m{i:04}", "at": day + pd.Timedelta(hours=1), "event": "purchase", "arm": arm} | amounts
            )
    frame = pd.DataFrame(rows)
    frame[["member_id", "at", "event", "arm", *columns]].to_csv(file, index=False)
    return frame


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("columns", "whole"), [
    (["price", "quantity", "gross_amount", "discount_amount", "net_amount"], "net_amount"), (["unit_price", "quantity", "total"], "total"),
    (["unit_price", "quantity"], ""), (["price", "quantity"], ""),
])  # fmt: skip
def test_the_amount_of_a_purchase_is_told_by_its_name_and_not_by_its_place(
    tmp_path: Path, seed: int, columns: list[str], whole: str
) -> None:
    random.Random(seed).shuffle(columns := [*columns])
    frame = shop(tmp_path / "shop.csv", seed, columns)
    study, text, said = proposed(tmp_path, tmp_path / "shop.csv")
    price = study.data.columns["price"]  # type: ignore[union-attr]
    if whole:
        assert price == whole and "price of one piece" not in text
    else:
        assert (price.column, price.times) == (next(c for c in columns if c != "quantity"), "quantity")  # type: ignore[union-attr]
        assert "the price of one piece? Revenue is it times 'quantity'" in text
    landed = ingest.land(study, tmp_path / "raw")
    assert landed is not None
    total = float(frame[whole].sum() if whole else (frame.price * frame.quantity).sum())
    n = int(frame.price.notna().sum())
    assert f"purchase ({n:,} amounts, {total:,.12g} in all)" in said


def less(frame: pd.DataFrame, how: str) -> pd.Series:
    """What is paid where a discount of 0 to 3 is a percentage, a share of a tenth, or an amount of all or of each piece."""
    each, gross = frame.discount, frame.price * frame.quantity
    made = {"percentage": gross * (1 - each / 100), "share": gross * (1 - each), "amount": gross - each,
            "of each": gross - each * frame.quantity, "none": gross}  # fmt: skip
    return made[how].round(2)


@pytest.mark.parametrize("bases", [["price", "quantity"], ["subtotal"]])
@pytest.mark.parametrize("how", ["percentage", "share", "amount", "of each", "none"])
def test_a_discount_that_is_off_the_total_in_every_row_is_not_asked_about(
    tmp_path: Path, how: str, bases: list[str]
) -> None:
    """And none is taken off twice by a query; where it is in no row, the question stays."""
    if how == "of each" and bases == ["subtotal"]:
        return
    frame = shop(tmp_path / "shop.csv", 5, ["price", "quantity", "discount_amount", "total"])
    frame = frame.drop(columns=["unit_price", "gross_amount", "net_amount"])
    frame = frame.rename(columns={"discount_amount": "discount", "total": "subtotal"})
    if how == "share":
        frame["discount"] = (frame.discount / 10).round(2)
    name = "discount_pct" if how in ("percentage", "none") else "discount"
    frame["total"] = less(frame, how)
    frame = frame.rename(columns={"discount": name})[["member_id", "at", "event", "arm", *bases, name, "total"]]
    frame.to_csv(tmp_path / "shop.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "shop.csv")
    assert study.data.columns["price"] == "total"  # type: ignore[union-attr]
    assert (f"Is '{name}' taken off 'total' already?" in said) == (how == "none") == ("amount_paid" in said)


@pytest.mark.parametrize("name", ["promo_amount", "promo_code_value", "gift_card_value", "credit"])
def test_an_amount_beside_a_price_and_a_quantity_is_not_the_revenue(tmp_path: Path, name: str) -> None:
    frame = shop(tmp_path / "shop.csv", 6, ["price", "quantity", "discount_amount"])
    frame = frame[["member_id", "at", "event", "arm", "price", "quantity", "discount_amount"]]
    frame.rename(columns={"discount_amount": name}).to_csv(tmp_path / "shop.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "shop.csv")
    price = study.data.columns["price"]  # type: ignore[union-attr]
    assert (price.column, price.times) == ("price", "quantity")  # type: ignore[union-attr]
    asked = next(line for line in said.splitlines() if f"Nothing says what to make of '{name}' (from 0" in line)
    assert "Revenue is their product: if it was taken off what was paid" in asked and "select" not in asked


@pytest.mark.parametrize(
    ("made", "asked"), [("product", False), ("with shipping", False), ("less a promo", False), ("another", True)]
)
def test_a_whole_amount_that_is_no_product_of_its_row_is_asked_about(tmp_path: Path, made: str, asked: bool) -> None:
    frame = shop(tmp_path / "shop.csv", 7, ["price", "quantity", "discount_amount"])
    frame = frame[["member_id", "at", "event", "arm", "price", "quantity", "discount_amount"]]
    gross = frame.price * frame.quantity
    beside = {"product": "shipping", "with shipping": "shipping", "less a promo": "promo", "another": "shipping"}[made]
    frame = frame.rename(columns={"discount_amount": beside})
    total = {
        "product": gross,
        "with shipping": gross + frame[beside],
        "less a promo": gross - frame[beside],
        "another": frame[beside] * 3,
    }
    frame["amount"] = total[made].round(2)
    frame.to_csv(tmp_path / "shop.csv", index=False)
    said = proposed(tmp_path, tmp_path / "shop.csv")[2]
    assert (
        "Is revenue 'amount', and not 'price' times 'quantity', which is another number in some rows?" in said
    ) == asked
    assert "and not 'price'" not in proposed(tmp_path, tmp_path / "shop.csv", money="amount", name="stated")[2]


def test_a_number_of_other_rows_than_those_with_a_price_is_not_asked_about(tmp_path: Path) -> None:
    frame = shop(tmp_path / "shop.csv", 6, ["price", "quantity"])
    frame = frame[["member_id", "at", "event", "arm", "price", "quantity"]]
    frame["depth"] = frame.price.isna() * (frame.index % 90)
    frame.to_csv(tmp_path / "shop.csv", index=False)
    said = proposed(tmp_path, tmp_path / "shop.csv")[2]
    assert "Revenue is it times 'quantity'" in said and "'depth' (from" not in said
