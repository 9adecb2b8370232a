"""Arms as names of columns, sheets and keys of JSON are told with what writes their rows below each other, and that runs."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed
from tests.ingest.workbook.books import xlsx

ARMS = [("control", "treatment"), ("Kontrolle", "Test"), ("old", "new")]


def units(arms: tuple[str, str], n: int = 90) -> pd.DataFrame:
    dice = np.random.default_rng(n)
    return pd.DataFrame({"id": [f"u{i:03d}" for i in range(2 * n)], "variant": np.repeat(arms, n),
                         "orders": dice.poisson(2, 2 * n), "spend": dice.integers(100, 9_000, 2 * n) / 100})  # fmt: skip


def told(base: Path, file: Path, made: pd.DataFrame) -> None:
    """What a study of a file counts is what stands in the rows."""
    study, _, _ = proposed(base, file, primary="orders")
    found = sums(study, base)["orders"]
    for arm, rows in made.groupby("variant"):
        assert found[study.data.variants[str(arm)]] == (len(rows), int(rows.orders.sum()))  # type: ignore[union-attr]


def refused(base: Path, file: Path) -> str:
    with pytest.raises(ReportError) as caught:
        proposed(base, file)
    return str(caught.value)


@pytest.mark.parametrize("arms", ARMS)
@pytest.mark.parametrize("called", ["{arm} {what}", "{what}_{arm}"])
def test_blocks_of_columns_become_rows(tmp_path: Path, arms: tuple[str, str], called: str) -> None:
    made = units(arms)
    blocks = [rows.drop(columns="variant").reset_index(drop=True) for _, rows in made.groupby("variant", sort=False)]
    beside = pd.concat([b.rename(columns=lambda what, arm=arm: called.format(arm=arm, what=what)) for arm, b in zip(arms, blocks, strict=True)], axis=1)  # fmt: skip
    beside.to_csv(tmp_path / "sheet.csv", index=False)
    said = refused(tmp_path, tmp_path / "sheet.csv")
    assert "the arms stand beside each other in columns" in said
    (tmp_path / "arms.sql").write_text(re.search(r"(select '.*)", said)[1], encoding="utf-8")  # type: ignore[index]
    told(tmp_path, tmp_path / "arms.sql", made)


def test_blocks_of_a_sheet_are_no_variant(tmp_path: Path) -> None:
    made = units(ARMS[0], 60)
    rows = [
        [*a, *b]
        for a, b in zip(*(g[["id", "orders"]].values.tolist() for _, g in made.groupby("variant")), strict=True)
    ]
    file = xlsx(
        tmp_path / "sheet.xlsx",
        {"S": [["Control", None, "Treatment", None], ["id", "orders"] * 2, *rows]},
        merged=["A1:B1", "C1:D1"],
    )
    said = refused(tmp_path, file)
    assert (
        "the arms stand beside each other in columns" in said
        and "write the rows of one arm below those of the other" in said
    )


@pytest.mark.parametrize("deep", ["list", "ids"])
def test_keys_of_json_become_a_key_of_each_row(tmp_path: Path, deep: str) -> None:
    made = units(ARMS[0])
    of_arm = {arm: rows.drop(columns="variant") for arm, rows in made.groupby("variant")}
    held = {
        arm: rows.to_dict("records") if deep == "list" else rows.set_index("id").to_dict("index")
        for arm, rows in of_arm.items()
    }
    (tmp_path / "arms.json").write_text(json.dumps(held), encoding="utf-8")
    program = re.search(r'python -c "(.*?)" > FILE', refused(tmp_path, tmp_path / "arms.json"))
    assert program
    run = [sys.executable, "-c", program[1].replace("FILE", str(tmp_path / "arms.json"))]
    (tmp_path / "rows.jsonl").write_bytes(subprocess.run(run, check=True, capture_output=True).stdout)
    told(tmp_path, tmp_path / "rows.jsonl", made)


def test_a_sheet_an_arm_becomes_one_table(tmp_path: Path) -> None:
    made = units(ARMS[0])
    sheets = {
        str(arm): [["id", "orders", "spend"], *rows.drop(columns="variant").values.tolist()]
        for arm, rows in made.groupby("variant")
    }
    file = xlsx(tmp_path / "arms.xlsx", sheets)
    program = re.search(r'python -c "(.*)"', refused(tmp_path, file))
    assert program
    subprocess.run([sys.executable, "-c", program[1]], check=True, cwd=tmp_path)
    told(tmp_path, tmp_path / "FILE.csv", made)


def test_a_cell_that_is_merged_with_those_below_stands_in_each_row(tmp_path: Path) -> None:
    made = units(ARMS[0], 30)
    rows = [
        [arm if i % 30 == 0 else None, who, n]
        for i, (who, arm, n) in enumerate(made[["id", "variant", "orders"]].values.tolist())
    ]
    file = xlsx(tmp_path / "merged.xlsx", {"S": [["variant", "id", "orders"], *rows]}, merged=["A2:A31", "A32:A61"])
    told(tmp_path, file, made)


def test_columns_beside_a_variant_may_be_called_old_and_new(tmp_path: Path) -> None:
    made = units(ARMS[0]).assign(old_price=1.5, new_price=np.arange(180) % 7)
    made.to_csv(tmp_path / "units.csv", index=False)
    told(tmp_path, tmp_path / "units.csv", made)


@pytest.mark.parametrize("coded", [True, False])
def test_a_variant_beside_a_baseline_is_no_pair_of_arms(tmp_path: Path, coded: bool) -> None:
    made = units(ARMS[0]).assign(baseline=np.arange(180) % 13 + 0.5)
    made.replace({"variant": {"control": 0, "treatment": 1}} if coded else {}).to_csv(
        tmp_path / "units.csv", index=False
    )
    told(tmp_path, tmp_path / "units.csv", made.replace({"variant": {"control": 0, "treatment": 1}}) if coded else made)


@pytest.mark.parametrize("gap", ["", ","])
@pytest.mark.parametrize(
    ("arms", "labels"), [(("Control", "Treatment"), ("id", "orders")), (("alt", "neu"), ("kunde", "bestellungen"))]
)
def test_a_header_of_two_lines_in_a_csv_is_written_below_each_other_by_the_query(
    tmp_path: Path, gap: str, arms: tuple[str, str], labels: tuple[str, str]
) -> None:
    """As a sheet is saved in which the arms stand above what each has; its second line is no question of a survey."""
    dice = random.Random(4)
    rows = [(i, dice.randint(0, 4), 300 + i, dice.randint(0, 4)) for i in range(120)]
    lines = [f"{arms[0]},,{gap}{arms[1]},", f"{','.join(labels)},{gap}{','.join(labels)}"]
    lines += [f"{a},{b},{gap}{c},{d}" for a, b, c, d in rows]
    (tmp_path / "sheet.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(ReportError, match="under a header of two lines") as caught:
        proposed(tmp_path, tmp_path / "sheet.csv")
    (tmp_path / "arms.sql").write_text(str(caught.value).split("give that: ")[1])
    study, _, _ = proposed(tmp_path, tmp_path / "arms.sql", primary=labels[1])
    told = sums(study, tmp_path)[study.primary.name]
    assert told["control"] == (120, sum(b for _, b, _, _ in rows)) and told["treatment"] == (
        120,
        sum(d for *_, d in rows),
    )


@pytest.mark.parametrize("other", ["empty", "0"])
def test_rows_with_something_in_one_arm_alone_may_be_units_of_one_arm_each(tmp_path: Path, other: str) -> None:
    """Nothing says in which arm those are who did nothing: no query makes each of them a unit of both."""
    dice = np.random.default_rng(1)
    arm, spent = dice.choice(["control", "treatment"], 500), np.round(dice.gamma(2, 10, 500) + 1, 2)
    spent = np.where(dice.random(500) < 0.6, spent, np.nan if other == "empty" else 0)
    made = pd.DataFrame({"customer": [f"c{i}" for i in range(500)]})
    for each in ("control", "treatment"):
        made[f"{each}_spend"] = np.where(arm == each, spent, np.nan if other == "empty" else 0)
    made.to_csv(tmp_path / "t.csv", index=False)
    said = refused(tmp_path, tmp_path / "t.csv")
    assert "select" not in said and "that of one of another arm" in said


@pytest.mark.parametrize("beside", [None, "row", "id"])
def test_columns_of_0_and_1_called_as_the_arms_are_arms_beside_each_other(tmp_path: Path, beside: str | None) -> None:
    dice = np.random.default_rng(2)
    made = pd.DataFrame({"control": (dice.random(400) < 0.3) * 1, "treatment": (dice.random(400) < 0.4) * 1})
    if beside:
        made.insert(0, beside, range(1, 401) if beside == "row" else [f"u{i}" for i in range(400)])
    made.to_csv(tmp_path / "t.csv", index=False)
    said = refused(tmp_path, tmp_path / "t.csv")
    (tmp_path / "arms.sql").write_text(re.search(r"(select '.*)", said)[1], encoding="utf-8")  # type: ignore[index]
    study, _, _ = proposed(tmp_path, tmp_path / "arms.sql", primary="value")
    assert sums(study, tmp_path)["value"] == {arm: (400, int(made[arm].sum())) for arm in ("control", "treatment")}


@pytest.mark.parametrize("beside", ["orders", "each other"])
def test_columns_that_say_who_got_what_are_no_arms_beside_each_other(tmp_path: Path, beside: str) -> None:
    dice = np.random.default_rng(3)
    made = pd.DataFrame({"id": [f"u{i}" for i in range(400)], "treatment": dice.integers(0, 2, 400)})
    made["control"] = 1 - made.treatment
    if beside == "orders":
        made["orders"] = dice.poisson(1, 400)
    made.to_csv(tmp_path / "t.csv", index=False)
    try:
        _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    except ReportError as err:
        said = str(err)
    assert "the arms stand beside each other" not in said


def test_the_number_of_a_row_is_no_arm_and_tells_no_unit(tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    made = pd.DataFrame({"row": range(1, 301), "control": np.round(dice.gamma(2, 9, 300), 2), "treatment": np.round(dice.gamma(2, 9, 300), 2)})  # fmt: skip
    made.loc[dice.random(300) < 0.5, "control"] = np.nan
    made.loc[dice.random(300) < 0.5, "treatment"] = np.nan
    made.to_csv(tmp_path / "t.csv", index=False)
    said = refused(tmp_path, tmp_path / "t.csv")
    assert "select" not in said and "arms 'control', 'treatment' in" in said


@pytest.mark.parametrize("outcome", ["converted", "bought", "churn"])
@pytest.mark.parametrize("arms", [("control", "treatment"), ("control", "variant"), ("placebo", "drug")])
def test_an_outcome_beside_columns_that_say_who_got_what_is_no_arm(
    tmp_path: Path, arms: tuple[str, str], outcome: str
) -> None:
    dice = np.random.default_rng(8)
    treated = dice.integers(0, 2, 600)
    made = pd.DataFrame({"user_id": [f"u{i}" for i in range(600)], arms[0]: 1 - treated, arms[1]: treated,
                         outcome: (dice.random(600) < 0.3 + 0.1 * treated).astype(int)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert "stand beside each other" not in said and f"primary: {outcome}" in said


DICE = np.random.default_rng(38)
N = 400
ARM = DICE.integers(0, 3, N)
BOUGHT = (DICE.random(N) < 0.3 + 0.05 * ARM).astype(int)


def yes(words: tuple[str, str] = ("no", "yes"), n: int = N) -> np.ndarray:
    return DICE.choice(words, n)


@pytest.mark.parametrize(
    "columns",
    [
        {"control": yes(), "treatment": yes()},
        {"Kontrolle": yes(("Nein", "Ja")), "Test": yes(("Nein", "Ja"))},
        {"placebo": yes(("nein", "ja")), "verum": yes(("nein", "ja"))},
        {"pair": range(N), "control": yes(("0", "1")), "treatment": yes(("0", "1"))},
        {"week": range(1, 61), "control": yes(("0", "1"), 60), "treatment": yes(("0", "1"), 60)},
        {"placebo": yes(("0", "1")), "drug": yes(("0", "1"))},
        {"user_id": range(N), "A": yes(("0", "1")), "B": yes(("0", "1")), "converted": BOUGHT},
        {"user_id": range(N), "A": ARM % 2, "B": 1 - ARM % 2, "converted": BOUGHT},
        {"user_id": range(N), "treatment_a": yes(("0", "1")), "treatment_b": yes(("0", "1")), "converted": BOUGHT},
        {"user_id": range(N), "control": ARM == 0, "variant_a": ARM == 1, "variant_b": (ARM == 2) & (BOUGHT == 1), "converted": BOUGHT},
    ],
)  # fmt: skip
def test_columns_of_yes_and_no_for_each_arm_are_asked_about_alone(tmp_path: Path, columns: dict[str, object]) -> None:
    pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
    said = refused(tmp_path, tmp_path / "t.csv")
    assert "say in which arm a row is, or what came of it in each arm?" in said and "select " not in said


def test_an_outcome_of_each_arm_with_zeros_for_the_other_arm_is_no_variant(tmp_path: Path) -> None:
    made = {f"{arm}_orders": np.where(i == ARM % 2, BOUGHT, 0) for i, arm in enumerate(ARMS[0])}
    pd.DataFrame({"user_id": range(N), **made}).to_csv(tmp_path / "t.csv", index=False)
    said = refused(tmp_path, tmp_path / "t.csv")
    assert "nothing tells which rows are units of an arm" in said and "select " not in said


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_three_columns_of_which_one_says_yes_in_each_row_become_one(tmp_path: Path, ending: str) -> None:
    names = np.array(["control", "variant_a", "variant_b"])
    made = pd.DataFrame({"user_id": [f"u{i}" for i in range(N)], "variant": names[ARM], "orders": BOUGHT})
    flags = pd.DataFrame({name: i == ARM for i, name in enumerate(names)})
    beside = pd.concat([made[["user_id"]], flags, made[["orders"]]], axis=1)
    file = tmp_path / f"t.{ending}"
    beside.to_parquet(file) if ending == "parquet" else beside.to_csv(file, index=False)
    (tmp_path / "arms.sql").write_text(
        re.search(r"(select \* exclude.*)", refused(tmp_path, file))[1], encoding="utf-8"
    )  # type: ignore[index]
    told(tmp_path, tmp_path / "arms.sql", made)


@pytest.mark.parametrize("other", ["control", "exposed"])
def test_two_columns_of_which_one_is_the_other_turned_round_or_what_was_met_are_a_variant(
    tmp_path: Path, other: str
) -> None:
    arm = ARM % 2
    first = {"control": {"treatment": arm, "control": 1 - arm}, "exposed": {"holdout": 1 - arm, "exposed": arm * (ARM > 0) * BOUGHT}}[other]  # fmt: skip
    pd.DataFrame({"user_id": range(N), **first, "orders": BOUGHT}).to_csv(tmp_path / "t.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", primary="orders")
    found = sums(study, tmp_path)["orders"]
    assert found["treatment"] == (int(arm.sum()), int(BOUGHT[arm == 1].sum()))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_header_of_two_lines_is_told_in_whatever_it_is_written(tmp_path: Path, ending: str) -> None:
    """The copy in UTF-8 is made by the command of the message, and the query reads that; a sheet is mended by hand."""
    rows = [[i, int(n), 500 + i, int(n + 1)] for i, n in enumerate(ARM)]
    lines = [["Control", "", "Treatment", ""], ["id", "orders"] * 2, *rows]
    file = tmp_path / f"t.{ending}"
    if ending == "xlsx":
        xlsx(file, {"S": [[each or None if isinstance(each, str) else each for each in line] for line in lines]})
        assert "below those of the other in the sheet" in refused(tmp_path, file)
        return
    file.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding="utf-16")
    said = refused(tmp_path, file)
    program = re.search(r'python -c "(.*?)" \*/', said)
    subprocess.run([sys.executable, "-c", program[1]], check=True, cwd=tmp_path)  # type: ignore[index]
    (tmp_path / "arms.sql").write_text(said.split("give that: ")[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "arms.sql", primary="orders")
    found = sums(study, tmp_path)["orders"]
    assert found["control"] == (N, int(ARM.sum())) and found["treatment"] == (N, int(ARM.sum()) + N)


def test_a_column_called_as_an_arm_beside_the_variant_is_asked_about(tmp_path: Path) -> None:
    made = units(ARMS[0]).assign(in_holdout=np.arange(180) % 3 % 2)
    made.to_csv(tmp_path / "t.csv", index=False)
    assert "What does 'in_holdout' (0: 120, 1: 60) say of a unit?" in proposed(tmp_path, tmp_path / "t.csv")[2]


@pytest.mark.parametrize(("name", "asks"), [("treatment_shown", True), ("treated", False)])
def test_a_variant_of_what_was_shown_is_asked_about(tmp_path: Path, name: str, asks: bool) -> None:
    made = units(ARMS[0])
    made.assign(variant=(made["variant"] == "treatment").astype(int)).rename(columns={"variant": name}).to_csv(
        tmp_path / "t.csv", index=False
    )
    assert ("say who was assigned, or only who of them got it?" in proposed(tmp_path, tmp_path / "t.csv")[2]) is asks


def test_units_of_a_log_of_which_no_row_names_an_arm_are_asked_about(tmp_path: Path) -> None:
    told = [(f"u{i}", f"2026-05-01 10:{i % 60:02}:{step:02}", event, ("old", "new")[i % 2] if event != "visit" else "")
            for i in range(200) for step, event in enumerate(["visit", "page", "purchase"][: 1 + i // 2 % 3])]  # fmt: skip
    pd.DataFrame(told, columns=["user_id", "timestamp", "event", "variant"]).to_csv(tmp_path / "log.csv", index=False)
    assert "Why do 68 of 200 units say nothing but an empty field?" in proposed(tmp_path, tmp_path / "log.csv")[2]


def test_ids_that_begin_with_the_arm_are_asked_about(tmp_path: Path) -> None:
    made = units(ARMS[0])
    made["id"] = made["variant"].str[0] + "_" + made["id"].str[1:]
    made.drop(columns="variant").to_csv(tmp_path / "t.csv", index=False)
    said = refused(tmp_path, tmp_path / "t.csv")
    assert "does the beginning of 'id' name the arm?" in said and "c (90 rows), t (90 rows)" in said
