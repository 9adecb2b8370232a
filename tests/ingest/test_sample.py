"""Samples of large files: rows of the file as they stand, from its head, its middle and its end."""

import random

import duckdb
import pytest

from helpers.ingest import sample


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(sample, "WINDOW", 600)
    monkeypatch.setattr(sample, "ROWS", 20)


@pytest.mark.parametrize("seed", range(30))
def test_lines_of_a_sample_are_whole_lines_of_the_file_in_their_order(seed, small, tmp_path):
    rng = random.Random(seed)
    rows = [f"u{i},{'x' * rng.randrange(60)},{rng.randrange(10**6)}" for i in range(rng.randrange(1, 400))]
    end = rng.choice(["\n", ""])
    file = tmp_path / "log.csv"
    file.write_text("\n".join(["id,text,n", *rows]) + end, encoding="utf-8")
    taken = sample.of(None, "csv", file, tmp_path / "sample" / "log.csv")
    lines = taken.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,text,n"
    places = [rows.index(line) for line in lines[1:]]
    assert places == sorted(set(places))
    if taken == file:
        assert file.stat().st_size <= 4 * 600
    else:
        assert places[0] == 0 and places[-1] == len(rows) - 1
        assert any(len(rows) / 4 < place < 3 * len(rows) / 4 for place in places)


def test_rows_of_a_table_are_taken_at_three_places(small, tmp_path):
    file = tmp_path / "log.parquet"
    duckdb.sql("select i from range(1000) as t(i)").write_parquet(str(file))
    with duckdb.connect() as con:
        taken = sample.of(con, "parquet", file, tmp_path / "sample" / "log.parquet")
        found = [row[0] for row in con.execute(f"select i from '{taken}' order by i").fetchall()]
    assert found == [*range(20), *range(490, 510), *range(980, 1000)]


def test_what_is_small_or_packed_is_taken_as_it_is(small, tmp_path):
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(bytes(10_000))
    assert sample.of(None, "csv", packed, tmp_path / "s" / "log.csv.gz") == packed
    broken = tmp_path / "log.parquet"
    broken.write_bytes(b"PAR1 and no more")
    with duckdb.connect() as con:
        assert sample.of(con, "parquet", broken, tmp_path / "s" / "log.parquet") == broken
