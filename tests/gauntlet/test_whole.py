"""The same through the whole pipeline, a file and a study in, ``results.json`` out: minutes, so ``make gauntlet`` alone."""

import pandas as pd
import pytest
import yaml

from helpers import config
from tests.gauntlet.case import rows
from tests.gauntlet.files import written
from tests.gauntlet.whole import SKIPPED, asked, recorded, run


@pytest.mark.sweep
@pytest.mark.parametrize("case", asked(), ids=lambda case: case["name"].replace(" ", "_"))
def test_a_report_ends_as_the_table_says(case):
    faults = run(case)
    if faults == [SKIPPED]:
        pytest.skip(SKIPPED)
    assert not faults


@pytest.mark.parametrize("log", [False, True])
def test_a_file_holds_what_its_row_says(tmp_path, log):
    row = next(row for row in rows() if row.name == "one harms and one cannot be told")
    file = written(row, tmp_path, log=log)
    study = config.load(file)
    table = pd.read_csv(yaml.safe_load(file.read_text(encoding="utf-8"))["data"]["path"])
    happened = table[table["event"] == "primary"] if log else table[table["primary"] == 1]
    assert happened["variant"].value_counts().to_dict() == {"control": 600, "alpha": 400, "beta": 640}
    assert table["user_id"].nunique() == 6_000
    assert [v.name for v in study.variants] == ["control", "alpha", "beta"]


def test_values_that_are_missing_are_empty_fields(tmp_path):
    row = next(row for row in rows() if row.name == "values missing in one arm")
    table = pd.read_csv(yaml.safe_load(written(row, tmp_path).read_text(encoding="utf-8"))["data"]["path"])
    assert table.groupby("variant")["primary"].agg(["size", "count", "sum"]).to_numpy().tolist() == [
        [1_000, 960, 48], [1_000, 1_000, 70],
    ]  # fmt: skip


def test_a_recorded_decision_is_read_with_what_it_says_is_unmet():
    told = {
        "decision.verdict": "ITERATE", "decision.arm": "b", "decision.beside": None,
        "decision.reason": "b: Too early: x. Not met: significance at 21.43 % of the time is p = 0.1, measured as better, required p < 0.05; "
        "risk of no improvement is 12 %, required below 5 %",
        "arms.a.verdict": "KILL", "arms.a.reason": "a: worse", "arms.b.verdict": "ITERATE", "arms.b.reason": "b: Not met",
    }  # fmt: skip
    proposed, arms = recorded({"numbers": {name: {"value": value} for name, value in told.items()}})
    assert [c.name for c in proposed.criteria] == ["Significance at 21.43 % of the time", "Risk of no improvement"]
    assert [(arm.arm, arm.verdict) for arm in arms] == [("a", "KILL"), ("b", "ITERATE")]
