"""What a message prints is followed to the letter, and gives the units and the sums of the arms that pandas counts."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

Truth = dict[str, tuple[int, float]]


def arms(n: int = 900, seed: int = 3) -> pd.DataFrame:
    """Units of both arms."""
    dice = np.random.default_rng(seed)
    return pd.DataFrame(
        {"user_id": [f"u{i:04d}" for i in range(n)], "variant": dice.choice(["control", "treatment"], n)}
    )


def truth(made: pd.DataFrame, values: Any) -> Truth:
    """The units and the sum of each arm."""
    found = pd.Series(np.asarray(values, dtype=float)).groupby(made.variant.to_numpy()).agg(["size", "sum"])
    return {str(arm): (int(n), round(float(total), 2)) for arm, n, total in found.itertuples()}


def said(base: Path, file: str, **options: Any) -> str:
    """What is said of a file, whether it is refused or not."""
    try:
        _, text, printed = proposed(base, base / file, **options)
    except ReportError as error:
        return str(error)
    return f"{printed}\n{text}"


def query(text: str) -> str:
    """The first query that is printed."""
    return re.split(r";|\n", text[re.search(r"\bselect\b", text).start() :])[0]  # type: ignore[union-attr]


def condition(text: str) -> str:
    """The first condition that is printed, as a shell reads it."""
    found = re.search(r'--where ("(?:[^"\\]|\\.)*")', text)
    assert found, text
    return re.sub(r"\\(.)", r"\1", found[1][1:-1])


def followed(base: Path, file: str, metric: str = "", **options: Any) -> Truth:
    """What a study of a file counts, of a query where ``file`` begins with one."""
    if file.startswith("select"):
        (base / "followed.sql").write_text(f"{file}\n", encoding="utf-8")
        file = "followed.sql"
    study, _, _ = proposed(base, base / file, name="followed", **options)
    found = sums(study, base)[metric or study.primary.name]
    return {arm: (n, round(float(total), 2)) for arm, (n, total) in found.items()}


@pytest.mark.parametrize("third", ["skipped", "unknown"])
def test_a_third_answer_is_no_yes_and_leaves_no_unit_out(tmp_path: Path, third: str) -> None:
    made = arms()
    dice = np.random.default_rng(1)
    seldom = np.where(made.variant == "treatment", 0.1, 0.4)
    made["subscribed"] = np.where(dice.random(900) < seldom, third, dice.choice(["yes", "no"], 900))
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary="subscribed")
    assert f"0 also for '{third}'" in text
    assert followed(tmp_path, query(text), primary="subscribed_yes") == truth(made, made.subscribed == "yes")


def test_numbers_beside_empty_lists_are_taken_as_numbers(tmp_path: Path) -> None:
    """As PHP writes nothing."""
    made = arms()
    dice = np.random.default_rng(2)
    made["spend"] = np.where(dice.random(900) < 0.4, dice.integers(1, 5, 900) * 1.0, np.nan)
    rows = made.assign(spend=[[] if np.isnan(v) else v for v in made.spend])
    rows.to_json(tmp_path / "t.ndjson", orient="records", lines=True)
    text = said(tmp_path, "t.ndjson")
    assert "says that it happened" not in text
    assert followed(tmp_path, query(text), primary="spend", empty="zero") == truth(made, made.spend.fillna(0))


def test_a_level_that_nobody_named_is_not_chosen(tmp_path: Path) -> None:
    """The query that is pasted as it stands counts nothing; with the level in its place it counts that."""
    made = arms()
    made["result"] = np.random.default_rng(4).choice(["K", "E"], 900, p=[0.7, 0.3])
    made.to_csv(tmp_path / "t.csv", index=False)
    text = said(tmp_path, "t.csv", primary="result")
    with pytest.raises(ReportError, match=r"constant|one value in all rows"):
        followed(tmp_path, query(text), primary="result_yes")
    assert followed(tmp_path, query(text).replace("LEVEL", "E"), primary="result_yes") == truth(
        made, made.result == "E"
    )
