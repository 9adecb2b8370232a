"""An amount that is empty for most units is one metric or another, by what that means: it is asked, and each answer is what it says."""

import random
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

Rows = list[tuple[str, str, Decimal | None]]


def gifts(file: Path, seed: int) -> Rows:
    """Half of those who are written to give less each, and more of them give."""
    draw, rows = random.Random(seed), []
    for i in range(1_000):
        arm = ("control", "mailed")[i % 2]
        gives = draw.random() < (0.08, 0.14)[i % 2]
        rows.append((f"d{i}", arm, Decimal(draw.randint(500, (4_000, 3_000)[i % 2])) / 100 if gives else None))
    file.write_text("donor,cell,gift\n" + "\n".join(f"{d},{c},{'' if g is None else g}" for d, c, g in rows))
    return rows


@pytest.mark.parametrize("seed", range(2))
def test_what_an_empty_amount_means_is_asked_and_each_answer_is_what_it_says(tmp_path: Path, seed: int) -> None:
    rows = gifts(tmp_path / "gifts.csv", seed)
    with pytest.raises(ReportError, match="say which: --empty zero, or --empty drop"):
        proposed(tmp_path, tmp_path / "gifts.csv", primary="gift")
    for meaning in ("zero", "drop"):
        study, _, told = proposed(tmp_path, tmp_path / "gifts.csv", primary="gift", empty=meaning, name=meaning)
        assert ("of those with a value" in study.primary.label) == (meaning == "drop")
        found = sums(study, tmp_path)["gift"]
        for level, arm in study.data.variants.items():
            given = [g for _, c, g in rows if c == level and g is not None]
            assert found[arm] == (500 if meaning == "zero" else len(given), sum(given))
        assert "Does an empty gift" not in told


@pytest.mark.parametrize(
    ("due", "paid"),
    [
        ("amount_due", "amount_paid"),
        ("fällig_eur", "gezahlt_eur"),
        ("balance_owed", "repaid_amount"),
        ("adeudado", "pagado"),
    ],
)
def test_what_was_owed_is_no_outcome_beside_what_was_paid_of_it(tmp_path: Path, due: str, paid: str) -> None:
    """It was so before any letter was sent; what was paid is asked about where it is mostly empty."""
    lines = [
        f"t{i},{('control', 'letter')[i % 2]},{100 + i % 37}.5,{i % 49 + 1.25 if i % 7 < 3 else ''}" for i in range(700)
    ]
    (tmp_path / "tax.csv").write_text(f"taxpayer_id,variant,{due},{paid}\n" + "\n".join(lines), encoding="utf-8")
    with pytest.raises(ReportError, match="what was to be paid, before anybody paid") as caught:
        proposed(tmp_path, tmp_path / "tax.csv")
    assert f"--primary {paid} --empty zero" in str(caught.value)
    study, _, _ = proposed(tmp_path, tmp_path / "tax.csv", primary=paid, empty="zero")
    assert study.data.outcomes[study.primary.event] == paid  # type: ignore[union-attr]


def test_what_is_owed_is_an_outcome_where_nothing_tells_what_was_paid(tmp_path: Path) -> None:
    lines = [f"t{i},{('control', 'letter')[i % 2]},{i % 37 + 0.5 if i % 3 else 0}" for i in range(700)]
    (tmp_path / "tax.csv").write_text("taxpayer_id,variant,amount_due\n" + "\n".join(lines))
    study, _, _ = proposed(tmp_path, tmp_path / "tax.csv")
    assert study.primary.event == "amount_due"


@pytest.mark.parametrize(("share", "zeros", "asked"), [(0.7, False, True), (0.7, True, False), (0.97, False, False)])
def test_what_was_given_is_asked_about_from_a_fifth_that_is_empty_on(
    tmp_path: Path, share: float, zeros: bool, asked: bool
) -> None:
    """Where zeros are written an empty field is none, and the metric says of whom it is."""
    dice = np.random.default_rng(2)
    given = np.where(zeros & (dice.random(900) < 0.3), 0, dice.integers(300, 9_000, 900) / 100)
    made = pd.DataFrame({"user_id": range(900), "variant": ["a", "b"] * 450, "donation": given})
    made.loc[dice.random(900) > share, "donation"] = None
    made.to_csv(tmp_path / "gifts.csv", index=False)
    if asked:
        with pytest.raises(ReportError, match="say which: --empty zero"):
            proposed(tmp_path, tmp_path / "gifts.csv")
        return
    study, _, _ = proposed(tmp_path, tmp_path / "gifts.csv")
    assert (", of those with a value" in study.primary.label) == (share < 0.8)


@pytest.mark.parametrize(("column", "zero"), [("first_click_rank", False), ("clicks", True)])
def test_an_empty_rank_is_no_rank_before_the_first(tmp_path: Path, column: str, zero: bool) -> None:
    lines = [f"s{i},{('control', 'new')[i % 2]},{i % 9 + 1 if i % 5 else ''}" for i in range(700)]
    (tmp_path / "search.csv").write_text(f"search_id,variant,{column}\n" + "\n".join(lines))
    _, text, _ = proposed(tmp_path, tmp_path / "search.csv", primary=column)
    assert (f"Does an empty {column} mean that nothing happened" in text) == zero
    assert (f"Why is {column} empty in some rows" in text) != zero


@pytest.mark.parametrize(("share", "asked"), [(0.02, False), (0.3, True)])
def test_rows_without_a_variant_are_asked_of(tmp_path: Path, share: float, asked: bool) -> None:
    lines = [f"u{i},{('control', 'new')[i % 2] if i % 100 >= 100 * share else ''},{i % 3 % 2}" for i in range(700)]
    (tmp_path / "units.csv").write_text("user_id,variant,converted\n" + "\n".join(lines))
    _, text, _ = proposed(tmp_path, tmp_path / "units.csv")
    assert ("rows say no variant in 'variant'? They are left out" in text) == asked


def test_most_rows_are_not_left_out_in_silence(tmp_path: Path) -> None:
    arms = [("control", "new")[i // 9 % 2] if i % 9 == 0 else "" for i in range(900)]
    lines = [f"u{i},{arm},{i // 9 % 3 % 2}" for i, arm in enumerate(arms)]
    (tmp_path / "units.csv").write_text("user_id,variant,converted\n" + "\n".join(lines))
    with pytest.raises(ReportError, match="most rows say no variant, and would be left out") as caught:
        proposed(tmp_path, tmp_path / "units.csv")
    assert '--where "\\"variant\\" is not null"' in str(caught.value)
    study, _, _ = proposed(tmp_path, tmp_path / "units.csv", where='"variant" is not null')
    assert {n for n, _ in sums(study, tmp_path)["converted"].values()} == {50}
