"""A Parquet file that was cut or changed is read as it was, or is one message; so is a name that the engine needs."""

import random

import duckdb

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import log_study, unit_study


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


def test_other_names_that_the_models_use_are_any_name_of_a_column(tmp_path):
    """As long as no study calls an attribute so."""
    log = tmp_path / "log.parquet"
    names = "1 as problem, 2 as row_key, 3 as amount, 4 as has_price"
    duckdb.sql(f"copy (select now() as at, 'view' as what, 'u1' as who, 1 as cost, {names}) to '{log}'")
    ingest.land(log_study(log), tmp_path / "raw")
    assert "problem" in ingest.landed(tmp_path / "raw").types
