"""No effect is cut in silence by what may have come of the variant; what a unit was before cuts it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from helpers.ingest.new_study import cuts, profile, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.source import opened
from tests.ingest.new_study.tables import proposed

BECAME = {
    "status": ["churned", "active"], "stage": ["Closed Won", "Negotiation", "Prospecting"], "q1": ["agree", "disagree", "neutral"],
    "stars": ["★", "★★", "★★★"], "tickets": [0, 1, 2, 3], "nb_calls": [1, 2, 3, 4, 5, 6], "handoff": [0, 1], "mql": [0, 1], "pageviews": [3, 4, 5],
}  # fmt: skip
"""What may have come of a variant, by its name or its levels, or may have for all they tell."""
BEFORE = {"country": ["de", "fr", "it"], "plan": ["free", "paid"], "is_member": [0, 1], "region": [1, 2, 3]}


def units(seed: int, rows: int = 1_200) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    made = pd.DataFrame({"user_id": [f"u{i}" for i in range(rows)], "variant": dice.permutation(["control", "new"] * (rows // 2)),
                         "revenue": np.round(dice.gamma(2, 20, rows), 2)})  # fmt: skip
    return made.assign(**{name: dice.choice(levels, rows) for name, levels in (BECAME | BEFORE).items()})


def test_what_came_of_it_is_listed_and_what_was_before_cuts(tmp_path: Path) -> None:
    units(1).to_csv(tmp_path / "shop.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "shop.csv")
    assert set(study.segments) == {*BEFORE} and study.primary.event == "revenue"
    for name in BECAME:
        assert f"  {name}: not used: " in said
    assert "stage: not used: its levels (Closed Won) say what became of a unit" in said


def test_what_parts_by_the_arm_is_asked_of_or_listed(tmp_path: Path) -> None:
    """Called as an attribute it stays a segment, of which the balance is a trust check; by another name it may have come of it."""
    made, dice = units(2)[["user_id", "variant", "revenue"]], np.random.default_rng(2)
    part = np.where((made.variant == "new") & (dice.random(len(made)) < 0.3), "x", dice.choice(["y", "z"], len(made)))
    made.assign(colour=part, country=part, shade=dice.choice(["y", "z"], len(made))).to_csv(tmp_path / "shop.csv", index=False)  # fmt: skip
    study, _, said = proposed(tmp_path, tmp_path / "shop.csv")
    assert set(study.segments) == {"country", "shade"}
    assert "Was 'country' known before the assignment?" in said and "colour: not used: its levels part" in said


@pytest.mark.parametrize("seed", range(4))
def test_the_chance_is_that_of_pearsons_test(tmp_path: Path, seed: int) -> None:
    dice = np.random.default_rng(seed)
    made = pd.DataFrame(
        {"variant": dice.choice(["a", "b", "c"], 900), "level": dice.choice(["x", "y", "z"], 900, p=[0.5, 0.3, 0.2])}
    )
    made["level"] = np.where((made.variant == "a") & (dice.random(900) < 0.06), "x", made["level"])
    made.to_csv(tmp_path / "t.csv", index=False)
    expected = chi2_contingency(pd.crosstab(made.level, made.variant), correction=False).pvalue
    with opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        columns: dict[str, Column] = {c.name: c for c in profile.profile(table)[1]}
        assert cuts.depends(table, columns["level"], columns["variant"]) == pytest.approx(expected, rel=1e-9)


def test_words_of_levels_are_no_words_of_attributes() -> None:
    assert not any(
        vocabulary.touches(level, vocabulary.ANSWERS) for levels in BEFORE.values() for level in map(str, levels)
    )


@pytest.mark.parametrize(
    ("called", "levels"),
    [
        ("week", ["W34", "W35", "W36"]),
        ("kw", ["KW 6", "KW 7"]),
        ("week", ["2026-10", "2026-11", "2026-12"]),
        ("month", ["2026-Q1", "2026-Q2"]),
        ("cohort", ["2026-03", "2026-04"]),
    ],
)
def test_weeks_and_months_in_words_are_parts_of_dates(tmp_path: Path, called: str, levels: list[str]) -> None:
    dice = np.random.default_rng(7)
    made = units(7, 300)[["user_id", "variant", "revenue"]].assign(
        **{called: dice.choice(levels, 300), "ward": dice.choice(["W1", "W2"], 300)}
    )
    made.to_csv(tmp_path / "shop.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "shop.csv")
    assert set(study.segments) == {"ward"} and f"  {called}: a part of a date: week" in said
