"""A word in the place of an id is no unit: its rows are left out and told, and those of ids that look like it stay."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import config
from helpers.ingest import new_study
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

WORDS = ("null", "None", "undefined", "NaN", "0", "00000000-0000-0000-0000-000000000000", "(not set)", "-1")


def units(word: str, share: float) -> pd.DataFrame:
    dice = np.random.default_rng(len(word))
    ids = [f"{n:08d}-1111-4111-8111-{n:012d}" if len(word) > 20 else str(7_000 + n) for n in range(300)]
    rows = pd.DataFrame({"user_id": ids, "variant": dice.choice(["control", "new"], 300), "converted": dice.integers(0, 2, 300)})  # fmt: skip
    rows.loc[dice.random(300) < share, "user_id"] = word
    return rows


def by_arm(rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {a: (len(r), int(r.converted.sum())) for a, r in rows.groupby(rows.variant.replace("new", "treatment"))}


@pytest.mark.parametrize("word", WORDS)
def test_rows_of_nobody_are_no_unit_of_a_table(tmp_path: Path, word: str) -> None:
    rows = units(word, 0.1)
    rows.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    kept = rows[rows.user_id != word]
    assert f"Are the {300 - len(kept):,} of 300 rows whose 'user_id' is '{word.lower()}' those of no unit" in said
    if word in WORDS[4:6]:
        assert sums(study, tmp_path)["converted"] == by_arm(kept)
    assert f"levels control ({(kept.variant == 'control').sum()})" in said


def test_before_a_login_they_are_no_giant_unit_of_a_log_and_another_id_is_named(tmp_path: Path) -> None:
    rows = []
    for n in range(200):
        at, arm = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=7 * n), ["control", "new"][n % 2]
        rows += [("null", f"d{n}", arm, "visit", at), (f"u{n}", f"d{n}", arm, "login", at + pd.Timedelta(minutes=1))]
        rows += [(f"u{n}", f"d{n}", arm, "purchase", at + pd.Timedelta(minutes=2))] * (n % 3 == 0)
    log = pd.DataFrame(rows, columns=["user_id", "device_id", "variant", "event", "time"])
    log.to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv", unit="user_id")
    assert "200 of 467 rows whose 'user_id' is 'null'" in said and "unit: column 'user_id', 200 units" in said
    query = said[said.index("select * replace") :].splitlines()[0]
    (tmp_path / "once.sql").write_text(query, encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "once.sql", name="once")
    assert study.data.alias == "device_id" and "is 'null'" not in said  # type: ignore[union-attr]


def test_an_id_that_is_zero_by_count_is_one(tmp_path: Path) -> None:
    rows = pd.DataFrame({"user_id": range(200), "variant": ["control", "new"] * 100, "converted": [0, 1, 1, 0] * 50})
    rows.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert study.data.where is None and "200 units" in said


def test_assignments_of_nobody_are_left_out_too(tmp_path: Path) -> None:
    people = units("null", 0.1).drop(columns="converted").assign(assigned_at="2026-03-02 10:00:00")
    people.to_csv(tmp_path / "assignments.csv", index=False)
    orders = pd.DataFrame({"order_id": range(90), "user_id": range(7_000, 7_090), "created_at": "2026-03-03 11:00:00", "total": 9.5})  # fmt: skip
    orders.to_csv(tmp_path / "orders.csv", index=False)
    made = new_study.propose_tables([str(tmp_path / f) for f in ("assignments.csv", "orders.csv")], base=tmp_path)
    assert "whose 'user_id' is 'null' those of no unit" in made.said
    assert "not in ('null')" in (config.load(made.file).data.assignments.where or "")  # type: ignore[union-attr]


def test_several_words_for_nothing_are_no_units_though_each_stands_once(tmp_path: Path) -> None:
    rows = [f"{['None', 'NaN'][i] if i < 2 else f'u{i}'},{'ab'[i % 2]},{int(i % 7 == 0)}" for i in range(400)]
    (tmp_path / "t.csv").write_text("\n".join(["user_id,variant,converted", *rows]) + "\n")
    assert "2 of 400 rows are left out" in proposed(tmp_path, tmp_path / "t.csv")[2]
