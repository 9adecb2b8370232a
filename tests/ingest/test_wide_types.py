"""Columns of types that the engine would read as something else: wide decimals, lengths of time, whole numbers of 128 bits."""

from decimal import Decimal

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import events_of, unit_study

WHO = {"who": ["u1", "u2"], "arm": ["a", "b"], "bought": [1, 1], "rounds": [1, 2]}
EXACT = [Decimal("129.50"), Decimal("0.01")]


def refusal(file, tmp_path) -> str:
    with pytest.raises(ReportError) as told:
        ingest.land(unit_study(file), tmp_path / "refused")
    return str(told.value)


def amounts(file, tmp_path) -> list[Decimal]:
    rows, _ = events_of(unit_study(file), tmp_path / "out")
    return sorted(Decimal(price) for *_, event, _, price in rows if event == "spend")


@pytest.mark.parametrize("digits", [18, 38, 39, 50, 60, 76])
def test_a_decimal_is_read_exactly_or_refused(tmp_path, digits):
    kind = pa.decimal128(digits, 2) if digits <= 38 else pa.decimal256(digits, 2)
    file = tmp_path / "units.parquet"
    parquet.write_table(pa.table(WHO | {"spend": pa.array(EXACT, type=kind)}), file)
    if digits <= 38:
        assert amounts(file, tmp_path) == sorted(EXACT)
    else:
        assert f"a decimal of {digits} digits" in refusal(file, tmp_path)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_length_of_time_is_no_number(tmp_path, unit):
    file = tmp_path / "units.parquet"
    spend = pa.array([129_500, 3], type=pa.duration(unit))
    parquet.write_table(pa.table(WHO | {"spend": spend, "waited": spend}), file)
    assert "'spend' holds lengths of time" in refusal(file, tmp_path)
    parquet.write_table(pa.table(WHO | {"spend": EXACT, "waited": spend}), file)
    assert amounts(file, tmp_path) == sorted(EXACT), "nobody maps the other one"


def test_two_columns_of_one_name_are_refused(tmp_path):
    file = tmp_path / "units.parquet"
    columns = [pa.array(v) for v in WHO.values()] + [pa.array([1, 2]), pa.array([3, 4])]
    parquet.write_table(pa.table(columns, names=[*WHO, "spend", "spend"]), file)
    assert "columns stand there twice" in refusal(file, tmp_path)
    parquet.write_table(pa.table(columns, names=[*WHO, "spend", "spend_1"]), file)
    assert amounts(file, tmp_path) == [1, 2], "a name that ends in a number is one"


@pytest.mark.parametrize("kind", ["hugeint", "uhugeint"])
def test_whole_numbers_of_128_bits_keep_their_digits(tmp_path, kind):
    file, large = tmp_path / "units.duckdb", 2**53 + 1
    frame = pd.DataFrame(WHO)
    with duckdb.connect(str(file)) as con:
        con.register("frame", frame)
        con.execute(
            f"create table units as select * replace ((9007199254740990 + rounds)::{kind} as who), {large}::{kind} as spend from frame"
        )
    rows, _ = events_of(unit_study(file, table="units"), tmp_path / "out")
    assert {row[0] for row in rows} == {"9007199254740991", "9007199254740992"}
    assert [Decimal(row[4]) for row in rows if row[2] == "spend"] == [large, large]
