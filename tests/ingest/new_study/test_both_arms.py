"""A table some of whose units stand in both arms: the message names the column, and what it offers counts as pandas does."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("written", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "mixed", ""])
@pytest.mark.parametrize("nobody", [0, 40])
def test_units_in_both_arms_are_told_as_that_with_what_counts_them_once(
    tmp_path: Path, written: str, nobody: int
) -> None:
    dice = np.random.default_rng(12)
    user = dice.permutation([*range(800), *range(200), *[-1] * nobody])
    made = pd.DataFrame(
        {
            "user_id": [f"u{i}" if i >= 0 else "" for i in user],
            "variant": np.where(dice.random(len(user)) < 0.5, "A", "B"),
        }
    )
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.permutation(len(user)) * 2_000, unit="s")
    made["bought"] = dice.integers(0, 2, len(user))
    second = made["user_id"].duplicated() & (made["user_id"] != "")
    made.loc[second, "variant"] = (
        made[second]["user_id"]
        .map(made[~second & (made["user_id"] != "")].set_index("user_id")["variant"])
        .map({"A": "B", "B": "A"})
    )
    if written:
        made["assigned_at"] = at.strftime("%Y-%m-%d %H:%M:%S" if written == "mixed" else written)
        signs = dice.choice([" ", "T"], len(made)) if written == "mixed" else np.full(len(made), " ")
        made["assigned_at"] = [text.replace(" ", sign) for text, sign in zip(made["assigned_at"], signs, strict=True)]
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="stand in several levels of 'variant'") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "concat" not in str(caught.value) and "200 of 800 units" in str(caught.value)
    named = made[made["user_id"] != ""]
    alone = named[named.groupby("user_id")["variant"].transform("nunique") == 1]
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", variant="variant", name="alone")
    assert sorted(sums(study, tmp_path)["bought"].values()) == sorted(
        (len(t), int(t["bought"].sum())) for _, t in alone.groupby("variant")
    )
    query = re.search(r'select \* from "t.csv" qualify .* = 1', str(caught.value))
    assert bool(query) == bool(written)
    if query:
        (tmp_path / "first.sql").write_text(query[0], encoding="utf-8")
        study, _, _ = proposed(tmp_path, tmp_path / "first.sql", name="first")
        once = named.assign(at=at[made["user_id"] != ""]).sort_values("at").drop_duplicates("user_id")
        assert sorted(sums(study, tmp_path)["bought"].values()) == sorted(
            (len(t), int(t["bought"].sum())) for _, t in once.groupby("variant")
        )
