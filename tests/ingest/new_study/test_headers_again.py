"""Rows that are no unit's: headers of exports put one behind the other, dashes for an arm; and slips of the pen in arms."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.ingest.new_study.spellings import is_slip
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def units(seed: int, rows: int = 300) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    return pd.DataFrame({"user_id": [f"u{i}" for i in range(rows)], "test_group": dice.permutation(["control", "new"] * (rows // 2)),
                         "orders": dice.poisson(0.6, rows)}).astype(str)  # fmt: skip


def test_headers_among_the_rows_are_no_units(tmp_path: Path) -> None:
    made = units(1)
    header = pd.DataFrame([made.columns], columns=made.columns)
    pd.concat([made[:100], header, made[100:200], header, made[200:]]).to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert "2 of 302 rows are left out, which repeat the names of the columns" in said
    assert [v.weight for v in study.variants] == [0.5, 0.5] and "wrong_type" not in said
    truth = (
        made.assign(orders=made.orders.astype(int))
        .groupby(made.test_group.replace("new", "treatment"))
        .orders.agg(["size", "sum"])
    )
    assert sums(study, tmp_path)["orders"] == {
        arm: (int(row["size"]), int(row["sum"])) for arm, row in truth.iterrows()
    }


def test_dashes_say_no_arm(tmp_path: Path) -> None:
    pd.concat([units(2)[:28], pd.DataFrame([["Total", "--", "19"]], columns=units(2).columns)]).to_csv(
        tmp_path / "t.csv", index=False
    )
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert len(study.variants) == 2 and "variant '--': leave_out" in said


@pytest.mark.parametrize("word", ["control", "treatment", "holdout", "discount"])
def test_a_slip_of_the_pen_is_read_as_the_arm_and_a_design_is_not(tmp_path: Path, word: str) -> None:
    for at in range(1, len(word) - 1):
        assert is_slip(word[:at] + word[at + 1 :], word)
    assert (
        not is_slip(f"{word}_a", f"{word}_b")
        and not is_slip(f"{word} 1", f"{word} 2")
        and not is_slip(f"un{word}", word)
    )
    made = units(3).replace({"test_group": {"new": word if word != "control" else "ctl_new", "control": "old"}})
    slip, right = word[:3] + word[4:], made.copy()
    made.loc[made.index[:9], "test_group"] = slip
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    if word == "control":  # of which no arm is called
        assert "written wrongly" not in said and len(study.variants) == 3
        return
    assert f"Is '{slip}' (9 of these rows) the arm '{word}', written wrongly? It is taken so" in said
    right.loc[right.index[:9], "test_group"] = word
    truth = right.orders.astype(int).groupby(right.test_group.map(study.data.variants)).agg(["size", "sum"])
    assert sums(study, tmp_path)["orders"] == {
        arm: (int(row["size"]), int(row["sum"])) for arm, row in truth.iterrows()
    }
