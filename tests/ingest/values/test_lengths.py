"""Lengths of time, in each way to write them, are the seconds that they were made of; what may be read in two ways is asked."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

WAYS: dict[str, Callable[[int], str]] = {
    "session_length": lambda s: f"{s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}",
    "play_time": lambda s: f"{s // 60}:{s % 60:02d}",
    "time_on_page": lambda s: " ".join(f"{n}{u}" for n, u in ((s // 3600, "h"), (s // 60 % 60, "m"), (s % 60, "s")) if n or u == "s"),
    "watch_duration": lambda s: f"PT{s // 60}M{s % 60}S",
    "time_to_reply": lambda s: f"{s // 86400} days {s // 3600 % 24:02d}:{s // 60 % 60:02d}:{s % 60:02d}",
}  # fmt: skip


def table(tmp_path: Path, longest: int, *names: str) -> pd.DataFrame:
    dice = np.random.default_rng(longest)
    rows = pd.DataFrame({"user": [f"u{i}" for i in range(300)], "variant": ["control", "new"] * 150})
    for name in names:
        rows[f"seconds_of_{name}"] = dice.integers(0, longest, 300)
        rows[name] = rows[f"seconds_of_{name}"].map(WAYS[name])
    rows[["user", "variant", *names]].to_csv(tmp_path / "t.csv", index=False)
    return rows


def test_each_way_to_write_a_length_is_read_as_its_seconds(tmp_path: Path) -> None:
    rows = table(tmp_path, 9_000, *WAYS)
    study, text, _ = proposed(tmp_path, tmp_path / "t.csv")
    found = sums(study, tmp_path)
    assert {m.unit for m in study.metrics} == {"seconds"} and "lengths of time, read as seconds" in text
    assert {name: {arm: total for arm, (_, total) in arms.items()} for name, arms in found.items()} == {
        name: {
            arm: Decimal(int(some[f"seconds_of_{name}"].sum()))
            for arm, some in rows.groupby(rows.variant.replace("new", "treatment"))
        }
        for name in WAYS
    }


@pytest.mark.parametrize(("meant", "seconds"), [("minutes and seconds", 1), ("hours and minutes", 60)])
def test_minutes_or_hours_are_asked_and_either_can_be_written(tmp_path: Path, meant: str, seconds: int) -> None:
    rows = table(tmp_path, 1_200, "play_time")  # below 20:00 all may be hours and minutes
    with pytest.raises(ReportError, match="may be minutes and seconds, or hours and minutes") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    written = re.search(rf"if (?:they are )?{meant}.*?\((?:in a query: )?(.*?)\)", str(caught.value))
    assert written
    texts = "select * from read_csv('t.csv', all_varchar = true)"
    (tmp_path / "once.sql").write_text(f"select * replace ({written[1]} as play_time) from ({texts})", encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "once.sql", outcomes=("play_time",) if seconds > 1 else ())
    found = sum(total for _, total in sums(study, tmp_path)["play_time"].values())
    assert found == seconds * int(rows.seconds_of_play_time.sum())


def test_times_of_a_day_are_no_outcome_unless_somebody_says_so(tmp_path: Path) -> None:
    rows = table(tmp_path, 9_000, "session_length").assign(converted=[0, 1, 1] * 100)
    rows["local_time"] = [f"{8 + i % 11:02d}:{i * 7 % 59:02d}:00" for i in range(300)]
    rows[["user", "variant", "converted", "local_time"]].to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert [m.name for m in study.metrics] == ["converted"] and "local_time: times of a day, or lengths of time" in said
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", outcomes=("local_time",), name="said")
    assert sums(study, tmp_path)["local_time"]["control"][1] == int(
        sum(pd.to_timedelta(rows.local_time[::2]).dt.total_seconds())
    )
