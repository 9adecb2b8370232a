"""Ids and arms that look the same: told with a query that makes them one, and never made one in silence; pandas counts."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

ARMS = [lambda v: v.replace("o", "\u043e"), lambda v: v.replace("e", "\u0435").replace("o", "\u043e"), lambda v: v + "\u200b",
        lambda v: "".join(chr(ord(sign) + 0xFEE0) for sign in v), lambda v: v.replace("ol", "oI"), lambda v: v.replace("o", "0").replace("l", "1")]  # fmt: skip


def units(n: int = 1_000) -> pd.DataFrame:
    dice = np.random.default_rng(2)
    arms = np.where(dice.random(n) < 0.5, "control", "treatment")
    return pd.DataFrame(
        {"user_id": [f"u{i:05d}" for i in range(n)], "variant": arms, "converted": (dice.random(n) < 0.25).astype(int)}
    )


@pytest.mark.parametrize("written", ARMS)
def test_arms_that_look_the_same_are_told_with_a_query_that_makes_them_one(tmp_path: Path, written) -> None:
    made = units()
    made["variant"] = [v if i % 3 else written(v) for i, v in enumerate(made["variant"])]
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="look the same and are not") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    query = re.search(r"select \* replace .* from read_csv\(.t.csv., [^)]*\)", str(caught.value))
    assert query
    (tmp_path / "one.sql").write_text(query[0], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "one.sql", name="one")
    told = units().groupby("variant")["converted"].agg(["size", "sum"])
    assert sums(study, tmp_path)["converted"] == {
        arm: (int(row["size"]), int(row["sum"])) for arm, row in told.iterrows()
    }
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", variant="variant", control="control", name="apart")
    assert "Are levels that look the same arms of their own?" in said


@pytest.mark.parametrize("written", ARMS)
def test_arms_of_a_log_whose_rows_spell_them_in_two_ways_are_told_too(tmp_path: Path, written) -> None:
    """A unit then seems to change its arm, and a log without arms would be one to plant an uplift in."""
    view = units(400).drop(columns="converted").assign(event="view")
    view["at"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(np.arange(400) * 2_000, unit="s")
    bought = view[::3].assign(event="purchase", at=lambda t: t["at"] + pd.Timedelta("9min"))
    made = pd.concat([view, bought], ignore_index=True).sort_values("at")
    dice = np.random.default_rng(5).random(len(made)) < 0.3
    made["variant"] = [written(v) if strange else v for v, strange in zip(made["variant"], dice, strict=True)]
    made.to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ReportError, match="look the same and are not"):
        proposed(tmp_path, tmp_path / "log.csv")


def test_arms_in_another_script_that_are_two_are_no_lookalikes(tmp_path: Path) -> None:
    made = units()
    made["variant"] = made["variant"].map({"control": "\u0430", "treatment": "\u0431"})
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", control="\u0430")
    assert len(study.variants) == 2


AGAIN = [lambda i: i + " ", lambda i: " " + i, lambda i: i + "\u00a0", lambda i: i + "\u3000", lambda i: i.translate({48 + n: 0xFF10 + n for n in range(10)}),
         lambda i: i.replace("u", "\uff55")]  # fmt: skip


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("n", [50, 10])
def test_what_is_proposed_of_ids_that_look_the_same_is_what_lands(tmp_path: Path, again, n: int) -> None:
    made = units()
    made = pd.concat([made, made.iloc[:n].assign(user_id=lambda t: t["user_id"].map(again))])
    made.to_csv(tmp_path / "t.csv", index=False)
    if n == 50:
        with pytest.raises(ReportError, match="look alike") as caught:
            proposed(tmp_path, tmp_path / "t.csv")
        query = re.search(r"select \* replace .* from read_csv\(.t.csv., [^)]*\)", str(caught.value))
        assert query
        (tmp_path / "one.sql").write_text(query[0], encoding="utf-8")
        study, _, said = proposed(tmp_path, tmp_path / "one.sql", name="one")
        assert "1,000 units" in said
        assert sum(n for n, _ in sums(study, tmp_path)["converted"].values()) == 1_000
    else:
        study, _, said = proposed(tmp_path, tmp_path / "t.csv")
        assert "Are ids of 'user_id' that look alike one unit?" in said and "1,010 units, each in one row" in said
        assert sum(n for n, _ in sums(study, tmp_path)["converted"].values()) == 1_010


@pytest.mark.parametrize("sign", ["I", "1"])
def test_a_few_rows_with_another_sign_for_a_letter_are_no_arm(tmp_path: Path, sign: str) -> None:
    made = units()
    made.loc[made.index % 50 == 0, "variant"] = made["variant"].str.replace("ol", f"o{sign}")
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=f"rows that spell it with '{sign}' for 'l'"):
        proposed(tmp_path, tmp_path / "t.csv")


def test_arms_with_numbers_of_their_own_do_not_look_the_same(tmp_path: Path) -> None:
    made = units()
    made["variant"] = [("v1", "v10", "v11", "vIP")[n % 4] for n in made.index]
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", control="v1")
    assert len(study.variants) == 4
