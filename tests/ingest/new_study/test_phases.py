"""Rows of stores, patients and schools from before an experiment never count as its outcome, whatever says so."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

PHASES = [("phase", "pre", "post"), ("tp", "BL", "FU"), ("stage", "run-in", "follow-up"), ("label", "before", "after"), ("x", "baseline", "campaign"), ("kind", "pretest", "posttest"), ("when_measured", "T1", "T2"),
          ("which", "Wave 1", "Wave 2"), ("timing", "M0", "M6"), ("visit", "0", "1"), ("post", "0", "1"), ("moment", "avant", "après"),
          ("fase", "Week 0", "Week 12"), ("時期", "実施前", "実施後")]  # fmt: skip


def stores(seed: int, phase: str, levels: tuple[str, str], visits: int = 1) -> pd.DataFrame:
    """Stores that sold more in the experiment; some rows in each phase."""
    dice = np.random.default_rng(seed)
    rows = [
        (f"s{store}", ["control", "treated"][store % 2], level, round(1_000 + 20 * (store % 2) + 40 * later + dice.normal(0, 90), 2))
        for store in range(80) for later, level in enumerate(levels) for _ in range(visits)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["store", "group", phase, "sales"]).sample(frac=1, random_state=seed)


def by_arm(rows: pd.DataFrame) -> dict[str, float]:
    return {arm: round(float(values.sum()), 2) for arm, values in rows.groupby("group").sales}


def found(base: Path, file: Path, **said: str) -> dict[str, float]:
    study, _, _ = proposed(base, file, primary="sales", **said)
    told = sums(study, base)[study.primary.name]
    return {level: float(told[arm][1]) for level, arm in study.data.variants.items()}  # type: ignore[union-attr]


@pytest.mark.parametrize(("phase", "before", "after"), PHASES)
def test_a_phase_is_told_by_its_values_and_asked_about(tmp_path: Path, phase: str, before: str, after: str) -> None:
    rows = stores(len(phase), phase, (before, after))
    rows.to_csv(tmp_path / "stores.csv", index=False)
    with pytest.raises(ReportError, match="from before the experiment") as caught:
        proposed(tmp_path, tmp_path / "stores.csv", primary="sales")
    later = by_arm(rows[rows[phase] == after])
    where = f"\"{phase}\" <> '{before}'"
    assert where.replace('"', '\\"') in str(caught.value)
    assert found(tmp_path, tmp_path / "stores.csv", where=where) == later
    query = re.search(r"(select \* from .*?); if all", str(caught.value))
    assert query
    (tmp_path / "after.sql").write_text(query[1], encoding="utf-8")
    study, text, _ = proposed(tmp_path, tmp_path / "after.sql", primary="sales")
    assert study.primary.covariate and "sales_before" in text, "what was before is a covariate"


@pytest.mark.parametrize(("ahead", "noise"), [(400, 90), (0, 4), (400, 4)])
@pytest.mark.parametrize("before", ["vorher", "run-in", "avant"])
def test_what_the_remedy_sets_beside_is_what_was_before_whatever_it_looks_like(
    tmp_path: Path, before: str, ahead: float, noise: float
) -> None:
    """Arms that were unlike from the start, and shops that sell what they sold: neither is measured afterwards, nor a copy."""
    dice = np.random.default_rng(int(ahead + noise))
    shops = dice.normal(1_000, 120, 80)
    rows = pd.DataFrame(
        [(f"s{shop}", ["control", "treated"][shop % 2], phase, round(float(shops[shop] + ahead * (shop % 2) + dice.normal(0, noise)), 2))
         for shop in range(80) for phase in (before, "campaign")],
        columns=["store", "group", "phase", "sales"],
    )  # fmt: skip
    rows.to_csv(tmp_path / "stores.csv", index=False)
    with pytest.raises(ReportError, match="rows from before the experiment") as caught:
        proposed(tmp_path, tmp_path / "stores.csv")
    _, _, said = proposed(tmp_path, tmp_path / "stores.csv", where=f"phase <> '{before}'", name="later")
    assert ("Were the arms unlike before? In the rows that --where leaves out" in said) == bool(ahead)
    query = re.search(r"(select \* from .*?); if all", str(caught.value))
    assert query
    (tmp_path / "after.sql").write_text(query[1], encoding="utf-8")
    study, text, said = proposed(tmp_path, tmp_path / "after.sql")
    assert study.primary.covariate and study.data.before == {"sales": "sales_before"}, text  # type: ignore[union-attr]
    assert ("Were the arms unlike before? Their means of 'sales_before' part by" in said) == bool(ahead)


def test_a_column_that_holds_the_outcome_again_is_a_copy_whatever_it_is_called(tmp_path: Path) -> None:
    rows = stores(4, "phase", ("a", "b")).drop_duplicates("store").drop(columns="phase")
    rows.assign(sales_before=rows.sales).to_csv(tmp_path / "stores.csv", index=False)
    study, text, _ = proposed(tmp_path, tmp_path / "stores.csv")
    assert not study.primary.covariate and "as a copy does" in text


@pytest.mark.parametrize("said", [{}, {"cluster": "store"}, {"where": "sales > 0"}])
def test_nor_do_several_rows_of_a_store_in_each_phase(tmp_path: Path, said: dict[str, str]) -> None:
    rows = stores(7, "phase", ("pre", "post"), visits=3)
    rows.insert(0, "receipt_id", [f"r{n:04d}" for n in range(len(rows))])
    rows.to_csv(tmp_path / "stores.csv", index=False)
    with pytest.raises(ReportError, match="rows from before the experiment"):
        proposed(tmp_path, tmp_path / "stores.csv", primary="sales", **said)
    study, _, _ = proposed(tmp_path, tmp_path / "stores.csv", primary="sales", where="true")
    assert study.name == "stores", "somebody who says that all are of the experiment is believed"


def test_what_a_shop_is_by_its_age_is_no_phase(tmp_path: Path) -> None:
    rows = stores(3, "built", ("pre-war", "post-war")).drop_duplicates("store").assign(store=lambda r: r.store.str[:2])
    rows.to_csv(tmp_path / "stores.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "stores.csv", primary="sales")
    assert "built" in study.segments


def test_a_score_that_all_raise_is_no_total_so_far(tmp_path: Path) -> None:
    rows = stores(5, "visit", ("T1", "T2")).rename(columns={"sales": "score"})
    rows.loc[rows.visit == "T2", "score"] += 1_000
    rows.to_csv(tmp_path / "stores.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "stores.csv", primary="score", where="true")
    assert "score averaged" in said and study.data.panel.how["score"] == "mean"  # type: ignore[union-attr]


@pytest.mark.parametrize(("phase", "before", "test"), [("phase", "Vorlauf", "Test"), ("phase", "Normalbetrieb", "Testphase"), ("mode", "usual", "experiment"), ("Abschnitt", "A", "Test")])  # fmt: skip
def test_the_phase_called_test_is_the_experiment_and_no_test_of_engineers(
    tmp_path: Path, phase: str, before: str, test: str
) -> None:
    dice = np.random.default_rng(2)
    weeks = pd.date_range("2026-01-05", periods=16, freq="7D")
    rows = pd.DataFrame(
        [(f"s{i:02}", w, "control" if i % 2 else "treatment") for i in range(60) for w in weeks],
        columns=["store", "week", "group"],
    )
    rows[phase] = np.where(rows.week < weeks[8], before, test)
    rows["sales"] = np.round(dice.gamma(30, 15, len(rows)), 2)
    rows.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="rows from before the experiment would be summed up") as caught:
        proposed(tmp_path, tmp_path / "t.csv", primary="sales")
    assert f"\\\"{phase}\\\" <> '{before}'" in str(caught.value)
    assert found(tmp_path, tmp_path / "t.csv", where=f"\"{phase}\" <> '{before}'") == by_arm(rows[rows[phase] == test])
    rows[phase] = np.where(rows.week < weeks[8], test, before)
    rows.to_csv(tmp_path / "t.csv", index=False)
    if before != "Vorlauf":
        said = proposed(tmp_path, tmp_path / "t.csv", primary="sales", force=True)[2]
        assert phase == "mode" or "if they should not" not in said
