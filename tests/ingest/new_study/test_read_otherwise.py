"""A rating of 0 that nobody gave, and a time that was cut off, are asked about with the query that reads them otherwise."""

import re
from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed, written

TABLE = "select i as user_id, ['control', 'treatment'][1 + i % 2] as variant, {value} as {called}, 20 + hash(i) % 300 as aval from range(600) as t(i)"
RATED = "if(hash(i) % 2 = 0, 0, 1 + (hash(i + 1) % 5)::integer)"


def test_a_rating_of_nobody_is_asked_about(tmp_path: Path) -> None:
    file = written(tmp_path / "stars.csv", TABLE.format(value=RATED, called="star_rating"))
    _, _, told = proposed(tmp_path, file, primary="star_rating")
    query = re.search(r"place of the table: (select \* replace .*? from read_csv\(.stars.csv., [^)]*\))", told)
    assert query and "Does 0 in 'star_rating' mean that nobody rated?" in told
    (tmp_path / "rated.sql").write_text(query[1], encoding="utf-8")
    _, _, told = proposed(tmp_path, tmp_path / "rated.sql", primary="star_rating", empty="drop")
    assert "nobody rated" not in told


@pytest.mark.parametrize(
    ("value", "called"), [("(hash(i) % 6)::integer", "star_rating"), (RATED, "orders"), (RATED + " * 2", "rating")]
)
def test_other_zeros_are_not(tmp_path: Path, value: str, called: str) -> None:
    _, _, told = proposed(
        tmp_path, written(tmp_path / "stars.csv", TABLE.format(value=value, called=called)), primary=called
    )
    assert "nobody rated" not in told


@pytest.mark.parametrize("called", ["CNSR", "censored"])
def test_a_time_that_was_cut_off_is_asked_about(tmp_path: Path, called: str) -> None:
    file = written(tmp_path / "times.csv", TABLE.format(value="(hash(i + 4) % 3 = 0)::integer", called=called))
    _, _, told = proposed(tmp_path, file, primary=called)
    query = re.search(r"--primary came_about: (select .*? from read_csv\(.times.csv., [^)]*\))", told)
    assert query and "'aval' is how long each was watched" in told
    (tmp_path / "came.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "came.sql", primary="came_about")
    assert study.primary.name == "came_about"
