"""Amounts in several currencies, or in another one than the study's, are never summed in silence; pandas tells which are."""

import json
import random
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import config, ingest
from helpers.config import Study, tracking_plan
from helpers.config.currencies import CODES
from helpers.errors import ReportError
from helpers.ingest.values import currency_numbers
from helpers.ingest.values.currency_names import WORDS
from helpers.warehouse.examine import examined
from tests.ingest.studies import LOG_COLUMNS, METRICS, log_study, study_file, unit_file, unit_study

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
RATE = {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": "purchase"}
REVENUE = {"name": "revenue", "label": "Revenue", "role": "secondary", "type": "mean", "event": "purchase", "measure": "sum", "unit": "money"}  # fmt: skip


def refusal(study: Study, out: Path) -> str:
    try:
        ingest.land(study, out)
    except ReportError as error:
        return str(error)
    return ""


def counts(message: str) -> dict[str, int]:
    """Currencies and their rows as a message tells them."""
    return {code: int(n) for code, n in re.findall(r"(\w{3}) in (\d+) rows?", message)}


def units(codes: list[str], spent: list[str]) -> pd.DataFrame:
    n = len(codes)
    return pd.DataFrame({
        "who": [f"u{i}" for i in range(n)], "arm": ["ab"[i % 2] for i in range(n)], "bought": [i % 2 for i in range(n)],
        "spend": spent, "rounds": 1, "paid in": codes,
    })  # fmt: skip


@FEW
@given(
    st.lists(st.sampled_from(sorted(CODES - WORDS)), min_size=1, max_size=3, unique=True),
    st.sampled_from(["EUR", "USD", "JPY"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_a_table_is_read_where_all_its_money_is_in_the_currency_of_the_study(
    tmp_path_factory, codes, own, small, rng: random.Random
):
    base = tmp_path_factory.mktemp("units")
    codes = [own, *codes[1:]] if rng.random() < 0.5 else codes
    column = [rng.choice(codes) for _ in range(30)]
    frame = units(["" if rng.random() < 0.1 else c.lower() if small else c for c in column], [rng.choice(["", "0", "0.00", "5", "7.5"]) for _ in range(30)])  # fmt: skip
    frame.to_csv(base / "units.csv", index=False)
    raw = unit_file(base / "units.csv")
    raw["economics"]["currency"] = own
    message = refusal(Study.model_validate(raw), base / "raw")
    holding = frame[(pd.to_numeric(frame.spend).fillna(0) != 0) & (frame["paid in"] != "")]["paid in"]
    if set(holding.str.upper()) <= {own}:
        assert not message
        return
    assert counts(message) == holding.value_counts().to_dict()
    first = holding[holding.str.upper() != own].index[0] + 2
    assert f"line {first})" in message and f"{own} (economics.currency)" in message


@pytest.mark.parametrize("word", ["", "N/A", "null", "None", "-", "nan"])
def test_a_word_for_nothing_hides_no_currency(tmp_path, word):
    units(["EUR", "USD", word, "USD"] * 3, ["5"] * 12).to_csv(tmp_path / "units.csv", index=False)
    assert counts(refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")) == {"USD": 6, "EUR": 3}


@pytest.mark.parametrize("header", ["paid in", "currency"])
def test_words_that_are_codes_count_only_beside_the_name_of_a_currency(tmp_path, header):
    frame = units(["TOP", "ALL"] * 5, ["5"] * 10).rename(columns={"paid in": header})
    frame.to_csv(tmp_path / "units.csv", index=False)
    assert bool(refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")) == (header == "currency")


@pytest.mark.parametrize(
    "values", [["DE", "US"], ["DEU", "USA"], ["EUR", "BTC"], ["EUR", "1"], ["eur", "try it"], ["", ""]]
)
def test_what_is_no_currency_in_every_row_says_nothing(tmp_path, values):
    units(values * 5, ["5"] * 10).to_csv(tmp_path / "units.csv", index=False)
    assert not refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")


@pytest.mark.parametrize("words", [("EUR", "kr"), ("Euro", "CHF"), ("€", "Franken"), ("USD", "zł")])
def test_words_for_currencies_are_currencies_beside_a_code_or_a_sign(tmp_path, words):
    units(list(words) * 5, ["5"] * 10).to_csv(tmp_path / "units.csv", index=False)
    assert "in several currencies" in refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")


@pytest.mark.parametrize(("column", "words"), [
    ("waehrung", ("Euro", "Schweizer Franken")), ("geld", ("Yen", "Dollar")), ("penznem", ("Ft", "Euro")), ("munt", ("Gulden", "Euro")),
    ("currency", ("US dollar", "Canadian dollar")), ("currency", ("grivna", "euro")), ("paid in", ("US dollar", "Canadian dollar")),
    ("currency_code", ("Hong Kong Dollar", "Taler")), ("orderCurrency", ("gold", "gems")),
])  # fmt: skip
def test_currencies_are_told_by_their_names_and_unknown_ones_by_that_of_the_column(tmp_path, column, words):
    units(list(words) * 5, ["5"] * 10).rename(columns={"paid in": column}).to_csv(tmp_path / "units.csv", index=False)
    message = refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")
    assert "in several currencies" in message and all(f"{word} in 5 rows" in message for word in words)


@pytest.mark.parametrize(("column", "numbers"), [("currency", ("978", "36")), ("iso4217", ("978.0", "840.0")), ("currency_id", ("1", "978")), ("rounds paid", ("978", "840"))])  # fmt: skip
def test_numbers_are_currencies_in_a_column_that_is_called_so(tmp_path, column, numbers):
    units(list(numbers) * 5, ["5"] * 10).rename(columns={"paid in": column}).to_csv(tmp_path / "units.csv", index=False)
    message = refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")
    assert ("in several currencies" in message and "978" in message) == (column != "rounds paid")


def test_each_currency_has_its_number():
    assert sorted(currency_numbers.BY_NUMBER.values()) == sorted(CODES)


@pytest.mark.parametrize(("column", "words"), [
    ("currency", ("Taler",)), ("currency_test", ("control", "local")), ("currency", ("yes", "no")), ("city", ("Euro", "Bonn")),
    ("currency", ("EUR", "Euro")), ("waehrung", ("€", "euro")),
])  # fmt: skip
def test_one_currency_and_what_is_called_otherwise_is_read(tmp_path, column, words):
    frame = units(list(words) * (10 // len(words)), ["5"] * 10).rename(columns={"paid in": column})
    frame.to_csv(tmp_path / "units.csv", index=False)
    raw = unit_file(tmp_path / "units.csv")
    raw["economics"]["currency"] = "EUR"
    assert not refusal(Study.model_validate(raw), tmp_path / "raw")


@pytest.mark.parametrize("countries", [("FR",), ("FR", "RS"), ("R", "FR"), ("den", "FR")])
def test_words_alone_may_be_of_another_kind(tmp_path, countries):
    units(list(countries) * 10, ["5"] * 10 * len(countries)).to_csv(tmp_path / "units.csv", index=False)
    assert not refusal(unit_study(tmp_path / "units.csv"), tmp_path / "raw")


def test_a_study_that_sums_no_money_may_have_any_currency(tmp_path):
    units(["EUR", "USD"] * 5, ["5"] * 10).to_csv(tmp_path / "units.csv", index=False)
    raw = unit_file(tmp_path / "units.csv", {"metrics": [METRICS[0], METRICS[2]]})
    del raw["economics"]["revenue_metric"]
    assert not refusal(Study.model_validate(raw), tmp_path / "raw")


def logged(base: Path, currencies: dict[str, list[str]], ending: str) -> Study:
    """A log of views and purchases, whose amounts are in these currencies by event."""
    rows: list[dict[str, Any]] = [
        {"at": f"2019-10-01 0{hour}:00:00", "what": what, "who": f"u{i}", "cost": "7.5", "currency": code}
        for hour, (what, codes) in enumerate(currencies.items()) for i, code in enumerate(codes)
    ]  # fmt: skip
    file = base / f"log.{ending}"
    if ending == "csv":
        pd.DataFrame(rows).to_csv(file, index=False)
        return log_study(file)
    nested = [{k: v for k, v in row.items() if k not in ("cost", "currency")}
              | {"cost": {"value": row["cost"], "currency": row["currency"]}} for row in rows]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in nested))
    return log_study(file, columns=LOG_COLUMNS | {"price": "cost.value"})


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_of_a_log_the_amounts_count_that_are_summed(tmp_path, ending):
    fine = logged(tmp_path, {"view": ["USD", "EUR", "CHF"], "purchase": ["USD", "USD"]}, ending)
    own = fine.economics.currency
    assert own == "USD" and not refusal(fine, tmp_path / "raw")
    mixed = logged(tmp_path, {"view": ["USD", "EUR", "CHF"], "purchase": ["USD", "GBP"]}, ending)
    message = refusal(mixed, tmp_path / "again")
    assert counts(message) == {"GBP": 1, "USD": 1} and "amounts in several currencies are summed" in message


@pytest.mark.parametrize("way", ["currency", "name", "converted"])
def test_what_is_advised_is_then_read(tmp_path, way):
    mixed = ["USD"] * 10 if way == "currency" else ["EUR", "USD"] * 5
    frame = units(mixed, ["5"] * 10)
    frame.to_csv(tmp_path / "units.csv", index=False)
    raw = unit_file(tmp_path / "units.csv")
    raw["economics"]["currency"] = "EUR"
    message = refusal(Study.model_validate(raw), tmp_path / "raw")
    if way == "currency":
        assert "economics.currency: USD, if" in message
        raw["economics"]["currency"] = "USD"
    elif way == "name":
        assert "as in 'spend_eur'" in message
        frame = frame.rename(columns={"spend": "spend_eur"})
        raw["data"]["outcomes"]["spend"] = "spend_eur"
    else:
        frame["paid in"] = "EUR"
    frame.to_csv(tmp_path / "units.csv", index=False)
    assert not refusal(Study.model_validate(raw), tmp_path / "again")


@pytest.mark.parametrize("stated", [True, False])
def test_no_rows_and_no_amounts_are_left_out_by_what_they_were_paid_in(tmp_path, stated):
    units(["USD"] * 98 + ["EUR"] * 2, ["5"] * 100).to_csv(tmp_path / "units.csv", index=False)
    raw = unit_file(tmp_path / "units.csv") | {"assumed": ["economics.currency"] * (not stated)}
    raw["economics"]["currency"] = "EUR"
    message = refusal(Study.model_validate(raw), tmp_path / "raw")
    assert "convert the amounts" in message and not re.search(r"select |--where|data\.where", message)


@pytest.mark.parametrize("called", ["currency", "order_currency"])
def test_a_table_of_a_database_tells_it_by_columns_called_so(tmp_path, called):
    frame = units(["EUR", "USD"] * 5, ["5"] * 10).rename(columns={"paid in": called})
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as con:
        con.execute("create table units as from frame")
    study = unit_study(tmp_path / "shop.duckdb", table="units")
    assert counts(refusal(study, tmp_path / "raw")) == {"EUR": 5, "USD": 5} and len(frame) == 10


def test_check_tells_it_with_everything_else(tmp_path):
    units(["EUR", "USD"] * 5, ["5"] * 10).to_csv(tmp_path / "units.csv", index=False)
    study, where = config.opened(study_file(tmp_path, unit_file(tmp_path / "units.csv")))
    seen = examined(study, where, tracking_plan.tracking_plan(study), full=False)
    assert any("tells several currencies" in str(fault) for fault in seen.faults)


def within(code: str, steps: list[str]) -> Any:
    """A currency as deep as the steps go, each a key or a list of one."""
    for step in reversed(steps):
        code = [code] if step == "[]" else {step: code, "n": 1}  # type: ignore[assignment]
    return code


@FEW
@given(
    st.lists(st.sampled_from(["paid", "in a", "c", "[]"]), min_size=1, max_size=4),
    st.sampled_from(["jsonl", "parquet", "csv", "duckdb"]),
    st.lists(st.sampled_from(["EUR", "USD"]), min_size=2, max_size=2),
)
def test_currencies_inside_columns_are_seen_however_deep(tmp_path_factory, steps, ending, codes):
    base = tmp_path_factory.mktemp("deep")
    frame = units(codes * 5, ["5"] * 10).rename(columns={"paid in": "order"})
    frame["order"] = [{"total": within(code, steps)} for code in frame["order"]]
    file, more = base / f"units.{ending}", {}
    if ending == "jsonl":
        frame.to_json(file, orient="records", lines=True)
    elif ending == "csv":
        frame.assign(order=frame["order"].map(json.dumps)).to_csv(file, index=False)
    else:
        frame.to_parquet(base / "units.parquet")
        if ending == "duckdb":
            more = {"table": "units"}
            with duckdb.connect(file) as con:
                con.execute(f"create table units as from read_parquet('{base / 'units.parquet'}')")
    message = refusal(unit_study(file, **more), base / "raw")
    assert counts(message) == ({} if set(codes) == {"USD"} else {code: 5 * codes.count(code) for code in codes})
    assert message.count("tells ") <= 1
