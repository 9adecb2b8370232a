"""Means of arms with a standard error, a variance or an interval beside them: the true cause, and a query whose answer can be taken."""

import re
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed

TABLES = [
    "group,n,mean,se\ncontrol,400,5.10,0.115\ntreated,400,5.72,0.115\n",
    "group,n,mean,variance\ncontrol,400,5.10,5.29\ntreated,400,5.72,5.29\n",
    "group,n,mean,ci_low,ci_high\ncontrol,400,5.10,4.8746,5.3254\ntreated,400,5.72,5.4946,5.9454\n",
    "Grupo;N;Media;DE\nControl;400;5,10;2,30\nTratamiento;400;5,72;2,30\n",
    "group,n,spend_mean,spend_se\ncontrol,400,5.10,0.115\ntreated,400,5.72,0.115\n",
]


@pytest.mark.parametrize("text", TABLES)
def test_the_deviation_is_made(tmp_path: Path, text: str) -> None:
    (tmp_path / "means.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match="no column is known as their standard deviation") as caught:
        proposed(tmp_path, tmp_path / "means.csv")
    query = re.search(r"give that: (select \*, .*? from read_csv\(.means.csv., [^)]*\))", str(caught.value))
    assert query
    (tmp_path / "means.sql").write_text(query[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "means.sql")
    assert study.primary.type == "mean" and study.data.deviations  # type: ignore[union-attr]


def test_what_is_missing_is_said_where_nothing_tells_it(tmp_path: Path) -> None:
    (tmp_path / "means.csv").write_text("group,n,mean\ncontrol,120,5.10\ntreated,118,5.72\n", encoding="utf-8")
    with pytest.raises(ReportError, match="add the standard deviation of a unit"):
        proposed(tmp_path, tmp_path / "means.csv")


def test_arms_in_columns_are_turned(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(
        "metric,control,treatment\nvisitors,10250,10198\nsignups,512,590\n", encoding="utf-8"
    )
    with pytest.raises(ReportError, match="the arms are columns") as caught:
        proposed(tmp_path, tmp_path / "counts.csv")
    query = re.search(r"give that: (select .*? group by arm)", str(caught.value))
    assert query
    (tmp_path / "arms.sql").write_text(query[1], encoding="utf-8")
    study, _, told = proposed(tmp_path, tmp_path / "arms.sql")
    assert study.primary.name == "signups" and "10,250" in told and "10,198" in told
