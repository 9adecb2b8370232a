"""Numbers as people write them, and what they are numbers of: money by its name, time by its name, else a number."""

import duckdb
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed, units


@pytest.mark.parametrize(
    "format_of",
    [
        "format('{:,.2f}', v)",
        "replace(format('{:.2f}', v), '.', ',')",
        "'$' || format('{:,.2f}', v)",
        "replace(format('{:.1f}', v), '.', ',') || ' €'",
    ],
)
def test_money_is_money_however_it_is_written(tmp_path, format_of):
    made = format_of.replace("v)", "hash(i + 3) % 900000 / 100)")
    study, _, said = proposed(tmp_path, units(tmp_path / "shop.csv", f"{made} as revenue"))
    found = {m.name: (m.type, m.unit) for m in study.metrics}
    assert found["revenue"] == ("mean", "money"), said


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("hash(i) % 500 as time_spent", "seconds"),
        ("hash(i) % 500 as dwell", "seconds"),
        ("hash(i) % 500 / 60.0 as watch_minutes", "number"),
        ("hash(i) % 500 as time_days", "number"),
        ("hash(i) % 60 as dauer_wochen", "number"),
        ("hash(i) % 60 as days_to_payment", "number"),
        ("round(random() * 0.01, 5) as click_share", "number"),
        ("hash(i) % 500 / 100.0 as revenue", "money"),
        ("hash(i) % 7 as clicks", "count"),
    ],
)
def test_the_name_tells_what_a_number_is(tmp_path, column, unit):
    study, _, said = proposed(tmp_path, units(tmp_path / "shop.csv", column))
    found = next(m for m in study.metrics if m.name == column.rpartition(" ")[2])
    assert found.unit == unit, said
    span = next((told for word, told in (("days", "days"), ("wochen", "weeks")) if word in found.name), "")
    assert span in found.label.lower(), "a length says what it is counted in"


@pytest.mark.parametrize(("written", "value"), [
    ("format('{:.3e}', v / 1.0)", "v"), ("'₩' || format('{:,}', v)", "v"), ("format('{:,}', v) || '원'", "v"),
])  # fmt: skip
def test_neither_an_exponent_nor_a_won_leaves_open_what_parts_thousands(tmp_path, written, value):
    amounts = "(1000 + hash(i) % 8000)::integer * 100"
    file = units(tmp_path / "shop.csv", f"{written.replace('v', amounts)} as revenue, {amounts} as truth", 300)
    study, _, _ = proposed(tmp_path, file, outcomes=("revenue",))
    truth = duckdb.sql(f"select variant, sum(truth) from '{file}' group by all order by all").fetchall()
    found = sums(study, tmp_path)[study.primary.event]
    assert [float(found[arm][1]) for arm in ("treatment", "control")] == [float(total) for _, total in truth]


def test_a_column_that_cannot_be_read_is_told_with_the_key_that_reads_it(tmp_path):
    _, text, said = proposed(tmp_path, units(tmp_path / "b.csv", "if(i % 2 = 0, '12.50', '12,5') as revenue"))
    assert "revenue: its numbers are of two formats; got: '12.50' and '12,5'" in said
    assert "revenue: its numbers are of two formats" in text


def test_what_a_column_leaves_open_the_rest_of_the_table_tells(tmp_path):
    study, _, said = proposed(tmp_path, units(tmp_path / "c.csv", "format('{:,}', 1000 + hash(i) % 9000) as revenue"))
    assert {m.name: m.unit for m in study.metrics}["revenue"] == "money", said


@pytest.mark.parametrize(("places", "digits"), [(2, None), (4, 4), (16, None)])
def test_prices_below_a_cent_are_told_in_full(tmp_path, places, digits):
    cost = f"((hash(i) % 9007199254740) / 1e14)::decimal(18, {places})"
    study, _, _ = proposed(tmp_path, units(tmp_path / "ads.csv", f"{cost} as cost"))
    assert study.economics.money_digits == digits
    assert getattr(study.economics.currency, "digits", None) == digits
