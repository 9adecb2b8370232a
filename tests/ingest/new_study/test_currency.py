"""The currency of a proposed study is the one that the file tells; where it tells several, it is asked."""

from pathlib import Path

import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import log, proposed, raw, units, written


@pytest.mark.parametrize(
    ("more", "renamed", "currency", "why"),
    [
        ("'USD' as cur", "spend", "USD", "as 'cur' says"),
        ("'usd' as cur", "spend", "USD", "as 'cur' says"),
        ("'DE' as country", "spend_gbp", "GBP", "by the name of 'spend_gbp'"),
        ("if(i % 2 = 0, 'USD', 'CHF') as cur", "spend_gbp", "GBP", "by the name of 'spend_gbp'"),
        ("'DE' as country", "spend", "EUR", ""),
        ("if(i % 2 = 0, 'DE', 'US') as country", "spend", "EUR", ""),
    ],
)
def test_a_currency_that_is_told_is_taken(tmp_path: Path, more: str, renamed: str, currency: str, why: str) -> None:
    first = units(tmp_path / "first.parquet", more)
    file = written(tmp_path / "shop.csv", f"select * rename (spend as {renamed}) from '{first}'")
    study, text, said = proposed(tmp_path, file)
    assert study.economics.currency == currency and (f"currency: {currency}, {why}" in said) == bool(why)
    assert "In which currency" not in text and raw(text)["economics"]["currency"] == currency


def test_several_are_asked_first(tmp_path: Path) -> None:
    study, text, _ = proposed(tmp_path, units(tmp_path / "shop.csv", "if(i % 4 = 0, 'USD', 'CHF') as cur"))
    assert study.economics.currency == "EUR" and "#   1. In which currency is the money? 'cur' holds CHF in " in text


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_numbers_of_currencies_are_currencies_where_a_column_is_called_so(tmp_path: Path, ending: str) -> None:
    file = units(tmp_path / f"shop.{ending}", "if(i % 4 = 0, 978, 36) as currency_code")
    _, text, said = proposed(tmp_path, file)
    told = " ".join((said + text).replace("#", " ").split())
    assert "In which currency is the money? 'currency_code' holds 36 (AUD) in" in told and "in codes" not in told
    study, _, said = proposed(tmp_path, units(tmp_path / f"one.{ending}", "840 as currency"))
    assert study.economics.currency == "USD" and "currency: USD, as 'currency' says" in said
    _, text, _ = proposed(tmp_path, units(tmp_path / f"none.{ending}", "if(i % 4 = 0, 978, 36) as rounds"))
    assert "In which currency" not in text


@pytest.mark.parametrize("codes", ["'USD'", "if(i % 2 = 0, 'USD', 'CHF')"])
def test_amounts_of_which_some_have_no_currency_are_asked_about(tmp_path: Path, codes: str) -> None:
    file = units(tmp_path / "shop.csv", f"if(hash(i) % 10 = 1 and i % 2 = 0, null, {codes}) as currency")
    made = pd.read_csv(file)
    n = int((made.currency.isna() & (made.spend > 0)).sum())
    _, text, _ = proposed(tmp_path, file)
    told = " ".join(text.replace("#", " ").split())
    assert n and (
        f"and nothing in {n} rows with an amount" in told
        if "CHF" in codes
        else f"In which currency are the amounts of the {n} rows in which 'currency' says nothing?" in told
    )
    of_none = units(tmp_path / "zero.csv", f"if(hash(i) % 10 < 3, {codes}, null) as currency")
    assert "says nothing" not in proposed(tmp_path, of_none)[1]


def test_one_of_an_unknown_name_is_asked_and_summed(tmp_path: Path) -> None:
    file = units(tmp_path / "shop.csv", "'Taler' as currency")
    study, text, _ = proposed(tmp_path, file)
    told = " ".join(text.replace("#", " ").split())
    assert "In which currency is the money? 'currency' holds Taler in" in told
    spent = pd.read_csv(file).groupby("variant").spend.sum().round(2)
    metric = next(m.name for m in study.metrics if m.event == "spend")
    found = {arm: float(total) for arm, (_, total) in sums(study, tmp_path)[metric].items()}
    assert found == {"control": spent.old, "treatment": spent.new}


def test_amounts_in_cents_are_asked(tmp_path: Path) -> None:
    first = units(tmp_path / "first.parquet")
    file = written(tmp_path / "shop.csv", f"select * rename (spend as spend_cents_usd) from '{first}'")
    study, text, _ = proposed(tmp_path, file)
    assert study.economics.currency == "USD"
    assert "What is an amount worth? column 'spend_cents_usd' is named as cents; its amounts are read as USD: divide them by 100" in text  # fmt: skip


def test_of_a_log_the_currency_of_what_is_summed_counts(tmp_path: Path) -> None:
    file = log(tmp_path / "first.parquet")
    one = written(tmp_path / "log.csv", f"select *, case what when 'purchase' then 'USD' when 'view' then 'EUR' end as paid_in from '{file}'")  # fmt: skip
    study, text, _ = proposed(tmp_path, one)
    assert study.economics.currency == "USD" and "In which currency" not in text
    two = written(tmp_path / "two.csv", f"select *, if(visitor < 'v3', 'USD', 'EUR') as paid_in from '{file}'")
    _, text, _ = proposed(tmp_path, two)
    assert "#   1. In which currency is the money? 'paid_in' holds" in text


@pytest.mark.parametrize("name", ["ciro_bin_tl", "arbevetel_ezer_ft", "oborot_tis_uah", "omsetning_mkr", "revenue_k12"])
def test_amounts_in_thousands_are_asked(tmp_path: Path, name: str) -> None:
    first = units(tmp_path / "first.parquet")
    file = written(tmp_path / "shop.csv", f"select * rename (spend as {name}) from '{first}'")
    _, text, _ = proposed(tmp_path, file, primary=name)
    assert (f"What is an amount worth? column '{name}' is named as " in text) == (name != "revenue_k12")


@pytest.mark.parametrize("mark", ["'£' || {}", "{} || ' USD'"])
@pytest.mark.parametrize("of_all", [True, False])
def test_amounts_of_which_some_have_no_mark_are_asked_about(tmp_path: Path, mark: str, of_all: bool) -> None:
    """A zero needs no currency; any other amount without a mark may be in another one."""
    amount = "(5 + (hash(i + 3) % 900) / 100)::decimal(9, 2)::varchar"
    marked = mark.format(amount)
    paid = marked if of_all else f"if(i % 20 = 0, {amount}, {marked})"
    file = units(tmp_path / "t.csv", f"if(hash(i) % 10 < 3, {paid}, '0') as revenue")
    _, _, said = proposed(tmp_path, file)
    assert ("In which currency are the amounts of the" in said) != of_all
