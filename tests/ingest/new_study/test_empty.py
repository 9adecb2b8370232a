"""An amount that is empty for most units is one metric or another, by what that means: it is asked, and each answer is what it says."""

import random
from decimal import Decimal
from pathlib import Path

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


def test_an_amount_that_is_mostly_empty_may_be_the_primary_one(tmp_path: Path) -> None:
    """What was owed before a letter is no surer than what was paid after it."""
    lines = [
        f"t{i},{('control', 'letter')[i % 2]},{100 + i % 37}.5,{i % 49 + 1.25 if i % 7 < 3 else ''}" for i in range(700)
    ]
    (tmp_path / "tax.csv").write_text("taxpayer_id,variant,amount_due,amount_paid\n" + "\n".join(lines))
    _, _, said = proposed(tmp_path, tmp_path / "tax.csv")
    assert (
        "it may as well be amount_paid (something in 300 rows)" in said
        and "amount_due; a number, called as an outcome (likely" in said
    )


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
