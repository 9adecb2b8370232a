"""Rows of labels below the header of a survey are told, and left out as the message says; words among numbers are none."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

LABELS = [
    ["Recorded, at", "Response ID", "Shown text", "How satisfied are you,\nall in all?", "Would you buy it? - Yes"],
    [
        '{"ImportId":"endDate"}',
        '{"ImportId":"_id"}',
        '{"ImportId":"FL_2"}',
        '{"ImportId":"QID1"}',
        '{"ImportId":"QID2"}',
    ],
    ["when it's done", "who", "arm", "1 to 5", "0 or 1"],
]


def survey(seed: int) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    n = 200
    when = pd.Timestamp("2026-03-02 09:00:00") + pd.to_timedelta(dice.integers(0, 9 * 86_400, n), unit="s")
    return pd.DataFrame({"EndDate": when.strftime("%Y-%m-%d %H:%M:%S"), "ResponseId": [f"R_{i}" for i in range(n)],
                         "variant": dice.choice(["A", "B"], n), "satisfaction": dice.integers(1, 6, n), "purchased": dice.integers(0, 2, n)})  # fmt: skip


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_rows_of_labels_are_told_and_left_out(tmp_path: Path, rows: int) -> None:
    made = survey(rows)
    with (tmp_path / "survey.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([list(made), *LABELS[:rows], *made.astype(str).to_numpy().tolist()])
    with pytest.raises(ReportError, match=r"rows? of labels stands? below the header") as caught:
        proposed(tmp_path, tmp_path / "survey.csv")
    kept = re.search(r'--where "((?:[^"\\]|\\.)*)"', str(caught.value))
    assert kept
    study, _, _ = proposed(tmp_path, tmp_path / "survey.csv", where=kept[1].replace('\\"', '"'), control="A")
    counted = made.groupby("variant").purchased.agg(["size", "sum"])
    assert sums(study, tmp_path)["purchased"] == {
        "control": tuple(counted.loc["A"]),
        "treatment": tuple(counted.loc["B"]),
    }


@pytest.mark.parametrize("place", [0, 7])
def test_a_missing_value_in_words_is_no_row_of_labels(tmp_path: Path, place: int) -> None:
    made = survey(4).astype(str)
    made.loc[place, "satisfaction"] = "unknown"
    made.to_csv(tmp_path / "survey.csv", index=False)
    assert proposed(tmp_path, tmp_path / "survey.csv", control="A")[0].primary.event == "purchased"
