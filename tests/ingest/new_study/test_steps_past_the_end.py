"""The steps of a proposed funnel are met in its order: what units do only once they have reached its end is no step."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed


def log(file: Path, order: tuple[str, ...], seed: int = 1) -> Path:
    draw, rows = random.Random(seed), []
    for i in range(600):
        at = datetime(2026, 3, 2) + timedelta(minutes=draw.randrange(14 * 1440 - 600))
        for what in order[: draw.choice([1, 2, 3, 3])]:
            rows.append((at, what, f"p{i:04}", ("slow", "fast")[i % 2]))
            at += timedelta(minutes=draw.randint(1, 60))
    lines = [f"{at:%Y-%m-%d %H:%M:%S},{what},{who},{arm}" for at, what, who, arm in sorted(rows)]
    file.write_text("\n".join(["ts,name,player,build", *lines]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("order", "primary", "steps"),
    [
        (("open", "play", "pay"), "play", ["open", "play"]),
        (("open", "play", "pay"), "pay", ["open", "pay"]),
        (("open", "pay", "play"), "play", ["open", "pay", "play"]),
    ],
)
def test_the_primary_comes_last_and_nothing_that_follows_it_is_a_step(tmp_path: Path, order, primary, steps) -> None:
    study, _, said = proposed(
        tmp_path, log(tmp_path / "games.csv", order), primary=primary, variant="build", control="slow"
    )
    assert study.funnel.steps == steps and study.primary.event == primary
    past = "no steps: pay (100% of its units that reach play do it only after that)" in said
    assert past == (primary == "play" and order[-1] == "pay")
