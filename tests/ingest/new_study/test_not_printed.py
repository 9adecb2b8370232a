"""What would choose units by what came of the variant is not printed; a moment of an end, a status, a flag that the arms part in."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.test_followed import arms, said


@pytest.mark.parametrize(
    ("column", "values"),
    [("delivery_minutes", (12, 60)), ("exam_score", (40, 100)), ("blood_pressure", (90, 180)), ("rating", (1, 6))],
)
def test_nothing_is_no_length_and_no_score(tmp_path: Path, column: str, values: tuple[int, int]) -> None:
    """What was cancelled took no 0 minutes."""
    made, dice = arms(), np.random.default_rng(2)
    made[column] = dice.integers(*values, 900)
    made["state"] = np.where(dice.random(900) < np.where(made.variant == "control", 0.3, 0.1), "cancelled", "done")
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary=column, better="lower")
    asked = next(line for line in text.splitlines() if "that say cancelled" in line)
    assert "select" not in asked and "--where" not in asked and "choose units by what became of them" in asked


@pytest.mark.parametrize("moved", [True, False])
def test_a_flag_that_the_arms_part_in_is_no_condition(tmp_path: Path, moved: bool) -> None:
    made, dice = arms(2_000), np.random.default_rng(3)
    share = np.where(made.variant == "control", 0.06, 0.3 if moved else 0.06)
    made["traffic"] = np.where(dice.random(2_000) < share, "bot", "organic")
    made["bought"] = dice.integers(0, 2, 2_000)
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary="bought")
    assert "also those with bot (" in text
    assert ("would choose by what came of the variant" in text) == moved
    assert ("--where" in next(line for line in text.splitlines() if "also those with bot" in line)) == (not moved)


def test_arms_in_columns_that_are_sorted_by_what_was_spent_have_no_end(tmp_path: Path) -> None:
    """Who bought nothing stands last, in both columns."""
    dice = np.random.default_rng(4)
    sides = {}
    for arm, mean in (("control", 8.0), ("treatment", 12.0)):
        spent = np.where(dice.random(600) < 0.5, np.round(dice.exponential(mean, 600) + 1, 2), np.nan)
        sides[f"{arm}_spend"] = np.sort(spent)[::-1][np.argsort(np.isnan(np.sort(spent)[::-1]), kind="stable")]
    pd.DataFrame(sides).to_csv(tmp_path / "t.csv", index=False)
    assert "select" not in said(tmp_path, "t.csv")


@pytest.mark.parametrize(
    ("values", "how"),
    [((-2.5, -1.25, 0.0), ' + try_cast("discount"'), ((0, 5, 10, 20), ""), ((0.0, 0.05, 0.1), " * (1 - "), ((0.0, 2.5, 101.4), " - ")],
)  # fmt: skip
def test_a_discount_is_taken_off_as_what_it_is_or_not_at_all(
    tmp_path: Path, values: tuple[float, ...], how: str
) -> None:
    made, dice = arms(), np.random.default_rng(5)
    made["quantity"], made["unit_price"] = dice.integers(1, 5, 900), dice.integers(500, 2_000, 900) / 100
    made["discount"] = dice.choice(values, 900)
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv")
    paid = [line for line in text.splitlines() if "as revenue" in line or "as amount_paid" in line]
    assert bool(paid) == bool(how) and all(how in line for line in paid), text
