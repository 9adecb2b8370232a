"""What is known in part is never unknown: <5 and 10+ are told with the query that writes the limit in their place."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.printed import query
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize(
    ("written", "at"),
    [("<5", 5), ("10+", 10), ("> 90", 90), ("<0.5", 0.5), ("≥80", 80), ("less than 2", 2), ("<5e0", 5), ("> 9E1", 90)],
)
@pytest.mark.parametrize(("share", "said"), [(0.02, {}), (0.3, {"primary": "spend"})])
def test_a_value_beyond_a_limit_is_no_missing_one(
    tmp_path: Path, written: str, at: float, share: float, said: dict[str, str]
) -> None:
    dice = np.random.default_rng(3)
    made = pd.DataFrame(
        {
            "uid": range(600),
            "variant": dice.choice(["control", "treatment"], 600),
            "spend": dice.integers(10, 800, 600) / 10.0,
        }
    )
    beyond = dice.random(600) < share
    made["shown"] = np.where(beyond, written, made.spend.astype(str))
    made.drop(columns="spend").rename(columns={"shown": "spend"}).to_csv(tmp_path / "lab.csv", index=False)
    with pytest.raises(ReportError, match="values of 'spend' are known in part") as caught:
        proposed(tmp_path, tmp_path / "lab.csv", **said)
    printed = re.search(r"give that: (select .*?);", str(caught.value))
    assert printed
    (tmp_path / "limits.sql").write_text(printed[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "limits.sql", primary="spend")
    found = sums(study, tmp_path)["spend"]
    for arm, rows in made.assign(spend=np.where(beyond, at, made.spend)).groupby("variant"):
        n, total = found[arm]
        assert n == len(rows) and abs(total - Decimal(str(round(rows.spend.sum(), 1)))) < Decimal("0.01")


@pytest.mark.parametrize(
    ("written", "at"), [("< 1 000,0", 1000), ("<1.000,0", 1000), ("<-5", -5), ("> +2 000,5", 2000.5)]
)
def test_a_limit_is_a_number_however_it_is_written(tmp_path: Path, written: str, at: float) -> None:
    """With thousands, and with a sign, which is no part of what says that it is a limit."""
    dice = np.random.default_rng(5)
    low, parted = (-4 if at < 0 else 1100), "." if "1.000" in written else " "
    made = pd.DataFrame({"uid": range(600), "variant": dice.choice(["control", "treatment"], 600)})
    made["change"] = dice.integers(10 * low, 10 * low + 8000, 600) / 10
    beyond = dice.random(600) < 0.2
    texts = [f"{n:,.1f}".translate(str.maketrans(",.", f"{parted},")) for n in made.change]
    made.assign(change=np.where(beyond, written, texts)).to_csv(tmp_path / "lab.csv", index=False, sep=";")
    with pytest.raises(ReportError, match="values of 'change' are known in part") as caught:
        proposed(tmp_path, tmp_path / "lab.csv", primary="change", better="higher")
    (tmp_path / "limits.sql").write_text(query(str(caught.value)), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "limits.sql", primary="change", better="higher")
    found = sums(study, tmp_path)["change"]
    truth = made.assign(change=np.where(beyond, at, made.change)).groupby("variant").change.agg(["size", "sum"])
    assert {arm: (n, float(total)) for arm, (n, total) in found.items()} == {
        arm: (n, pytest.approx(total)) for arm, n, total in truth.itertuples()
    }


LABORATORY = ["BLQ", "bql", "< LOD", "<LLOQ", "below LOQ", "below the limit of detection", "n.n.", "nicht nachweisbar", "unter Nachweisgrenze", "non détecté",
              "no detectado", "não detectado", "non rilevato", "niet detecteerbaar", "nie wykryto", "not detected", "undetectable", "> ULOQ", "ND", "n.d."]  # fmt: skip


@pytest.mark.parametrize("word", LABORATORY)
def test_what_a_laboratory_could_not_detect_is_no_missing_value(tmp_path: Path, word: str) -> None:
    dice = np.random.default_rng(4)
    made = pd.DataFrame(
        {"id": range(500), "gruppe": dice.choice(["alt", "neu"], 500), "crp_mg_l": dice.lognormal(2, 1, 500).round(1)}
    )
    beyond = made.crp_mg_l < 3
    told = made.assign(crp_mg_l=np.where(beyond, word, made.crp_mg_l.astype(str)))
    told.to_csv(tmp_path / "lab.csv", index=False)
    with pytest.raises(ReportError, match="values of 'crp_mg_l' are known in part") as caught:
        proposed(tmp_path, tmp_path / "lab.csv", primary="crp_mg_l", control="alt")
    printed = re.search(r"give that: (select .*?);", str(caught.value))
    yes_no = re.search(r"--primary beyond of (select .*)", str(caught.value))
    assert printed and yes_no and "missing_codes" not in str(caught.value)
    (tmp_path / "limits.sql").write_text(printed[1].replace("LIMIT", "3"), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "limits.sql", primary="crp_mg_l", control="alt")
    found = sums(study, tmp_path)[study.primary.event]
    totals = made.assign(crp_mg_l=np.where(beyond, 3, made.crp_mg_l)).groupby("gruppe").crp_mg_l.agg(["size", "sum"])
    assert sorted((n, float(total)) for n, total in found.values()) == [
        (n, pytest.approx(total)) for n, total in sorted(totals.to_numpy().tolist())
    ]
    (tmp_path / "beyond.sql").write_text(yes_no[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "beyond.sql", primary="beyond", better="lower", control="alt")
    assert sum(int(total) for _, total in sums(study, tmp_path)[study.primary.event].values()) == int(beyond.sum())


@pytest.mark.parametrize(
    ("name", "word"), [("spend", "nd"), ("spend", "n.d."), ("crp_mg_l", "n/a"), ("score", "-"), ("crp_mg_l", "missing")]
)
def test_a_word_for_no_data_stays_one(tmp_path: Path, name: str, word: str) -> None:
    dice = np.random.default_rng(4)
    made = pd.DataFrame(
        {
            "id": range(500),
            "arm": dice.choice(["control", "new"], 500),
            name: dice.lognormal(2, 1, 500).round(1).astype(str),
        }
    )
    made.loc[::17, name] = word
    made.to_csv(tmp_path / "t.csv", index=False)
    try:
        proposed(tmp_path, tmp_path / "t.csv", primary=name)
    except ReportError as told:
        assert "known in part" not in str(told)


def test_each_of_many_limits_is_beyond_in_the_query(tmp_path: Path) -> None:
    made = pd.DataFrame(
        {"uid": range(400), "variant": ["control", "treatment"] * 200, "spend": [str(5 + i % 40) for i in range(400)]}
    )
    made.loc[::9, "spend"] = [f"<{1 + i % 6}" for i in range(len(made.loc[::9]))]
    made.to_csv(tmp_path / "lab.csv", index=False)
    with pytest.raises(ReportError, match="known in part") as caught:
        proposed(tmp_path, tmp_path / "lab.csv", primary="spend")
    printed = re.search(r"--primary beyond of (select .*)", str(caught.value))
    assert printed
    (tmp_path / "beyond.sql").write_text(printed[1], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "beyond.sql", primary="beyond", better="lower")
    assert sum(int(total) for _, total in sums(study, tmp_path)["beyond"].values()) == len(made.loc[::9])
