"""A Parquet file that was cut or changed is read as it was, or is one message; so is a name that the engine needs."""

import random

import duckdb
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import HEADER, ROWS, log_study, table, unit_study


def spoilt(whole: bytes, seed: int) -> bytes:
    draw = random.Random(seed)
    found = bytearray(whole)
    if seed % 3 == 0:
        return bytes(found[: draw.randrange(len(found))])
    for _ in range(draw.choice((1, 4, 40))):
        found[draw.randrange(len(found))] ^= draw.randrange(1, 256)
    return bytes(found)


def test_a_damaged_file_is_one_message(tmp_path):
    """Whether it shows in the header, in the footer or only when the values are unpacked."""
    file = tmp_path / "units.parquet"
    rows = "'u' || i as who, case i % 2 when 0 then 'a' else 'b' end as arm, i % 3 as bought, i * 0.5 as spend, i as rounds"
    duckdb.sql(f"copy (select {rows} from range(2000) t(i)) to '{file}'")
    whole, refused = file.read_bytes(), set()
    for seed in range(60):
        file.write_bytes(spoilt(whole, seed))
        try:
            ingest.land(unit_study(file, tolerate={"wrong_type": 1, "missing_id": 1}), tmp_path / f"raw{seed}")
        except ReportError as error:
            assert str(tmp_path) not in str(error)
            refused.add(str(error).splitlines()[0])
    assert {"units.parquet cannot be read as Parquet", "units.parquet cannot be read to the end"} <= refused


@pytest.mark.parametrize("name", ["file_row_number", "FILE_ROW_NUMBER"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_engine_s_own_name_of_a_column_is_refused(tmp_path, name, kind):
    file = table(tmp_path, *(f"{row},1" for row in ROWS), header=f"{HEADER},{name}")
    if kind == "parquet":
        duckdb.sql(f"copy (select * from read_csv('{file}')) to '{tmp_path / 'units.parquet'}'")
        file = tmp_path / "units.parquet"
    with pytest.raises(ReportError, match=f"units.{kind}: a column has a name that the engine gives"):
        ingest.land(unit_study(file), tmp_path / "raw")


def test_other_names_that_the_models_use_are_any_name_of_a_column(tmp_path):
    """As long as no study calls an attribute so."""
    log = tmp_path / "log.parquet"
    names = "1 as problem, 2 as row_key, 3 as amount, 4 as has_price"
    duckdb.sql(f"copy (select now() as at, 'view' as what, 'u1' as who, 1 as cost, {names}) to '{log}'")
    ingest.land(log_study(log), tmp_path / "raw")
    assert "problem" in ingest.landed(tmp_path / "raw").types
