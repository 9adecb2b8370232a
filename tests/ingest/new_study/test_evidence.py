"""What the rows tell of each other, against pandas: what happens together, what changes within a unit, how units walk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.ingest.new_study import questions, ways
from helpers.ingest.new_study.profile import Column, profile
from helpers.ingest.new_study.source import SourceTable, opened

SEEDS = range(3)


@contextmanager
def profiled(folder: Path, frame: pd.DataFrame) -> Iterator[tuple[SourceTable, dict[str, Column]]]:
    frame.to_csv(folder / "t.csv", index=False)
    with opened(str(folder / "t.csv"), None, folder) as table:
        yield table, {c.name: c for c in profile(table)[1]}


@pytest.mark.parametrize("seed", SEEDS)
def test_units_in_several_levels_are_those_that_pandas_counts(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"who": [f"u{n}" for n in rng.integers(0, 150, 400)], "arm": rng.choice(["a", "b", None], 400)}
    )  # type: ignore[arg-type]
    frame.loc[rng.random(400) < 0.1, "who"] = None
    found = frame.groupby("who").arm.nunique()
    with profiled(tmp_path, frame) as (table, columns):
        asked = questions.several_levels(table, columns["who"], table.text("arm"))
    assert asked == (int((found > 1).sum()), int((found > 0).sum()))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_zero_in_the_same_rows_hangs_together_and_a_flag_of_gaps_is_named(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    bought, other = rng.random(400) < 0.3, rng.random(400) < 0.3
    age = np.where(rng.random(400) < 0.2, np.nan, rng.integers(18, 80, 400))
    frame = pd.DataFrame({
        "k": np.where(bought, "yes", "no"), "n": bought * rng.integers(1, 5, 400), "m": np.where(bought, rng.random(400).round(3) + 0.1, np.nan),
        "z": other.astype(int), "q": age, "g": np.isnan(age).astype(int), "v": rng.integers(1, 9, 400),
    })  # fmt: skip
    with profiled(tmp_path, frame) as (table, columns):
        same, flags = questions.together(table, list(columns.values()))
    did = frame.assign(k=bought).drop(columns=["q", "v"]).fillna(0).astype(bool)
    expected = {a for a in did for b in did if a != b and (did[a] == did[b]).all()}
    assert same == expected - {"m"}  # of which no row holds a zero: what is empty is another question
    assert flags == {"g": "q"}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_changes_within_units_is_the_share_that_pandas_counts(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    who = rng.integers(0, 120, 500)
    frame = pd.DataFrame(
        {"who": [f"u{i}" for i in who], "arm": np.array(["a", "b"])[who % 2], "what": rng.choice(["x", "y", "z"], 500)}
    )
    frame.loc[rng.random(500) < 0.2, "arm"] = "N/A"
    with profiled(tmp_path, frame) as (table, columns):
        found = questions.changing(table, columns["who"], [columns["arm"], columns["what"]])
    many = frame.replace("N/A", None).groupby("who").filter(lambda rows: len(rows) > 1).groupby("who").nunique()
    assert found == pytest.approx({name: float((many[name] > 1).mean()) for name in ("arm", "what")})
    assert found["arm"] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_way_is_found_by_how_units_walk_it_whatever_its_events_are_called(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    chain = [str(name) for name in rng.permutation(["kilo", "lima", "mike", "nova"])]
    rows = []
    for unit in range(300):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=int(rng.integers(0, 10_000)))
        for place, name in enumerate(chain):
            if place and rng.random() > 0.7:
                break
            at += pd.Timedelta(seconds=int(rng.integers(1, 900)))
            rows.append((f"u{unit}", at, name, "ab"[unit % 2]))
            if rng.random() < 0.1:
                rows.append((f"u{unit}", at + pd.Timedelta(seconds=1), "help", "ab"[unit % 2]))
    frame = pd.DataFrame(rows, columns=["who", "at", "what", "arm"]).sample(frac=1, random_state=seed)
    named = {name: name for name in frame["what"].unique()}
    with profiled(tmp_path, frame) as (table, c):
        way = ways.walked(table, c["who"], c["at"], c["what"], c["arm"], None, named)
        start = ways.start_of(way, 300)
        goal = ways.goal_of({k: w for k, w in way.items() if k != "help"}, start, [], 300)
        steps = ways.between(table, c["who"], c["what"], way, start, goal, named)
    assert {name: walked.units for name, walked in way.items()} == frame.groupby("what")["who"].nunique().to_dict()
    first = frame.groupby(["who", "what"])["at"].min().reset_index()
    before = (first.groupby("who")["at"].rank(method="min") - 1).groupby(first["what"]).mean()
    assert {name: walked.before for name, walked in way.items()} == pytest.approx(before.to_dict())
    assert steps == tuple(chain)
