"""What a column is called tells its currency and its scale, word by word; no part of a word does."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Study
from helpers.config.currencies import CODES, minor_digits
from helpers.ingest.values.currency_names import WORDS, Denomination, is_in, named, note_of, said_in
from tests.ingest.studies import UNIT_DATA, table, unit_file

PLAIN = st.sampled_from(["spend", "amount", "revenue", "net amount", "order_value", "price", "gross", "total"])
CODE = st.sampled_from(sorted(CODES))


@given(
    PLAIN,
    CODE,
    st.sampled_from(["{0} ({1})", "{0}_{1}", "{1} {0}", "{0} in {1}", "{0}[{1}]", "{1}_{0}", "{0}.{1}"]),
    st.booleans(),
)
def test_a_code_is_told_wherever_it_stands_as_a_word(plain, code, written, small):
    said = named(written.format(plain, code.lower() if small else code))
    assert said == (Denomination() if small and code in WORDS else Denomination(frozenset((code,)), code))


@given(PLAIN, CODE, CODE, st.sampled_from(["{}", "{} cents", "{}_{}", "k{}"]), st.booleans())
def test_a_name_that_is_advised_is_believed(plain, code, own, written, shouted):
    name = written.format(plain, code)
    assert is_in(said_in(name.upper() if shouted else name, own), own)


@given(PLAIN, CODE)
def test_what_is_written_in_capitals_names_no_currency_by_a_word(plain, code):
    assert named(f"{plain}_{code}".upper()).currencies == (frozenset() if code in WORDS else {code})


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), CODE)
def test_a_code_inside_a_word_is_none(word, code):
    assert named(f"a{code.lower()}{word}").currencies == named(word + code.lower() + "es").currencies == frozenset()


@given(CODE, CODE, st.sampled_from([("{}_cents", "0.01"), ("{} minor units", ""), ("k{}", "1000"), ("{}k", "1000"), ("thousands of {}", "1000"), ("{}_micros", "0.000001")]))  # fmt: skip
def test_amounts_are_told_as_many_times_too_large_or_too_small(code, own, way):
    written, scale = way
    worth = Decimal(scale) if scale else Decimal(1) / 10 ** minor_digits(own)
    note = note_of("amount " + written.format(code), own)
    if code == own and worth == 1:
        assert not note
        return
    do = f"divide them by {int(1 / worth):,} " if worth < 1 else f"multiply them by {worth:,} " if worth > 1 else ""
    assert do in note and f"read as {own}" in note and is_in("amount " + written.format(code), own) == (code == own)
    assert ("(economics.currency)" in note) == (code != own)


@pytest.mark.parametrize("name", ["plus", "country", "entry", "retry_cost", "all", "top_spend", "TOP_SPEND", "recent", "percent", "center", "K", "price_per_m", "cost per mille", "spend_2000", "top_1000"])  # fmt: skip
def test_words_that_only_hold_one_say_nothing(name):
    assert named(name) == Denomination() and note_of(name, "EUR") == ""


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("spend (USD)", "column 'spend (USD)' is named as USD; its amounts are read as EUR (economics.currency)"),
        ("amount_in_cents", "column 'amount_in_cents' is named as cents; its amounts are read as EUR: divide them by 100"),
        ("spendInKEUR", "column 'spendInKEUR' is named as thousands of EUR; its amounts are read as EUR: multiply them by 1,000"),
        ("spend in £", "column 'spend in £' is named as £; its amounts are read as EUR (economics.currency)"),
        ("spend €", ""),
    ],
)  # fmt: skip
def test_the_reading_notes_tell_it(tmp_path, column, told):
    file = table(tmp_path, "u1,a,1,9.99,3", "u2,b,0,0,0", header=f"who,arm,bought,{column},rounds")
    raw = unit_file(file, outcomes=UNIT_DATA["outcomes"] | {"spend": column})
    raw["economics"]["currency"] = "EUR"
    ingest.land(Study.model_validate(raw), tmp_path / "raw")
    notes = ingest.landed(tmp_path / "raw").reading.notes
    assert [note for note in notes if "is named as" in note and note.startswith(told)] == [
        note for note in notes if "named as" in note
    ]
    assert any("is named as" in note for note in notes) == bool(told)


@pytest.mark.parametrize(("name", "scale"), [
    ("revenue_k", 1000), ("revenue_in_k", 1000), ("umsatz_teur", 1000), ("Umsatz_Tsd", 1000), ("ventas_miles", 1000), ("ventes (milliers)", 1000),
    ("vendite_migliaia", 1000), ("omzet_duizend", 1000), ("Sales ($000)", 1000), ("Sales ('000s)", 1000), ("revenue_000s", 1000), ("in 1000 EUR", 1000),
    ("revenue_mio", 10**6), ("net_sales_m", 10**6), ("ventas_millones", 10**6), ("ricavi_milioni", 10**6), ("omzet mln", 10**6), ("($000,000)", 10**6),
])  # fmt: skip
def test_thousands_and_millions_in_five_languages(name: str, scale: int) -> None:
    assert named(name).scale == scale and f"multiply them by {scale:,} before" in note_of(name, "EUR")


@pytest.mark.parametrize(("name", "scale"), [
    ("omsättning_tkr", 1000), ("omsetning_mkr", 10**6), ("pendapatan_juta", 10**6), ("ciro_bin_tl", 1000), ("arbevetel_ezer_ft", 1000),
    ("oborot_tis_uah", 1000), ("ventas_mdp", 10**6), ("revenue_hundreds", 100), ("chiffre_mille_euros", 1000), ("revenue, thousand (USD)", 1000),
    ("thousand_of_usd_sales", 1000), ("umsatz_tsd_netto", 1000), ("sales_lac", 10**5), ("fatturato_mila_euro", 1000),
])  # fmt: skip
def test_a_word_for_thousands_stands_last_or_beside_a_currency(name: str, scale: int) -> None:
    assert named(name).scale == scale


@pytest.mark.parametrize("name", ["miles_revenue_airline", "revenue_k12", "mille_sales", "sales_lac_lemans", "revenue_mila_store", "thousand_oaks_sales",
                                  "revenue_m2", "revenue_bin", "mill_street_revenue", "hundred_acre_sales", "mn_stores_revenue"])  # fmt: skip
def test_a_name_that_holds_such_a_word_elsewhere_counts_no_thousands(name: str) -> None:
    assert named(name) == Denomination()
