"""Levels that tell no control are asked about, whatever the rows stand for."""

import random
from pathlib import Path

import pytest

from helpers import config
from helpers.errors import ReportError
from helpers.ingest import new_study

LEVELS = ("blue", "green")


def units(folder: Path) -> list[Path]:
    draw = random.Random(1)
    rows = [f"u{i},{draw.choice(LEVELS)},{draw.randint(0, 1)}" for i in range(400)]
    (folder / "units.csv").write_text("user_id,variant,converted\n" + "\n".join(rows) + "\n")
    return [folder / "units.csv"]


def log(folder: Path) -> list[Path]:
    draw, rows = random.Random(2), []
    for i in range(300):
        arm = draw.choice(LEVELS)
        rows += [f"u{i},{arm},2026-03-{1 + i % 14:02d} 10:00:{i % 60:02d},exposure"]
        rows += [f"u{i},{arm},2026-03-{1 + i % 14:02d} 11:00:{i % 60:02d},purchase"] * draw.randint(0, 1)
    (folder / "log.csv").write_text("user_id,variant,event_time,event_name\n" + "\n".join(rows) + "\n")
    return [folder / "log.csv"]


def counts(folder: Path) -> list[Path]:
    (folder / "counts.csv").write_text("variant,users,orders\nblue,1000,90\ngreen,1010,99\n")
    return [folder / "counts.csv"]


def tables(folder: Path) -> list[Path]:
    draw, assigned, orders = random.Random(3), [], []
    for i in range(300):
        assigned.append(f"u{i},{draw.choice(LEVELS)},2026-03-{1 + i % 14:02d} 10:00:00")
        orders += [f"o{i},u{i},2026-03-{2 + i % 14:02d} 11:00:00,{draw.randint(5, 90)}.50"] * draw.randint(0, 1)
    (folder / "assignments.csv").write_text("user_id,variant,assigned_at\n" + "\n".join(assigned) + "\n")
    (folder / "orders.csv").write_text("order_id,user_id,ordered_at,amount\n" + "\n".join(orders) + "\n")
    return [folder / "assignments.csv", folder / "orders.csv"]


@pytest.mark.parametrize("made", [units, log, counts, tables])
def test_the_control_is_named_or_asked_for(tmp_path: Path, made) -> None:
    files = [str(file) for file in made(tmp_path)]

    def proposed(said: new_study.Said) -> config.Study:
        several = len(files) > 1
        found = (
            new_study.propose_tables(files, base=tmp_path, said=said)
            if several
            else new_study.propose(files[0], base=tmp_path, said=said)
        )
        return config.load(found.file)

    with pytest.raises(ReportError, match="which level of 'variant' is the control") as error:
        proposed(new_study.Said())
    assert all(f"--control {level}" in str(error.value) for level in LEVELS)
    study = proposed(new_study.Said(control="green"))
    levels = {arm: level for level, arm in study.data.variants.items()} if study.data.variants else {}
    assert levels.get(study.control.name, study.control.name) == "green"
