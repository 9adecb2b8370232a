"""Was it randomised by city? Proposed and asked where chance does not put each city in one arm, and never of units assigned one by one."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.ingest.new_study import Question
from helpers.ingest.new_study.clusters import BY_UNITS
from helpers.ingest.telling import ARM, UNIT, telling
from tests.ingest.new_study.tables import proposed


def table(folder: Path, *, whole: bool, seed: int = 5, cities: int = 40, called: str = "city") -> Path:
    """Riders of some cities; whole cities in one arm, or each rider by himself."""
    rng = np.random.default_rng(seed)
    city = rng.integers(0, cities, 1_200)
    arm = (city % 2) if whole else rng.integers(0, 2, 1_200)
    made = pd.DataFrame(
        {"rider_id": [f"r{i}" for i in range(1_200)], called: [f"C{c:03d}" for c in city], "variant": np.array(["control", "new"])[arm],
         "device": rng.choice(["phone", "desktop"], 1_200), "orders": rng.poisson(2, 1_200)}
    )  # fmt: skip
    made.to_csv(folder / "riders.csv", index=False)
    return folder / "riders.csv"


@pytest.mark.parametrize("treated", [1, 19])
def test_one_place_in_an_arm_is_no_leak_and_no_cluster_but_asked_in_the_words_of_the_check(
    tmp_path: Path, treated: int
) -> None:
    """One treated city, or all but one; the check and new-study say the same of it, so that no GO comes of it unseen."""
    rng = np.random.default_rng(4)
    city = rng.integers(0, 20, 2_000)
    made = pd.DataFrame(
        {"rider_id": [f"r{i}" for i in range(2_000)], "town": [f"T{c:03d}" for c in city],
         "variant": np.where(city < treated, "new", "control"), "orders": rng.poisson(2, 2_000)}
    )  # fmt: skip
    made.to_csv(tmp_path / "riders.csv", index=False)
    study, text, said = proposed(tmp_path, tmp_path / "riders.csv")
    words = (
        "20 levels, each in one variant only: a trust check fails until the study says cluster: or independent: and why"
    )
    assert study.cluster is None and f"#   town: {words}" in text
    assert f"Was the experiment randomised by 'town'? It has {words}" in said and "a leak" not in text
    assert "town" not in study.segments


class Answering:
    def __init__(self, option: str, answer: str) -> None:
        self.option, self.answer, self.asked = option, answer, list[Question]()

    def __call__(self, question: Question) -> str:
        self.asked.append(question)
        return self.answer if question.option == self.option else question.candidates[0][0]


@pytest.mark.parametrize("called", ["city", "store_nr"])
def test_it_is_asked_with_what_was_seen_and_the_answer_is_written(tmp_path: Path, called: str) -> None:
    file = table(tmp_path, whole=True, called=called)
    guessed, text, _ = proposed(tmp_path, file)
    assert f"each {called} was randomised as a whole" in text and "chance allows" not in text
    assert (
        guessed.cluster == called and f"Was the experiment randomised by '{called}'?" in text and "  - cluster" in text
    )
    ask = Answering("cluster", called)
    study, text, _ = proposed(tmp_path, file, force=True, ask=ask)
    question = next(q for q in ask.asked if q.option == "cluster")
    assert (
        question.text == f"Was it randomised by '{called}'?" and "40 levels, each in one variant only" in question.told
    )
    assert study.cluster == called and "as you answered" in text and "  - cluster" not in text, (
        "nothing is assumed of it"
    )


def test_who_says_that_units_were_assigned_gets_no_cluster(tmp_path: Path) -> None:
    study, text, _ = proposed(tmp_path, table(tmp_path, whole=True), ask=Answering("cluster", BY_UNITS))
    assert study.cluster is None and study.independent and "independent: You answered" in text


def test_nothing_is_asked_of_units_that_were_assigned(tmp_path: Path) -> None:
    ask = Answering("cluster", "city")
    study, _, _ = proposed(tmp_path, table(tmp_path, whole=False), ask=ask)
    assert study.cluster is None and not [q for q in ask.asked if q.option == "cluster"]


def test_of_units_assigned_one_by_one_no_column_is_taken_for_what_was_randomised() -> None:
    """400 columns of 100 tables, of two arms or three, even or 9:1, and columns from a few large levels to hundreds of pairs: none at all."""
    rng, con, found = np.random.default_rng(17), duckdb.connect(), []
    designs = [("a", "b"), ("a", "b", "c")]
    for run in range(100):
        names = designs[run % 2]
        weights = np.array([0.9, 0.1]) if run % 3 == 0 and len(names) == 2 else np.full(len(names), 1 / len(names))
        n = int(rng.integers(20, 400))
        columns = {f"of_{k}": rng.integers(0, k, n) for k in (3, 12, n // 8 + 2, n // 2 + 2)}
        units = pd.DataFrame({UNIT: np.arange(n), ARM: rng.choice(names, n, p=weights), **columns})
        con.register("units", units)
        found += telling(con, "select * from units", list(columns), dict(zip(names, weights, strict=True)))
        con.unregister("units")
    assert found == []
