"""A query that a message gives is one that works: typed as printed it leads to a study of the right units."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study import printed
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def query_of(text: str) -> str:
    return printed.query(" ".join(text.split()), "select *")


def typed(base: Path, query: str) -> Path:
    (base / "made.sql").write_text(query)
    return base / "made.sql"


@pytest.mark.parametrize(("name", "levels", "yes"), [
    ("bound", ["bound", "lapsed"], "bound"), ("stage", ["Closed Won", "Closed Lost"], "Closed Won"), ("outcome", ["Lost", "Won"], "Won"),
    ("result", ["failure", "success"], "success"),
])  # fmt: skip
def test_an_outcome_in_words(tmp_path: Path, name: str, levels: list[str], yes: str) -> None:
    dice = np.random.default_rng(3)
    made = pd.DataFrame(
        {"user_id": range(400), "variant": dice.permutation(["control", "new"] * 200), name: dice.choice(levels, 400)}
    )
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / "t.csv", primary=name)
    study, _, _ = proposed(tmp_path, typed(tmp_path, query_of(str(error.value))))
    truth = (made[name] == yes).groupby(made.variant.replace("new", "treatment")).agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.event] == {arm: (int(n), int(k)) for arm, n, k in truth.itertuples()}


SAID = [("O", "N"), ("√", "×"), ("Yes (1)", "No (0)"), ("bought", "not bought"), ("order", "none")]


@pytest.mark.parametrize(("yes", "no", "asked"), [*((*pair, False) for pair in SAID), ("Pass", "Fail", True)])
def test_the_query_makes_a_yes_the_one(tmp_path: Path, yes: str, no: str, asked: bool) -> None:
    """Whichever is rarer or first in the alphabet; also where the file is a query itself, and by the name that is told."""
    dice = np.random.default_rng(8)
    made = pd.DataFrame({"user_id": range(300), "variant": dice.permutation(["control", "new"] * 150)})
    made["ordered"] = np.where(dice.random(300) < dice.choice([0.2, 0.7]), yes, no)
    made.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "all.sql").write_text("select * from 't.csv' -- as it is")
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / ("all.sql" if asked else "t.csv"), primary="ordered")
    text = " ".join(str(error.value).split()).replace(" -- as it is", "")
    primary = re.search(r"--primary (\w+): select", text)
    study, _, _ = proposed(tmp_path, typed(tmp_path, query_of(text)), primary=primary[1] if primary else "ordered")
    truth = (made.ordered == yes).groupby(made.variant.replace("new", "treatment")).agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.event] == {arm: (int(n), int(k)) for arm, n, k in truth.itertuples()}


@pytest.mark.parametrize("levels", [("K", "E"), ("P", "F"), ("x", "o"), ("alpha", "beta")])
def test_which_level_is_yes_is_asked_where_nothing_tells_it(tmp_path: Path, levels: tuple[str, str]) -> None:
    rows = "\n".join(f"{i},{('control', 'new')[i % 2]},{levels[i % 3 > 0]}" for i in range(300))
    (tmp_path / "t.csv").write_text(f"user_id,variant,result\n{rows}\n")
    with pytest.raises(ReportError, match=rf"which of '{levels[1]}', '{levels[0]}' says that it happened"):
        proposed(tmp_path, tmp_path / "t.csv", primary="result")


@pytest.mark.parametrize("before", ["", "open_app", "exp_checkout"])
def test_arms_within_the_names_of_events(tmp_path: Path, before: str) -> None:
    """Followed to the letter, both arms have the event that exposes them, whatever came before it, and no segment is made of it."""
    dice, rows = np.random.default_rng(4), []
    made = pd.DataFrame({"variant": dice.permutation(["control", "treatment"] * 150)})
    made["ordered"] = dice.random(300) < np.where(made.variant == "control", 0.3, 0.5)
    for n, (arm, ordered) in enumerate(made.itertuples(index=False)):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=7 * n)
        steps = [*filter(None, [before]), f"exp_checkout_{arm}", *["order_completed"] * ordered]
        rows += [(f"u{n}", step, at + pd.Timedelta(minutes=i)) for i, step in enumerate(steps)]
    pd.DataFrame(rows, columns=["user_id", "event", "time"]).to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ReportError, match="the arms stand in the names of events") as error:
        proposed(tmp_path, tmp_path / "log.csv")
    text = " ".join(str(error.value).split())
    exposure = re.search(r"; then --exposure (\w+);", text)
    assert exposure
    study, _, said = proposed(tmp_path, typed(tmp_path, query_of(text)), exposure=exposure[1])
    assert study.mode == "online" and "levels" not in said and "150, 150 fit it" in said and "segments: none" in said
    truth = made.ordered.groupby(made.variant).agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.name] == {arm: (int(n), int(k)) for arm, n, k in truth.itertuples()}


@pytest.mark.parametrize("switched", [True, False])
def test_hours_of_cities_that_are_switched(tmp_path: Path, switched: bool) -> None:
    hours = pd.date_range("2026-03-02", periods=100, freq="h")
    made = pd.DataFrame([(c, h) for c in ("Berlin", "Köln", "Hamburg") for h in hours], columns=["city", "hour_start"])
    dice = np.random.default_rng(6)
    made["pricing"] = (
        dice.choice(["baseline", "surge"], len(made))
        if switched
        else np.where(made.city == "Berlin", "surge", "baseline")
    )
    made.assign(trips=dice.poisson(9, len(made))).to_csv(tmp_path / "t.csv", index=False)
    try:
        said = proposed(tmp_path, tmp_path / "t.csv", variant="pricing", primary="trips")[2]
    except ReportError:
        said = ""  # a panel of few cities is another kind
    assert ("Was each 'city' switched between the arms" in said) == switched


def test_who_churned_is_an_outcome_once_it_is_joined(tmp_path: Path) -> None:
    dice = np.random.default_rng(7)
    arms = pd.DataFrame(
        {"user_id": [f"u{i}" for i in range(300)], "variant": dice.permutation(["control", "new"] * 150)}
    )
    users = arms[["user_id"]].assign(plan=dice.choice(["free", "paid"], 300), churned=dice.integers(0, 2, 300))
    from helpers.ingest import new_study

    for name, table in (("assign", arms), ("users", users)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    with pytest.raises(ReportError, match="no table says what units did") as error:
        new_study.propose_tables([str(tmp_path / "assign.csv"), str(tmp_path / "users.csv")], base=tmp_path)
    study, _, _ = proposed(tmp_path, typed(tmp_path, query_of(str(error.value))))
    assert study.primary.event == "churned" and study.segments == ["plan"]


def test_levels_in_several_capitals_are_one(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    made = pd.DataFrame({"user_id": range(600), "variant": dice.permutation(["control", "treatment"] * 300)})
    made["status"] = dice.choice(["Success", "SUCCESS", "failure"], 600)
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError) as error:
        proposed(tmp_path, tmp_path / "t.csv", primary="status")
    study, _, _ = proposed(tmp_path, typed(tmp_path, query_of(str(error.value))))
    truth = (made.status.str.lower() == "success").groupby(made.variant).agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.event] == {arm: (int(n), int(k)) for arm, n, k in truth.itertuples()}
