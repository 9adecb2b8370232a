"""Arms whose levels say what units are: whether it was randomised is asked first; old beside young is no control, nor alt beside main."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


def groups(file: Path, levels: list[str]) -> Path:
    dice = np.random.default_rng(8)
    made = pd.DataFrame({"user_id": range(400), "group": dice.choice(levels, 400), "purchased": dice.integers(0, 2, 400)})  # fmt: skip
    made.to_csv(file, index=False)
    return file


@pytest.mark.parametrize(("levels", "asked"), [
    (["control", "case"], True), (["non-smoker", "smoker"], True), (["Nichtraucher", "Raucher"], True), (["male", "female"], True),
    (["control", "reminder"], False), (["non-treated", "treated"], False), (["old", "new"], False), (["control", "positive message"], False),
])  # fmt: skip
def test_what_units_are_is_asked_first(tmp_path: Path, levels: list[str], asked: bool) -> None:
    _, _, said = proposed(tmp_path, groups(tmp_path / "t.csv", levels), control=levels[0])
    assert ("1. Was it randomised who is in" in said) is asked


@pytest.mark.parametrize("levels", [["old", "young"], ["alt", "jung"], ["main", "alt"]])
def test_old_beside_young_and_alt_beside_main_are_no_control(tmp_path: Path, levels: list[str]) -> None:
    with pytest.raises(ReportError, match="which level of 'group' is the control"):
        proposed(tmp_path, groups(tmp_path / "t.csv", levels))


@pytest.mark.parametrize(("other", "sure"), [("neu", "sure"), ("rot", "likely")])
def test_alt_is_surely_the_old_one_beside_what_is_new_alone(tmp_path: Path, other: str, sure: str) -> None:
    _, _, said = proposed(tmp_path, groups(tmp_path / "t.csv", ["alt", other]))
    assert f"'alt' is taken as the control, by its name ({sure}; else --control)" in said
