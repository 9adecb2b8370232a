"""Rows that are told apart by a time within what was randomised, and numbers that somebody said are measured."""

from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, written

GROWTH = """select {more} 40 + 2 * t + hash(i * 50 + t) % 30 as weight, t * 2 as {called}, i as chick, 1 + i % 2 as diet
    from range(40) as c(i), range(12) as r(t)"""


@pytest.mark.parametrize("called", ["time", "day", "minutes"])
@pytest.mark.parametrize("more", ["", "i * 12 + t as line,"])
def test_the_times_within_an_id_are_no_outcome(tmp_path: Path, called: str, more: str) -> None:
    file = written(tmp_path / "chicks.csv", GROWTH.format(more=more, called=called))
    with pytest.raises(ReportError, match="no column that can be an outcome") as caught:
        proposed(tmp_path, file, variant="diet", control="1")
    assert "--primary weight" in str(caught.value)
    study, _, told = proposed(tmp_path, file, variant="diet", control="1", primary="weight")
    assert list(study.data.outcomes) == ["weight"] and study.cluster == "chick"  # type: ignore[union-attr]
    assert (
        "how many units a row stands for" not in told
        and f"{called}: not used: each value stands once for each 'chick'" in told
    )


def test_a_length_of_time_of_each_unit_stays_an_outcome(tmp_path: Path) -> None:
    query = "select i as patient_id, if(i % 2 = 0, 'control', 'treatment') as arm, 'c' || i // 10 as clinic, 1 + hash(i) % 9 as minutes from range(400) as t(i)"
    study, _, _ = proposed(tmp_path, written(tmp_path / "waits.csv", query))
    assert list(study.data.outcomes) == ["minutes"]  # type: ignore[union-attr]
