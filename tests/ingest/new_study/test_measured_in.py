"""A number with the word of what it counts is a number: the query that takes it out works, and none is given where words differ."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def refused(folder: Path, unit: tuple[str, ...], zero: str) -> tuple[pd.Series, str]:
    dice = np.random.default_rng(5)
    made = pd.DataFrame(
        {
            "user_id": range(600),
            "variant": dice.permutation(["control", "treatment"] * 300),
            "n": dice.poisson(1.5, 600) * (dice.random(600) < 0.4),
        }
    )
    words = dice.choice(unit, 600)
    made["quantity"] = [f"{n} {w}" if n or not zero else zero for n, w in zip(made.n, words, strict=True)]
    made.drop(columns="n").to_csv(folder / "t.csv", index=False)
    with pytest.raises(ReportError, match="cannot be an outcome") as error:
        proposed(folder, folder / "t.csv", primary="quantity")
    return made.groupby("variant").n.sum(), " ".join(str(error.value).split())


@pytest.mark.parametrize(("unit", "zero"), [("pcs", ""), ("pcs", "0"), ("Stück", ""), ("шт.", "0")])
def test_the_number_is_taken(tmp_path: Path, unit: str, zero: str) -> None:
    truth, said = refused(tmp_path, (unit,), zero)
    (tmp_path / "made.sql").write_text(said[said.index("select *") : said.index('"t.csv"') + 7], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "made.sql", primary="quantity")
    assert {arm: float(v) for arm, (_, v) in sums(study, tmp_path)[study.primary.name].items()} == truth.to_dict()


def test_units_that_differ_are_none(tmp_path: Path) -> None:
    assert "take the number by a query" not in refused(tmp_path, ("g", "kg"), "")[1]


def test_the_query_is_given_where_nobody_names_the_column(tmp_path: Path) -> None:
    made = pd.DataFrame({"user_id": range(400), "variant": ["control", "treatment"] * 200})
    made["items"] = [f"{n // 2 * 7 % 4} pcs" for n in made["user_id"]]
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="no column that can be an outcome") as error:
        proposed(tmp_path, tmp_path / "t.csv")
    said = " ".join(str(error.value).split())
    (tmp_path / "made.sql").write_text(said[said.index("select *") : said.index('"t.csv"') + 7], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "made.sql")
    truth = made["items"].str[0].astype(int).groupby(made["variant"]).sum()
    assert {arm: float(v) for arm, (_, v) in sums(study, tmp_path)[study.primary.name].items()} == truth.to_dict()
