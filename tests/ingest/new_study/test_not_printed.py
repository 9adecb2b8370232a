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


@pytest.mark.parametrize("end", ["kept", "cut off", "a 0 in one arm", "by day", "number"])
def test_what_was_measured_does_not_tell_where_an_arm_in_columns_ends(tmp_path: Path, end: str) -> None:
    """Who bought nothing stands last in both columns, and maybe no longer in the file."""
    dice = np.random.default_rng(4)
    sides = {}
    for arm, share in (("control", 0.4), ("treatment", 0.6)):
        spent = np.round(dice.exponential(9.0, round(600 * share)) + 1, 2)
        sides[f"{arm}_spend"] = pd.Series(spent if end == "by day" else np.sort(spent)[::-1])
    made = pd.DataFrame(sides)
    if end in ("kept", "a 0 in one arm"):
        made = made.reindex(range(600))
    if end == "a 0 in one arm":
        made["treatment_spend"] = made.treatment_spend.fillna(0)
    if end == "number":
        made.columns = ["control_number", "treatment_number"]
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv")
    assert "select" not in text and "find out how many units each arm has" in text


@pytest.mark.parametrize("kind", ["units", "log"])
@pytest.mark.parametrize(
    ("column", "values", "how"),
    [("discount", (-2.5, -1.25, 0.0), ""), ("discount", (0, 5, 10, 20), ""), ("rabatt", (0.0, 0.05, 0.1), ""), ("discount", (0.0, 2.5, 101.4), ""),
     ("discount", (0, 2.5, 7.5), ""), ("discount", (0.5, 0.5, None), ""), ("voucher", (0, 0.25, 1.0), ""), ("discount_pct", (0.0, 0.5, 1.0), ""),
     ("discount", (0.0, 1.0), ""), ("discount_amount", (0, 1.5, 2.5), ""), ("rate_discount", (0, 5, 10), ""), ("discount_rate", (0, 5, 10), "1 - {} / 100.0"),
     ("discount_pct", (0, 0.05, 0.1), "1 - {}"), ("rabatt_prozent", (0, -5, -10), "1 + {} / 100.0")],
)  # fmt: skip
def test_a_discount_is_taken_off_as_its_name_says_or_not_at_all(
    tmp_path: Path, kind: str, column: str, values: tuple[float, ...], how: str
) -> None:
    """Its numbers do not tell what it is: what would have to be known is asked; who bought no piece pays nothing, and not less."""
    made, dice = arms(), np.random.default_rng(5)
    made["quantity"], made["unit_price"] = dice.integers(0, 5, 900), dice.integers(500, 2_000, 900) / 100
    made[column] = dice.choice(np.array(values, dtype=float), 900)
    if kind == "log":
        made["at"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(np.arange(900) * 7, "min")
        visits = made[["user_id", "variant", "at"]].assign(event="visit")
        bought = made[::2].assign(event="purchase", at=made["at"] + pd.Timedelta(minutes=3))
        made = pd.concat([visits, bought])
    made.to_parquet(tmp_path / "t.parquet")
    text = said(tmp_path, "t.parquet")
    paid = [line for line in text.splitlines() if "as revenue" in line or "as amount_paid" in line]
    assert bool(paid) == bool(how) == ("nothing says whether the numbers of" not in text), text
    field = f'coalesce("{column}", 0)' if kind == "log" else f'"{column}"'
    assert all(how.format(field) in line for line in paid), paid
