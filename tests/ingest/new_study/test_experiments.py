"""A column that is called as a test tells several experiments, unless its levels say how a test went, or where it was held."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize(("column", "levels"), [
    ("test_result", ["pass", "fail"]), ("test_outcome", ["positive", "negative"]), ("contrast_test", ["ok", "bad"]),
    ("test_center", ["north", "south", "west"]), ("test_passed", ["ja", "nein"]),
])  # fmt: skip
def test_how_a_test_went_and_where_is_no_experiment(tmp_path: Path, column: str, levels: list[str]) -> None:
    dice = np.random.default_rng(8)
    made = pd.DataFrame({"user_id": range(500), "variant": dice.choice(["control", "new"], 500), column: dice.choice(levels, 500),
                         "purchased": dice.integers(0, 2, 500)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert study.primary.name == "purchased" and "experiment" not in said.split("Suspicious")[0].split("Assumed")[-1]


def test_what_was_named_as_the_primary_is_no_experiment(tmp_path: Path) -> None:
    dice = np.random.default_rng(9)
    made = pd.DataFrame(
        {"user_id": range(500), "arm": dice.choice(["control", "new"], 500), "test": dice.choice(["green", "red"], 500)}
    )
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="cannot be an outcome"):
        proposed(tmp_path, tmp_path / "t.csv", primary="test")
