"""Marks of money: each is read beside an amount, in both languages, and stands for what the tables of Unicode say."""

import re
from decimal import Decimal

import duckdb
import pytest
from babel import Locale, localedata
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config.currencies import CODES
from helpers.errors import ReportError
from helpers.ingest.sql import literal
from helpers.ingest.values.amounts import Amounts, canonical, parse
from helpers.ingest.values.currency_marks import _SYMBOLS, _WORDS, MARK, meant
from tests.ingest.studies import events_of, table, unit_study

MARKS = sorted(
    {
        *_SYMBOLS,
        *_WORDS,
        *(f"{word}." for word in _WORDS),
        *(word.title() for word in _WORDS),
        "$",
        "＄",
        "EUR",
        "RSD",
        "KRW",
    }
)


def unicode_says() -> dict[str, set[str]]:
    """Currencies of each symbol in all locales."""
    told: dict[str, set[str]] = {}
    for name in localedata.locale_identifiers():
        for code, symbol in Locale.parse(name).currency_symbols.items():
            told.setdefault(symbol, set()).update({code} & CODES)
    return told


def test_a_mark_can_stand_for_what_it_stands_for_in_some_country():
    missing = {
        symbol: codes - meant(symbol) for symbol, codes in unicode_says().items()
        if symbol not in CODES and re.fullmatch(MARK, symbol) and not codes <= meant(symbol)
    }  # fmt: skip
    assert missing == {}
    assert {mark for mark in MARKS if not meant(mark)} == {"₿"}


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(MARKS), st.integers(0, 999_999), st.sampled_from(["{m}{n}", "{m} {n}", "{n}{m}", "{n}\u00a0{m}", "-{m} {n}", "({m}{n})", "{m} -{n}"])), min_size=20, max_size=30),
    st.sampled_from(".,"),
)  # fmt: skip
def test_an_amount_beside_a_mark_is_the_amount(drawn, point):
    """The oracle knows what it wrote. The mark that is told is the whole of it, whatever shorter ones it begins with."""
    as_decided, other = Amounts(point, False), "," if point == "." else "."
    texts, values = [], []
    for mark, cents, way in drawn:
        value = Decimal(cents) / 100
        texts.append(way.format(m=mark, n=f"{value:,.2f}".replace(",", "x").replace(".", point).replace("x", other)))
        values.append(-value if "-" in way or "(" in way else value)
    listed = ", ".join(f"({literal(text)})" for text in texts)
    query = f"select {canonical('t', as_decided)}, regexp_extract(t, {literal(MARK)}) from (values {listed}) as v(t)"
    found, told = zip(*duckdb.sql(query).fetchall(), strict=True)
    assert list(map(Decimal, found)) == [parse(text, as_decided) for text in texts] == values
    assert list(told) == [mark for mark, *_ in drawn]


@pytest.mark.parametrize("text", ["12 km", "5 ft", "12K", "3 M", "7 top", "5 min", "1.5 kg", "e5", "Rst 5", "5 Frank"])
def test_what_is_no_mark_of_money_is_no_number(text):
    assert parse(text, Amounts(plain=False)) is None


@pytest.mark.parametrize("text", ["12.50 Taler", "Taler 12.50", "12 km", "ƒ12.50"])
def test_a_mark_that_is_not_known_is_told_and_the_remedy_works(tmp_path, text):
    def rows(written: str) -> list[str]:
        return [f"u{i},{'ab'[i % 2]},1,{written if i == 4 else i},1" for i in range(8)]

    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(table(tmp_path, *rows(text))), tmp_path / "out")
    mark = re.sub(r"[\d. ]", "", text)
    assert f"cause: '{mark}' beside a number" in str(caught.value) and "write the numbers without it" in str(
        caught.value
    )
    events, _ = events_of(unit_study(table(tmp_path, *rows(re.sub(r"[^\d.]", "", text)))), tmp_path / "again")
    assert ("u4", "spend") in {(unit, event) for unit, _, event, *_ in events}
