"""A column of numbers has one format: told by all of it, asked for where that leaves two, named where there are two."""

from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Study
from helpers.errors import ReportError
from helpers.ingest.land import read
from helpers.ingest.parts import REJECTS
from helpers.ingest.reading import Reading, decide
from helpers.ingest.values import number_formats
from tests.ingest.studies import REES46, log_study, rejected, table, unit_study


def looked_at(study: Study, tmp_path) -> tuple[Reading, list[ReportError]]:
    into = tmp_path / "parts"
    into.mkdir()
    with duckdb.connect() as con:
        con.execute(REJECTS)
        return decide(con, study, read(con, study, tmp_path / "out", into))


def spent(tmp_path, *values: str, delimiter: str = ";", currency: str = "USD", **data) -> list[Decimal | None]:
    """What a unit table says was spent, row by row, zeros left out; None where it is not known."""
    economics = REES46["economics"] | {"currency": currency, "revenue_metric": "spend"}
    rows = [f'u{i}{delimiter}a{delimiter}1{delimiter}"{value}"{delimiter}1' for i, value in enumerate(values)]
    file = table(tmp_path, *rows, header=delimiter.join(("who", "arm", "bought", "spend", "rounds")))
    study = unit_study(file, {"economics": economics}, delimiter=delimiter, **data)
    ingest.land(study, tmp_path / "out")
    found = duckdb.sql(
        f"select price from '{tmp_path}/out/events/*.parquet' where event_name = 'spend' order by event_id"
    ).fetchall()
    return [price and Decimal(price) for (price,) in found]


@pytest.mark.parametrize(
    ("values", "amounts"),
    {
        "thousands": (["1,234.50", "7.00", "12,345,678.90"], ["1234.50", "7", "12345678.90"]),
        "thousands without decimals": (["1,234,567", "12"], ["1234567", "12"]),
        "lakhs": (["1,23,456.50", "7"], ["123456.50", "7"]),
        "decimal comma": (["12,50", "1.234,50", "3"], ["12.50", "1234.50", "3"]),
        "points part thousands": (["1.234.567", "12,5", "1.234"], ["1234567", "12.5", "1234"]),
        "dollars": (["$1,234", "-$5", "$12"], ["1234", "-5", "12"]),
        "euros": (["€ 12,00", "1 234,50 €", "7 €"], ["12", "1234.50", "7"]),
        "a code": (["12.5 EUR", "EUR 7", "3.25"], ["12.5", "7", "3.25"]),
        "brackets": (["(12.00)", "7.5", "12.00-"], ["-12", "7.5", "-12"]),
        "per cent": (["12 %", "7.5%", "100 %"], ["0.12", "0.075", "1"]),
        "narrow blanks": (["1\u202f234,5", "1\u00a0000", "2,0"], ["1234.5", "1000", "2"]),
        "apostrophes": (["1'234.50", "2\u2019000", "5"], ["1234.50", "2000", "5"]),
        "exponents": (["1e3", "2.5E-3", "1"], ["1000", "0.0025", "1"]),
        "short": ([".5", "5.", "+7"], ["0.5", "5", "7"]),
        "whole amounts": (
            ["35,-", "1.250,--", "7,50", "12,\u2014", "35:-", "1.250:-"],
            ["35", "1250", "7.50", "12", "35", "1250"],
        ),
        "whole francs": (["CHF 35.-", "1'250.\u2013", "-7.-"], ["35", "1250", "-7"]),
    }.values(),
)
def test_a_column_of_one_format_is_read(tmp_path, values, amounts):
    text = "".join(values)
    currency = "EUR" if "€" in text or "EUR" in text else "CHF" if "CHF" in text else "USD"
    found = spent(tmp_path, *values, negative="refund", currency=currency)
    assert found == [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["9.99", "1.234,56"], ("of two formats", "'9.99' and '1.234,56'", "data.decimal")),
        (["1,234.50", "12,50"], ("of two formats", "'1,234.50' and '12,50'", "data.decimal")),
        (["12 %", "0.5"], ("per cent", "'0.5'", "write them in one way")),
        (["$12", "€15"], ("several currencies", "$, €", "one currency")),
        (["1,234", "5,678"], ("in two ways", "'1,234'", 'data.decimal: "."')),
        (["1.234", "5.678"], ("in two ways", "'1.234'", 'data.decimal: ","')),
    ],
)
def test_what_is_not_of_one_format_is_named_with_what_reads_it(tmp_path, values, said):
    with pytest.raises(ReportError) as caught:
        spent(tmp_path, *values)
    assert "column 'spend'" in str(caught.value)
    assert all(part in str(caught.value) for part in said), caught.value


@pytest.mark.parametrize(("decimal", "amounts"), [(".", ["1234", "5678"]), (",", ["1.234", "5.678"])])
def test_what_is_open_is_read_as_the_study_says(tmp_path, decimal, amounts):
    assert spent(tmp_path, "1,234", "5,678", decimal=decimal) == [Decimal(amount) for amount in amounts]


def test_the_rest_of_two_formats_is_counted_where_the_study_says_which_is_right(tmp_path):
    found = spent(tmp_path, "9.99", "1.234,56", "7.00", decimal=".", tolerate={"wrong_type": 0.5})
    assert found == [Decimal("9.99"), None, Decimal("7.00")]
    assert rejected(tmp_path / "out") == ["3,spend,wrong_type,units.csv"]


def test_what_one_column_leaves_open_another_tells(tmp_path):
    rows = ['u1,a,"0,5","1,234",1', 'u2,b,"0,25","2,345",1']
    study = unit_study(table(tmp_path, *rows))
    reading, faults = looked_at(study, tmp_path)
    assert not faults
    assert {column: reading.numbers[column].point for column in ("bought", "spend", "rounds")} == {
        "bought": ",", "spend": ",", "rounds": ".",
    }  # fmt: skip
    assert "column 'spend': 1,234 is read as 1.234" in reading.notes


@pytest.mark.parametrize(("weight", "amount"), [("0.25", "1234"), ("0,25", "1.234")])
def test_so_does_a_column_that_the_study_does_not_map(tmp_path, weight, amount):
    rows = [f"u1;a;1;1,234;1;{weight}", f"u2;b;1;1,234;1;{weight}"]
    study = unit_study(table(tmp_path, *rows, header="who;arm;bought;spend;rounds;weight"), delimiter=";")
    reading, faults = looked_at(study, tmp_path)
    assert not faults
    assert f"column 'spend': 1,234 is read as {amount}" in reading.notes


def test_three_decimals_of_a_program_are_no_thousands(tmp_path):
    assert spent(tmp_path, "1.234", "5.678", delimiter=",") == [Decimal("1.234"), Decimal("5.678")]


def parted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def short(thousandths: int) -> str:
    """As a program writes a float."""
    return f"{thousandths / 1000:.15g}"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.integers(1_000, 999_999), min_size=number_formats.SOME, max_size=number_formats.MANY - 1),
    st.sets(st.integers(1, 999), max_size=2),
    st.sampled_from([parted, short, lambda number: f"{number / 1000:.3f}"]),
)
def test_what_may_be_thousands_is_read_as_it_was_meant_or_asked_for(tmp_path_factory, many, few, written):
    tmp_path, thousandths = tmp_path_factory.mktemp("units"), [*many, *few]
    meant = [Decimal(number) if written is parted else Decimal(number).scaleb(-3) for number in thousandths]
    texts = [written(number) for number in thousandths]
    told = {len(text.partition(".")[2]) for text in texts if "." in text} != {3} or any(t[0] == "0" for t in texts)
    try:
        assert spent(tmp_path, *texts, delimiter=",") == meant
    except ReportError as error:
        assert "can be read in two ways" in str(error) and not told


@pytest.mark.parametrize(
    ("values", "amounts"),
    {
        "a program's": ([f"{n}.{n + 101}" for n in range(1, 60) if (n + 101) % 10], None),
        "nobody parts some": (["35.500", "1.250", "20500"], ["35.500", "1.250", "20500"]),
        "longer": (["35.500", "1234.500"], ["35.500", "1234.500"]),
    }.values(),
)
def test_decimals_that_cannot_be_thousands_are_read(tmp_path, values, amounts):
    assert spent(tmp_path, *values, delimiter=",") == [Decimal(amount) for amount in amounts or values]


def test_thousands_are_asked_for_in_any_table_and_read_as_the_study_says(tmp_path):
    values = ["35.500", "950", "12.900", "1.250"]
    folders = [tmp_path / name for name in ("commas", "semicolons", "stated", "dinars")]
    for folder, delimiter in zip(folders, ",;,,", strict=True):
        folder.mkdir()
        if folder.name in ("commas", "semicolons"):
            with pytest.raises(ReportError, match="in two ways"):
                spent(folder, *values, delimiter=delimiter)
    assert spent(folders[2], *values, delimiter=",", decimal=",") == [35_500, 950, 12_900, 1_250]
    found = spent(folders[3], *values, delimiter=",", currency="KWD")
    assert found == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("values", "currency", "said"),
    [
        (["12.50 USD", "7.25 USD"], "EUR", "economics.currency: USD, if all money of the study is in it"),
        (["$12.50", "7.25"], "EUR", "another currency than the study's"),
        (["kr 12,50", "7,25 kr"], "EUR", "economics.currency in the study file"),
        (["$12.50", "7.25 AUD"], "USD", "economics.currency: AUD"),
        (["$ 35.500", "$ 12.900"], "CLP", "in two ways"),
        (["$35.500", "$12.900"], "USD", "in two ways"),  # twenty countries write a dollar sign
        (["US$ 35.500", "US$ 12.905"], "USD", "in two ways"),
        (["$12.50", "7.25 AUD"], "AUD", ""),
        (["12,50 kr"], "DKK", ""),
        (["€ 12,50", "7,25 EUR"], "EUR", ""),
        (["₿ 0.5"], "EUR", ""),
    ],
)
def test_a_mark_of_another_currency_is_no_money_of_the_study(tmp_path, values, currency, said):
    if not said:
        assert spent(tmp_path, *values, currency=currency)
        return
    with pytest.raises(ReportError) as caught:
        spent(tmp_path, *values, currency=currency)
    assert said in str(caught.value)


@pytest.mark.parametrize("value", ["1_000", "0x10", "inf", "Infinity", "١٢", "1 2", "12abc", "--1", "1,2,3"])
def test_what_is_no_number_is_none(tmp_path, value):
    with pytest.raises(ReportError, match="values that are no number"):
        spent(tmp_path, "5", value, "7")


def test_a_price_of_a_log_is_read_as_the_column_is_written(tmp_path):
    rows = ["2020-01-01 00:00:00;purchase;u1;1.234,50", "2020-01-01 00:00:00;purchase;u2;7"]
    file = table(tmp_path, *rows, header="at;what;who;cost")
    study = log_study(file, delimiter=";")
    ingest.land(study, tmp_path / "out")
    landed = ingest.landed(tmp_path / "out")
    price = {c["name"]: c["expression"] for c in ingest.column_expressions(study, landed.types, landed.reading)}[
        "price"
    ]
    assert duckdb.sql(f"select {price} from '{landed.location}'").fetchall() == [("1234.50",), ("7",)]


@pytest.mark.parametrize(
    ("kind", "values", "decimals"),
    [
        ("decimal(38, 6)", ["0.000123", "5"], 6),
        ("double", ["0.1", "1e-7"], 7),
        ("float", ["0.1", "2.5"], 1),
        ("hugeint", ["12", "5"], 0),
        ("ubigint", ["7", "5"], 0),
    ],
)
def test_typed_columns_keep_the_digits_they_have(tmp_path, kind, values, decimals):
    file = tmp_path / "units.parquet"
    rows = ", ".join(f"('u{i}', 'a', 1, {value}::{kind}, 1)" for i, value in enumerate(values))
    duckdb.sql(f"copy (select * from (values {rows}) as t(who, arm, bought, spend, rounds)) to '{file}'")
    study = unit_study(file)
    reading, faults = looked_at(study, tmp_path)
    assert not faults
    assert decimals <= (reading.numbers["spend"].decimals or 0) <= max(number_formats.FEW, decimals)
    ingest.land(study, tmp_path / "out")
    found = duckdb.sql(
        f"select price from '{tmp_path}/out/events/*.parquet' where event_name = 'spend' order by event_id"
    )
    assert [Decimal(price) for (price,) in found.fetchall()] == [Decimal(value) for value in values]
