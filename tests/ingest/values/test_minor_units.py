"""Amounts in the smallest coins are read to their last digit; the oracle is Decimal."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Study
from helpers.ingest.values.digits import digits_of
from tests.ingest.new_study.tables import proposed
from tests.ingest.studies import log_study, unit_study

DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}
AMOUNTS = st.lists(st.integers(0, 10**11) | st.integers(0, 5_000), min_size=2, max_size=8)


def priced(study: Study, currency: str) -> Study:
    return study.model_copy(update={"economics": study.economics.model_copy(update={"currency": currency})})


def texts(study: Study, out: Path) -> tuple[list[str], Any]:
    """The amounts as the warehouse is given them."""
    ingest.land(study, out)
    found = ingest.landed(out)
    price = next(
        c["expression"] for c in ingest.column_expressions(study, found.types, found.reading) if c["name"] == "price"
    )
    name = next(
        c["expression"]
        for c in ingest.column_expressions(study, found.types, found.reading)
        if c["name"] == "event_name"
    )
    rows = duckdb.sql(
        f"select {price} from read_parquet('{found.location}', file_row_number = true) where {name} in ('purchase', 'spend') and {price} <> '' order by file_row_number"
    )
    return [row[0] for row in rows.fetchall()], found.reading


TYPES = st.sampled_from(["", "BIGINT", "UBIGINT", "DOUBLE", "DECIMAL(18,0)", "DECIMAL(18,2)", "VARCHAR"])
"""Of the amounts in a file that has types; none where it has not."""


def held(text: Path, column: str, kind: str) -> Path:
    """The table of a text, or one of the same rows whose column has a type."""
    if not kind:
        return text
    made = text.with_suffix(".parquet")
    duckdb.sql(
        f"copy (select * replace ({column}::{kind} as {column}) from read_csv('{text}', all_varchar = true)) to '{made}'"
    )
    return made


def written(amount: int, way: str) -> str:
    return f"{amount:,}".replace(",", " ") if way == "parted" else f"{amount}.0" if way == "float" else str(amount)


@settings(deadline=None, max_examples=12)
@given(AMOUNTS, st.sampled_from(sorted(DIGITS)), st.sampled_from(["plain", "parted", "float"]), TYPES)
def test_a_log_in_coins_is_that_many_times_smaller(tmp_path_factory, amounts, currency, way, kind):
    way = "plain" if kind else way
    folder = tmp_path_factory.mktemp("coins")
    lines = [f"2019-10-{1 + i:02} 10:00:00,purchase,u{i},{written(a, way)}" for i, a in enumerate(amounts)]
    (folder / "log.csv").write_text("\n".join(["at,what,who,cost", *lines]))
    study = priced(log_study(held(folder / "log.csv", "cost", kind), money_in="minor_units"), currency)
    found, reading = texts(study, folder / "raw")
    assert [Decimal(text) for text in found] == [Decimal(a).scaleb(-DIGITS[currency]) for a in amounts]
    assert digits_of(study, reading.numbers, "purchase") == DIGITS[currency]


@settings(deadline=None, max_examples=10)
@given(AMOUNTS, st.sampled_from(sorted(DIGITS)), st.sampled_from([(), (7,)]), TYPES)
def test_a_table_of_units_is_read_alike(tmp_path_factory, amounts, currency, codes, kind):
    folder = tmp_path_factory.mktemp("coins")
    lines = [f"u{i},{'ab'[i % 2]},1,{a},2" for i, a in enumerate([1, 2, *amounts])]
    (folder / "units.csv").write_text("\n".join(["who,arm,bought,spend,rounds", *lines]))
    told = {"missing_codes": {"spend": list(codes)}} if codes else {}
    file = held(folder / "units.csv", "spend", kind)
    found, _ = texts(priced(unit_study(file, money_in="minor_units", **told), currency), folder / "raw")
    meant = [Decimal(a).scaleb(-DIGITS[currency]) for a in [1, 2, *amounts] if a and a not in codes]
    assert sorted(map(Decimal, found)) == sorted(meant)


@pytest.mark.parametrize(("name", "value", "minor"), [("amt_cents", "{}", True), ("price_minor", "{}", True), ("price", "{}", False), ("amt_cents", "{}.5", False)])  # fmt: skip
def test_cents_are_proposed_where_name_and_values_say_so(tmp_path, name, value, minor):
    rows = [
        f"u{i},{'control' if i % 2 else 'treatment'},{value.format(100 + i * 37 % 900) if i % 3 else 0}"
        for i in range(300)
    ]
    (tmp_path / "units.csv").write_text("\n".join([f"user_id,variant,{name}", *rows]))
    study, text, said = proposed(tmp_path, tmp_path / "units.csv")
    assert (study.data.money_in == "minor_units") == minor
    assert ("in the smallest coins" in said) == minor and "divide them" not in text * minor
